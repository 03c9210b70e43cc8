import Kernel

extension Flag {
  static let manPages = Flag("man-pages", .path("DIR"), help: "write the man page of each command into this directory")
}

extension Verb {
  static let help = Verb(
    "help", alias: "h", summary: "show the commands, or the help of one",
    operands: [Operand(name: "command", need: .optional, words: .commands)], flags: [.manPages]
  ) { invocation throws(Failure) in
    if let directory = try invocation.values.path(.manPages) {
      try during("writing the man pages into \(directory)", ManPage.writeAll(into: directory))
      return Answer()
    }
    guard let topic = invocation.operands.first else { return Answer(text: Help.overview()) }
    return Answer(text: Help.page(of: try CommandTable.verb(named: topic)))
  }
}

/// The help texts, made from the table.
enum Help {
  static func overview() -> String {
    let verbs = CommandTable.verbs.map { verb in
      (left: verb.alias.map { "\(verb.name), \($0)" } ?? verb.name, right: verb.summary)
    }
    return """
      NAME:
         apus - run containers as the Open Container Initiative describes them

      USAGE:
         apus [global options] command [options] [arguments]

      A container is made from a bundle: a directory with a config.json and a root
      filesystem. `apus spec` writes a config.json to start from.

      COMMANDS:
      \(columns(verbs))

      GLOBAL OPTIONS:
      \(columns(CommandTable.globals.map { (left: label(of: $0), right: text(of: $0)) }))

      `apus help COMMAND` says more about a command.

      """
  }

  static func page(of verb: Verb) -> String {
    let details = verb.details.isEmpty ? "" : "\n\(verb.details)\n"
    return """
      NAME:
         apus \(verb.name) - \(verb.summary)

      USAGE:
         \(usage(of: verb))
      \(details)
      OPTIONS:
      \(columns(verb.allFlags.map { (left: label(of: $0), right: text(of: $0)) }))

      """
  }

  /// `apus kill [options] <container-id> [signal]`
  static func usage(of verb: Verb) -> String {
    (["apus", verb.name, "[options]"] + verb.operands.map { $0.label }).joined(separator: " ")
  }

  /// `--bundle DIR, -b DIR`
  static func label(of flag: Flag) -> String {
    let value = flag.value.name.map { " \($0)" } ?? ""
    return (["--\(flag.name)\(value)"] + (flag.short.map { ["-\($0)\(value)"] } ?? [])).joined(separator: ", ")
  }

  static func text(of flag: Flag) -> String {
    var text = flag.help
    if flag.value.kind == .choice { text += " (\(flag.value.words.joined(separator: ", ")))" }
    return flag.repeatable ? text + "; may be given several times" : text
  }

  private static func columns(_ rows: [(left: String, right: String)]) -> String {
    let width = rows.map { $0.left.count }.max() ?? 0
    return rows.map { "   \($0.left)\(String(repeating: " ", count: width - $0.left.count))  \($0.right)" }.joined(
      separator: "\n")
  }
}
