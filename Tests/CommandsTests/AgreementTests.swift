import Testing

@testable import Commands

/// Help, man pages, completions and parser are made from one table; here each is asked whether it says the same.
@Suite struct AgreementTests {
  static let lists: [(verb: String, flags: [Flag])] =
    [("", CommandTable.globals)] + CommandTable.verbs.map { ($0.name, $0.allFlags) }

  @Test func theHelpNamesEveryFlag() throws {
    for (name, flags) in Self.lists {
      let text = name.isEmpty ? Help.overview() : Help.page(of: try CommandTable.verb(named: name))
      for flag in flags { #expect(text.contains(Help.label(of: flag)) && text.contains(flag.help), "\(name) --\(flag.name)") }
    }
  }

  @Test func theManPagesNameEveryFlag() throws {
    let pages = Dictionary(uniqueKeysWithValues: ManPage.all.map { ($0.name, $0.text) })
    #expect(pages.count == CommandTable.verbs.count + 1)
    for (name, flags) in Self.lists {
      let text = try #require(pages[name.isEmpty ? "apus.8" : "apus-\(name).8"])
      for flag in flags {
        #expect(text.contains("\\fB\(ManPage.roff(Help.label(of: flag)))\\fR\n"), "\(name) --\(flag.name)")
        #expect(text.contains(ManPage.roff(flag.help)), "\(name) --\(flag.name)")
      }
    }
    for verb in CommandTable.verbs {
      #expect(pages["apus.8"]?.contains(ManPage.roff("apus-\(verb.name)(8)")) == true)
      for operand in verb.operands { #expect(pages["apus-\(verb.name).8"]?.contains(ManPage.roff(operand.label)) == true) }
    }
  }

  @Test func aManPageHasNoRequestByAccident() {
    #expect(ManPage.roff(".TH\n'a\\b `c` d-e") == "\\&.TH\n\\&'a\\eb \\fBc\\fR d\\-e")
    let requests: Set<Substring> = [".TH", ".SH", ".TP"]
    for page in ManPage.all {
      for line in page.text.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
        #expect(requests.contains(line.prefix { $0 != " " }), "\(page.name): \(line)")
      }
    }
  }

  /// The part of a shell's script that is about one verb, or about the globals.
  static func part(_ shell: Shell, _ verb: String) -> String {
    if shell == .fish {
      let condition = verb.isEmpty ? "= 0'" : "'__apus_at \(verb)'"
      return shell.script.split(separator: "\n").filter { $0.contains(condition) }.joined(separator: "\n")
    }
    let start =
      switch shell {
      case .bash: verb.isEmpty ? "      '') " : "      \(verb)) "
      default: verb.isEmpty ? "_arguments -C" : "        \(verb)) _arguments"
      }
    let after = shell.script.split(separator: start, maxSplits: 1).dropFirst().first ?? ""
    return String(after.split(separator: verb.isEmpty && shell == .zsh ? "case " : " ;;\n", maxSplits: 1).first ?? "")
  }

  @Test(arguments: Shell.allCases) func theCompletionsNameEveryFlagAndCommand(shell: Shell) {
    for verb in CommandTable.verbs { #expect(shell.script.contains(verb.name), "\(shell) \(verb.name)") }
    for (name, flags) in Self.lists {
      let part = Self.part(shell, name)
      for flag in flags {
        let form = shell == .fish ? " -l \(flag.name) " : "--\(flag.name)"
        #expect(part.contains(form), "\(shell): \(name) \(form)")
      }
    }
  }

  /// What stands in the table, the parser takes: each flag in each of its forms.
  @Test func theParserTakesEveryFlag() throws {
    for (name, flags) in Self.lists {
      for flag in flags {
        let value =
          switch flag.value.kind {
          case .none: nil as String?
          case .text, .path, .mode: "x"
          case .number: "1"
          case .choice: flag.value.words[0]
          }
        for form in Completion.forms(of: flag) + ["-\(flag.name)"] {
          var values = Values()
          let rest = try Parser(flags: flags, flagPlace: .anywhere).parse([form] + (value.map { [$0] } ?? []), into: &values)
          #expect(rest.isEmpty && (value == nil ? values.isOn(flag) : values.text(flag) != nil), "\(name) \(form)")
        }
      }
    }
  }
}
