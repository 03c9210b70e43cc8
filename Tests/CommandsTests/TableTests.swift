import Testing

@testable import Commands

@Suite struct TableTests {
  @Test("The help of a verb names every flag, operand and its summary", arguments: CommandTable.verbs.map(\.name))
  func pages(name: String) throws {
    let verb = try CommandTable.verb(named: name)
    let page = Help.page(of: verb)
    #expect(page.contains(verb.summary))
    for flag in verb.allFlags {
      #expect(page.contains("   --\(flag.name)"))
      #expect(page.contains(flag.help))
      if let short = flag.short { #expect(page.contains(", -\(short)")) }
    }
    for operand in verb.operands { #expect(page.contains(operand.name)) }
    #expect(page.hasSuffix("\n") && !page.hasSuffix("\n\n"))
  }

  @Test("A verb is found by the name it has itself, and by its alias")
  func names() throws {
    for verb in CommandTable.verbs {
      #expect(try CommandTable.verb(named: verb.name).name == verb.name)
      if let alias = verb.alias { #expect(try CommandTable.verb(named: alias).name == verb.name) }
    }
  }

  @Test("The overview names every verb and every global flag")
  func overview() {
    let text = Help.overview()
    for verb in CommandTable.verbs { #expect(text.contains("   \(verb.name)") && text.contains(verb.summary)) }
    for flag in CommandTable.globals { #expect(text.contains("   --\(flag.name)") && text.contains(flag.help)) }
  }

  @Test("Who adds a verb that enters a container tells Sources/CStart/CStart.c too, which knows them by their names")
  func enteringVerbs() {
    #expect(Set(CommandTable.verbs.filter(\.entersContainer).map(\.name)) == ["create", "exec", "run"])
  }

  @Test("Within one list no name and no letter is given twice, and help lines are short enough for a terminal")
  func unique() {
    for flags in CommandTable.verbs.map(\.allFlags) + [CommandTable.globals] {
      let names = flags.map(\.name) + flags.compactMap(\.short)
      #expect(Set(names).count == names.count)
      for flag in flags {
        #expect(flag.short?.count ?? 1 == 1)
        #expect(!flag.help.hasSuffix(".") && flag.help.count <= 100)
      }
    }
    let verbs = CommandTable.verbs.map(\.name) + CommandTable.verbs.compactMap(\.alias)
    #expect(Set(verbs).count == verbs.count)
  }

  @Test(
    "What engines pass is understood",
    arguments: [
      "create --bundle /b --pid-file /b/init.pid --console-socket /s --no-pivot --no-new-keyring c1",
      "create --bundle /b --pid-file /p --preserve-fds 2 --ipc host c1", "wait c1", "kill c1 9",
      "run --bundle /b --no-pivot --keep c1", "run -d -no-subreaper c1", "start c1", "state c1", "kill --all c1 15",
      "create --bundle /b --pidfd-socket /s c1", "exec --process /p --detach --pid-file /f c1",
      "exec --process /p --console-socket /s --detach --pid-file /f c1", "exec -d --pid-file=/f --tty c1 sh -c true",
      "exec -t -u 1:2 -g 3 -g 4 -e A=B -c CAP_KILL --cgroup sub --ignore-paused --preserve-fds 1 c1 ls -l",
      "kill -a c1 KILL", "delete c1", "delete --force c1", "list --format json", "list -f json -q", "features",
      "spec --rootless -b /b", "ps --format json c1", "ps c1 -ef", "ps -f table c1 -o pid,comm", "update --resources - c1",
      "update --resources=/f c1", "update --memory 64m --memory-swap -1 --pids-limit -1 --cpu-quota=-1 c1",
      "events --stats c1", "events --interval 1m30s c1", "events --interval=5s c1", "pause c1", "resume c1",
      "kill --regex c1 KILL", "delete -f -r c1",
    ])
  func engines(line: String) throws {
    let words = line.split(separator: " ").map { String($0) }
    let verb = try CommandTable.verb(named: words[0])
    var values = Values()
    let operands = try Parser(flags: verb.allFlags, flagPlace: verb.flagPlace).parse(Array(words.dropFirst()), into: &values)
    #expect(verb.complaint(aboutCount: operands.count) == nil)
    if !verb.operands.isEmpty { #expect(operands[0] == "c1") }
  }

  @Test(
    "A wrong number of arguments is answered in runc's words",
    arguments: [
      ("start", 0, "\"start\" requires exactly 1 argument(s), not 0"),
      ("start", 2, "\"start\" requires exactly 1 argument(s), not 2"),
      ("kill", 0, "\"kill\" requires a minimum of 1 argument(s), not 0"),
      ("kill", 3, "\"kill\" requires a maximum of 2 argument(s), not 3"),
      ("list", 1, "\"list\" requires exactly 0 argument(s), not 1"),
      ("kill", 1, nil), ("kill", 2, nil), ("list", 0, nil),
    ])
  func counts(name: String, count: Int, complaint: String?) throws {
    #expect(try CommandTable.verb(named: name).complaint(aboutCount: count) == complaint)
  }
}
