import Kernel

extension Verb {
  static let completion = Verb(
    "completion", summary: "print what makes a shell complete apus's commands",
    details: """
      For bash `eval "$(apus completion bash)"`, for zsh `eval "$(apus completion zsh)"`
      after compinit, for fish `apus completion fish | source`. `make install` puts all
      three where the shells look for them.
      """,
    operands: [Operand(name: "shell", need: .required, words: .choice(Shell.allCases.map { $0.rawValue }))]
  ) { invocation throws(Failure) in
    let name = invocation.operands[0]
    guard let shell = Shell(rawValue: name) else {
      throw Failure("unknown shell \"\(name)\"", hint: "use \(Shell.allCases.map { $0.rawValue }.joined(separator: ", "))")
    }
    return Answer(text: shell.script)
  }
}

/// The shells there are completions for, each a file in `Shells/`, made from the table of commands.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  var script: String {
    switch self {
    case .bash: BashCompletion.script
    case .zsh: ZshCompletion.script
    case .fish: FishCompletion.script
    }
  }
}

/// What the three have in common.
enum Completion {
  /// `--bundle -b`: the forms of a flag that are offered. The single-dash forms of long names are for engines.
  static func forms(of flag: Flag) -> [String] { ["--\(flag.name)"] + (flag.short.map { ["-\($0)"] } ?? []) }

  /// Every form the parser takes a value after.
  static func formsWithValue(_ flags: [Flag]) -> [String] {
    flags.filter { $0.value.kind != .none }.flatMap { forms(of: $0) + ["-\($0.name)"] }
  }

  /// Text between single quotes for bash and zsh.
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  static var verbNames: [String] { CommandTable.verbs.map { $0.name } }
}
