import Container
import Kernel

/// One flag as the table has it. The parser, the help, the man pages and the completions are made from this value.
struct Flag: Sendable {
  /// What follows the flag. No enum with payloads: of the array in one Swift 6.3 makes a crash of its own in Embedded mode, no constant.
  struct Value: Equatable, Sendable {
    enum Kind: Sendable { case none, text, path, number, choice, mode }

    let kind: Kind
    /// What the help calls it; nil for a switch.
    let name: String?
    /// Those of a choice.
    let words: [String]

    /// A switch: the flag alone, or `--flag=true`, `--flag=false`.
    static var none: Value { Value(kind: .none, name: nil, words: []) }
    /// Any text.
    static func text(_ name: String) -> Value { Value(kind: .text, name: name, words: []) }
    /// A path of the host. Relative ones are relative to the caller's working directory.
    static func path(_ name: String) -> Value { Value(kind: .path, name: name, words: []) }
    /// A decimal number from 0 up.
    static func number(_ name: String) -> Value { Value(kind: .number, name: name, words: []) }
    /// One of these words.
    static func choice(_ name: String, _ words: [String]) -> Value { Value(kind: .choice, name: name, words: words) }
    /// `private`, `host` or `container:<id>`.
    static func mode(_ name: String) -> Value { Value(kind: .mode, name: name, words: []) }
  }

  /// Without dashes; `--name` and `-name` are the same flag.
  let name: String
  /// One letter: `-b`.
  let short: String?
  let value: Value
  /// One line for the help, without a full stop.
  let help: String
  /// Each time it is given counts; otherwise the last one wins. Values are never split at commas.
  let repeatable: Bool

  init(_ name: String, short: String? = nil, _ value: Value = .none, repeatable: Bool = false, help: String) {
    self.name = name
    self.short = short
    self.value = value
    self.repeatable = repeatable
    self.help = help
  }
}

/// What stands on the command line beside the flags.
struct Operand: Sendable {
  enum Need: Sendable {
    case required, optional
    /// Any number of them, to the end of the line.
    case rest
  }
  /// What a shell offers for it.
  enum Words: Sendable {
    case containers, signals, commands, files
    case choice([String])
    case anything
  }
  /// Its name in the help: `container-id`.
  let name: String
  let need: Need
  let words: Words

  static let containerID = Operand(name: "container-id", need: .required, words: .containers)

  /// `<container-id>`, `[signal]`, `[args...]`
  var label: String {
    switch need {
    case .required: "<\(name)>"
    case .optional: "[\(name)]"
    case .rest: "[\(name)...]"
    }
  }
}

/// One verb as the table has it, and what it does.
struct Verb: Sendable {
  /// Where the verb's flags may stand.
  enum FlagPlace: Sendable {
    /// Before and after the operands.
    case anywhere
    /// Before the first operand only: what follows it belongs to the operands, even with a dash.
    case beforeOperands
  }

  let name: String
  let alias: String?
  /// One line for the list of verbs.
  let summary: String
  /// Paragraphs below the usage; empty when the summary says it all.
  let details: String
  let operands: [Operand]
  let flags: [Flag]
  let flagPlace: FlagPlace
  /// What its exit status says, for the man page.
  let exitStatus: String
  /// The exit status of a failure of the verb itself; a wrong command line is 1 for all.
  let failureStatus: CInt
  /// A process of it goes into a container: before all else it makes its own file unreachable from there.
  let entersContainer: Bool
  let run: @Sendable (Invocation) throws(Failure) -> Answer

  init(
    _ name: String, alias: String? = nil, summary: String, details: String = "", operands: [Operand] = [], flags: [Flag] = [],
    flagPlace: FlagPlace = .anywhere, exitStatus: String = "0, or 1 after a failure, which is one line on the standard error.",
    failureStatus: CInt = 1, entersContainer: Bool = false,
    run: @escaping @Sendable (Invocation) throws(Failure) -> Answer
  ) {
    self.name = name
    self.alias = alias
    self.summary = summary
    self.details = details
    self.operands = operands
    self.flags = flags
    self.flagPlace = flagPlace
    self.exitStatus = exitStatus
    self.failureStatus = failureStatus
    self.entersContainer = entersContainer
    self.run = run
  }

  /// The verb's own flags and those that every verb has.
  var allFlags: [Flag] { flags + [.help] }

  /// What is wrong with the number of operands, in runc's words; nil when nothing is.
  func complaint(aboutCount count: Int) -> String? {
    let minimum = operands.count { $0.need == .required }
    let maximum = operands.contains { $0.need == .rest } ? Int.max : operands.count
    if (minimum...maximum).contains(count) { return nil }
    if minimum == maximum { return "\"\(name)\" requires exactly \(minimum) argument(s), not \(count)" }
    if count < minimum { return "\"\(name)\" requires a minimum of \(minimum) argument(s), not \(count)" }
    return "\"\(name)\" requires a maximum of \(maximum) argument(s), not \(count)"
  }
}

/// The whole command line as data.
enum CommandTable {
  /// What may stand before the verb.
  static let globals: [Flag] = [
    .debug, .log, .logFormat, .logLevel, .root, .systemdCgroup, .cgroupManager, .rootless, .help, .version,
  ]

  static var verbs: [Verb] { rows.map { $0.verb() } }

  /// A verb is made when it is asked for: all of them, with their flags, are more work than a short command itself.
  private static let rows: [(name: String, verb: @Sendable () -> Verb)] = [
    ("check", { .check }), ("completion", { .completion }), ("create", { .create }), ("delete", { .delete }),
    ("events", { .events }), ("exec", { .exec }), ("features", { .features }), ("help", { .help }), ("kill", { .kill }),
    ("list", { .list }), ("monitor", { .monitor }), ("pause", { .pause }), ("ps", { .ps }), ("resume", { .resume }),
    ("run", { .run }), ("spec", { .spec }), ("start", { .start }), ("state", { .state }), ("update", { .update }),
    ("wait", { .wait }),
  ]

  static func verb(named name: String) throws(Failure) -> Verb {
    for row in rows where row.name == name { return row.verb() }
    let verbs = verbs
    for verb in verbs where verb.alias == name { return verb }
    throw Failure(
      "unknown command \"\(name)\"", hint: suggestion(for: name, among: verbs.map { $0.name }) ?? "`apus help` lists them")
  }
}

extension Flag {
  static let help = Flag("help", short: "h", help: "show this help")
}

/// What a verb has to say to its caller.
struct Answer {
  /// For the standard output, as it is.
  var text = ""
  /// The exit status.
  var status: CInt = 0
  /// For the standard error and the log. The status is then not 0.
  var failure: Failure?

  init(text: String = "", status: CInt = 0, failure: Failure? = nil) {
    self.text = text
    self.status = status
    self.failure = failure
  }
}
