import Kernel

/// The man pages, made from the table: `apus.8`, and one for each command.
enum ManPage {
  static var all: [(name: String, text: String)] {
    [("apus.8", overview)] + CommandTable.verbs.map { ("apus-\($0.name).8", page(of: $0)) }
  }

  static func writeAll(into directory: String) throws(Failure) {
    let directory = try Descriptor.open(host: directory, [.path, .directory])
    for page in all {
      try during(
        page.name,
        try directory.open(page.name, [.writeOnly, .create, .truncate], resolve: .beneath, mode: 0o644).writeAll(page.text))
    }
  }

  private static var overview: String {
    header("apus", "run containers as the Open Container Initiative describes them")
      + section("SYNOPSIS", "\(bold("apus")) [global options] \(italic("command")) [options] [arguments]")
      + section(
        "DESCRIPTION",
        roff(
          "A container is made from a bundle: a directory with a config.json and a root filesystem. `apus spec` writes a "
            + "config.json to start from. Between two commands nothing of apus runs."))
      + section("COMMANDS", CommandTable.verbs.map { item("apus-\($0.name)(8)", $0.summary) }.joined(separator: "\n"))
      + section("GLOBAL OPTIONS", CommandTable.globals.map(item).joined(separator: "\n"))
      + section("SEE ALSO", CommandTable.verbs.map { reference("apus-\($0.name)") }.joined(separator: ",\n"))
  }

  private static func page(of verb: Verb) -> String {
    let operands = verb.operands.map { " \(roff($0.label))" }.joined()
    return header("apus-\(verb.name)", verb.summary)
      + section("SYNOPSIS", "\(bold("apus")) [global options] \(bold(verb.name)) [options]\(operands)")
      + (verb.details.isEmpty ? "" : section("DESCRIPTION", roff(verb.details)))
      + section("OPTIONS", verb.allFlags.map(item).joined(separator: "\n"))
      + section("EXIT STATUS", roff(verb.exitStatus))
      + section("SEE ALSO", reference("apus") + ", whose global options come before the command.")
  }

  private static func header(_ name: String, _ summary: String) -> String {
    ".TH \(name.uppercased()) 8 \"\" \"apus \(Version.apus)\" \"apus\"\n.SH NAME\n\(roff(name)) \\- \(roff(summary))\n"
  }

  private static func section(_ title: String, _ body: String) -> String { ".SH \(title)\n\(body)\n" }

  private static func item(_ flag: Flag) -> String { item(Help.label(of: flag), Help.text(of: flag)) }

  private static func item(_ label: String, _ text: String) -> String { ".TP\n\(bold(label))\n\(roff(text))" }

  private static func reference(_ name: String) -> String { "\(bold(name))(8)" }

  private static func bold(_ text: String) -> String { "\\fB\(roff(text))\\fR" }
  private static func italic(_ text: String) -> String { "\\fI\(roff(text))\\fR" }

  /// Text as roff(7) takes it: no line is a request, hyphens are the minus signs that can be copied to a shell, and what
  /// stands between backticks is bold.
  static func roff(_ text: String) -> String {
    var result = ""
    var isBold = false
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case ".", "'": result += result.isEmpty || result.last == "\n" ? "\\&\(character)" : String(character)
      case "`":
        isBold.toggle()
        result += isBold ? "\\fB" : "\\fR"
      default: result.append(character)
      }
    }
    return result
  }
}
