import Kernel

@testable import Commands
@testable import Container
@testable import ControlGroups
@testable import OCISpec

/// The command line, words separated by NUL bytes or line breaks: read by the parser, and by one that knows only the help.
func fuzzFlags(_ bytes: [UInt8]) {
  let words = bytes.split(omittingEmptySubsequences: false) { $0 == 0 || $0 == 0x0a }.map { String(decoding: $0, as: UTF8.self) }
  var globals = Values()
  guard let rest = parse(words, CommandTable.globals, .beforeOperands, Help.overview(), &globals), let name = rest.first else {
    return
  }
  let verb: Verb
  do throws(Failure) { verb = try CommandTable.verb(named: name) } catch {
    return require(!error.message.isEmpty && error.message.utf8.count > name.utf8.count, "not told which command is unknown")
  }
  require(Help.overview().contains("   \(verb.name)"), "a command that the help does not list: \(name)")
  var values = Values()
  let page = Help.page(of: verb)
  guard let operands = parse(Array(rest.dropFirst()), verb.allFlags, verb.flagPlace, page, &values) else { return }
  guard verb.complaint(aboutCount: operands.count) == nil else { return }
  build(Invocation(globals: globals, values: values, operands: operands, report: Report()), of: verb)
}

/// What a verb makes of its flags, as far as no file is read.
private func build(_ invocation: Invocation, of verb: Verb) {
  _ = try? Globals.driver(invocation.globals)
  _ = try? Globals.isRootless(invocation.globals)
  switch verb.name {
  case "create", "run": _ = try? invocation.creation()
  case "exec":
    guard invocation.values.text(.process) ?? "" == "", let request = try? invocation.execution() else { return }
    require(request.user?.uid != .max && request.user?.gid != .max, "an id that is none is taken")
    require(!request.additionalGids.contains(.max), "a group that is none is taken")
  case "update":
    guard invocation.values.text(.resources) ?? "" == "", let resources = try? invocation.newLimits() else { return }
    _ = resources.check()
    plan(resources)
  case "kill": _ = invocation.operands.dropFirst().first.flatMap { Signals.number(of: $0) }
  case "ps", "list", "events": _ = invocation.values.text(.interval).flatMap { GoDuration.nanoseconds($0) }
  default: break
  }
}

private func parse(
  _ words: [String], _ flags: [Flag], _ place: Verb.FlagPlace, _ help: String, _ values: inout Values
) -> [String]? {
  let expected = HelpReader(help).operands(words, all: place == .anywhere)
  do throws(Failure) {
    let operands = try Parser(flags: flags, flagPlace: place).parse(words, into: &values)
    require(expected == operands, "taken, and by the help it is \(expected.map { "\($0)" } ?? "refused"): \(words)")
    return operands
  } catch {
    require(!error.message.isEmpty, "a refusal without a word")
    return nil
  }
}

/// Knows of flags what a page of the help says: `--bundle DIR, -b DIR`, `--debug`.
private struct HelpReader {
  /// Whether the flag is followed by a value.
  private var flags: [String: Bool] = [:]

  init(_ help: String) {
    for line in help.split(separator: "\n") where line.hasPrefix("   -") {
      let label = line.dropFirst(3).split(separator: "  ").first ?? ""
      for form in label.split(separator: ", ") {
        let words = form.split(separator: " ")
        flags[String(words[0])] = words.count > 1
      }
    }
  }

  /// nil when a word is a flag that the help does not list, or has no value.
  func operands(_ words: [String], all: Bool) -> [String]? {
    var operands: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" { return operands + rest }
      guard word.utf8.first == UInt8(ascii: "-"), word != "-" else {
        operands.append(word)
        if all { continue }
        return operands + rest
      }
      var name = Array(word.utf8.prefix { $0 != UInt8(ascii: "=") })
      let isAttached = name.count < word.utf8.count
      while name.first == UInt8(ascii: "-") { name.removeFirst() }
      let text = String(decoding: name, as: UTF8.self)
      guard let takesValue = flags["--\(text)"] ?? flags["-\(text)"] else { return nil }
      if takesValue, !isAttached, rest.popFirst() == nil { return nil }
    }
    return operands
  }
}

/// Short texts that name something or are a number of some kind.
func fuzzIDs(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  let isID = (try? ContainerID.check(text)) != nil
  let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+.-".utf8
  let wanted =
    (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { letters.contains($0) } && text != "." && text != ".."
    && text != StateDirectory.cache
  require(isID == wanted, "an id is \(isID ? "taken" : "refused")")

  if let number = Signals.number(of: text) { require((0...64).contains(number), "signal \(number)") }
  if let bytes = ByteCount.bytes(text) { require(bytes >= 0, "a size below 0") }
  _ = GoDuration.nanoseconds(text)
  if let mode = NamespaceMode(text) { require(Array(mode.text.utf8) == Array(text.utf8), "a mode is another one") }
  if let version = SpecVersion(text) { require(text.hasPrefix(version.description), "a version is another one") }
  _ = Sysctl(text).map { require($0.components.allSatisfy { isName($0) }, "sysctl: \($0.components)") }
  if let list = NumberList(text) { require(list.ranges.allSatisfy { $0.upperBound <= 65535 }, "a number is too large") }
  if let set = NumberSet(text) { require(set.bitmap.count <= 1024, "a bitmap of \(set.bitmap.count) bytes") }
  _ = suggestion(for: text, among: CommandTable.verbs.map(\.name))
  for path in [absolutePath(text, from: "/a/b")] { require(path.utf8.first == UInt8(ascii: "/"), "not absolute: \(path)") }
}

/// One component of a path.
func isName(_ text: String) -> Bool { !text.isEmpty && text != "." && text != ".." && !text.utf8.contains(UInt8(ascii: "/")) }
