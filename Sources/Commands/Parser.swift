import Container
import Kernel
import OCISpec

/// What was given for the flags of one list, in the order of the command line.
struct Values: Sendable {
  private var given: [(name: String, text: String)] = []

  mutating func add(_ flag: Flag, _ text: String) { given.append((flag.name, text)) }

  /// The text given for `flag`, the last one when there are several; nil when there is none.
  func text(_ flag: Flag) -> String? { given.last { $0.name == flag.name }?.text }

  /// All texts given for a repeatable flag.
  func texts(_ flag: Flag) -> [String] { given.filter { $0.name == flag.name }.map { $0.text } }

  /// Of two flags that say the same thing in different ways: which one came last.
  func isLast(_ flag: Flag, against other: Flag) -> Bool {
    given.last { $0.name == flag.name || $0.name == other.name }?.name == flag.name
  }

  func isOn(_ flag: Flag) -> Bool { text(flag) == "true" }

  /// The number given for `flag`; the parser has checked that it is one.
  func number(_ flag: Flag) -> Int? { text(flag).flatMap { Int($0) } }

  /// The path given for `flag`, absolute. An empty one counts as not given: engines written in Go pass `--flag ""` for that.
  func path(_ flag: Flag) throws(Failure) -> String? {
    guard let text = text(flag), !text.isEmpty else { return nil }
    return try during("--\(flag.name) \(text)", absolutePath(text))
  }

  /// The path given for `flag`, or `standard`; absolute.
  func path(_ flag: Flag, default standard: String) throws(Failure) -> String {
    if let path = try path(flag) { return path }
    return try absolutePath(standard)
  }
}

/// Reads flags as Go's flag package does, because that is what engines write for: one dash or two, the value in the same
/// word after `=` or in the next one, no bundled short flags.
struct Parser {
  let flags: [Flag]
  let flagPlace: Verb.FlagPlace

  /// Reads `arguments`: flags go to `values`, what is left is returned. On failure `values` holds what came before.
  func parse(_ arguments: [String], into values: inout Values) throws(Failure) -> [String] {
    var operands: [String] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      if word == "--" { return operands + rest }
      if word.utf8.first != UInt8(ascii: "-") || word == "-" {
        operands.append(word)
        if flagPlace == .beforeOperands { return operands + rest }
        continue
      }
      let (flag, attached) = try match(word)
      values.add(flag, try value(of: flag, attached: attached, rest: &rest))
    }
    return operands
  }

  private func match(_ word: String) throws(Failure) -> (Flag, attached: String?) {
    let body = String(Substring(word.utf8.drop { $0 == UInt8(ascii: "-") }))
    let parts = body.parts("=", maxSplits: 1, omittingEmpty: false)
    let name = parts.first.map { String($0) } ?? ""
    guard word.utf8.count - body.utf8.count <= 2, !name.isEmpty else { throw Failure("bad flag syntax: \(word)") }
    for flag in flags where flag.name == name || flag.short == name {
      return (flag, parts.count > 1 ? String(parts[1]) : nil)
    }
    throw Failure("flag provided but not defined: --\(name)", hint: hint(forUnknown: name))
  }

  private func hint(forUnknown name: String) -> String? {
    let isGlobal = CommandTable.globals.contains { $0.name == name }
    if isGlobal { return "--\(name) is a global flag: it stands before the command" }
    return suggestion(for: name, among: flags.map { $0.name }, prefix: "--")
  }

  /// Go's strconv.ParseBool; nil for another word.
  static func truth(of text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": true
    case "0", "f", "F", "false", "FALSE", "False": false
    default: nil
    }
  }

  private func value(of flag: Flag, attached: String?, rest: inout ArraySlice<String>) throws(Failure) -> String {
    if flag.value.kind == .none {
      guard let attached else { return "true" }
      if let truth = Parser.truth(of: attached) { return String(truth) }
      throw Failure("invalid boolean value \"\(attached)\" for --\(flag.name)", hint: "use true or false")
    }
    // The words "flag needs an argument" are what podman looks for when it probes for a flag.
    guard let text = attached ?? rest.popFirst() else { throw Failure("flag needs an argument: --\(flag.name)") }
    switch flag.value.kind {
    case .none, .text, .path, .mode: break
    case .number:
      let isNumber = !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && CInt(text) != nil
      guard isNumber else { throw Failure("invalid value \"\(text)\" for --\(flag.name)", hint: "a number from 0 up is needed") }
    case .choice:
      guard flag.value.words.contains(text) else {
        throw Failure("invalid \(flag.name): \(text)", hint: "use \(flag.value.words.joined(separator: " or "))")
      }
    }
    return text
  }
}
