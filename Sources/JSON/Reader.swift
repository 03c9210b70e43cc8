/// Reads a document member by member, straight off the parsed tree, and collects every mistake on the way.
///
/// A reading method gives nil (or an empty collection) for a member that is absent, null or wrong; what is wrong also
/// becomes a `Problem` under the member's full path, and reading goes on. So a document with five mistakes is reported
/// once, with five problems, and its value must be used only when `problems` is empty.
/// What stands for an element of a list that is wrong keeps the others at their index.
/// Members nobody asks for are ignored (config.md "Extensibility"), and listed for who wants to know.
package final class Reader {
  /// Whether a member may be left out.
  package enum Need { case optional, required }

  private enum Step {
    case member(StaticString)
    case key(String)
    case element(Int)
    /// A member whose name is only known from the document.
    case named(String)
  }

  /// The names asked for in one object, or all there are.
  private struct Asked {
    var names: [String] = []
    var isEverything = false
  }

  package private(set) var problems: [Problem] = []
  private let tree: Tree
  /// The way from the document to the value being read.
  private var levels: [(step: Step, node: Node)] = []
  private var root: Node
  /// What was asked for in the object being read and in those around it; nil when nobody wants to know.
  private var asked: [Asked]?
  package private(set) var unknown: [UnknownMember] = []

  private var node: Node { levels.last?.node ?? root }

  /// Larger than any configuration an engine writes, small enough to be read whole.
  package static let sizeLimit = 16 << 20
  private static let depthLimit: Int32 = 128
  /// What is said of a text that no system call could take.
  package static let nullByte = "contains a null byte"

  /// - Parameters:
  ///   - listsUnknown: `unknown` tells what nobody asked for, once `finish` was called.
  ///   - isOwn: nobody else writes this document: what json-c lets through is not looked for.
  /// - Throws: `SyntaxError` when the bytes are not one strict JSON document with unique member names.
  package init(parsing bytes: [UInt8], listsUnknown: Bool = false, isOwn: Bool = false) throws(SyntaxError) {
    guard bytes.count <= Self.sizeLimit else {
      throw SyntaxError(line: 1, column: 1, "the document has \(bytes.count) bytes, more than the \(Self.sizeLimit) allowed")
    }
    tree = try Tree.parse(bytes, depth: Self.depthLimit)
    root = tree.root
    if !isOwn { try Strictness.check(bytes, parsedMembers: root.membersBelow) }
    levels.reserveCapacity(16)
    if listsUnknown { asked = [Asked()] }
    if root.kind != .object {
      problems.append(Problem("", "is \(describe(root))", "expected an object"))
      root = .null
    }
  }

  /// Adds a mistake only the caller can see, at the member `name` of the object being read.
  package func report(_ name: StaticString, _ message: String, _ remedy: String) {
    problems.note(Problem(path(with: .member(name)), message, remedy))
  }

  /// All that is wanted was asked for.
  package func finish() { noteUnknown() }

  // MARK: Scalars

  /// - Parameter whenNull: what to say of a text with a NUL byte, which no system call can take.
  package func string(
    _ name: StaticString, _ need: Need = .optional, whenNull: String = nullByte
  ) -> String? {
    member(name, need, "a string") { stringHere(whenNull) }
  }

  /// Text that only travels through JSON (annotations, metadata), so a NUL byte in it harms nobody.
  package func opaqueString(_ name: StaticString) -> String? {
    member(name, .optional, "a string") { stringHere(nil) }
  }

  package func flag(_ name: StaticString, _ need: Need = .optional) -> Bool? {
    member(name, need, "true or false") { expect(.boolean, "true or false") ? node.boolean : nil }
  }

  /// An integer of the wanted type, exact or not at all.
  @inline(__always)
  package func integer<T: FixedWidthInteger>(_ name: StaticString, _ need: Need = .optional) -> T? {
    exactInteger(name, need, Int128(exact: T.min)...Int128(exact: T.max)).map { T(truncatingIfNeeded: $0) }
  }

  /// An integer of the type that lies in `range`.
  package func integer<T: FixedWidthInteger>(
    _ name: StaticString, _ need: Need = .optional, in range: ClosedRange<T>
  ) -> T? {
    exactInteger(name, need, Int128(exact: range.lowerBound)...Int128(exact: range.upperBound)).map { T(truncatingIfNeeded: $0) }
  }

  func exactInteger(_ name: StaticString, _ need: Need, _ range: ClosedRange<Int128>) -> Int128? {
    member(name, need, Self.name(of: range)) { integerHere(range) }
  }

  /// A string out of a fixed set.
  package func choice<E: RawRepresentable & CaseIterable>(_ name: StaticString, _ need: Need = .optional) -> E?
  where E.RawValue == String {
    guard enter(name, need, Self.legal(E.self)) else { return nil }
    defer { leave() }
    return choiceHere()
  }

  static func legal<E: RawRepresentable & CaseIterable>(_: E.Type) -> String where E.RawValue == String {
    "one of " + E.allCases.map { $0.rawValue }.joined(separator: ", ")
  }

  package func choices<E: RawRepresentable & CaseIterable>(_ name: StaticString) -> [E] where E.RawValue == String {
    guard enter(name, .optional, "") else { return [] }
    defer { leave() }
    var list: [E] = []
    for index in 0..<arrayCount() {
      enter(element: index)
      if let value: E = choiceHere() { list.append(value) }
      leave()
    }
    return list
  }

  /// nil when absent, where that differs from an empty list.
  package func optionalChoices<E: RawRepresentable & CaseIterable>(_ name: StaticString) -> [E]? where E.RawValue == String {
    node[name] == nil ? nil : choices(name)
  }

  func choiceHere<E: RawRepresentable & CaseIterable>() -> E? where E.RawValue == String {
    guard let text = stringHere(Self.nullByte) else { return nil }
    // Byte for byte: to Swift's `==` the Kelvin sign is a K.
    if let value = E(rawValue: text), value.rawValue.utf8.elementsEqual(text.utf8) { return value }
    complain("unknown value \(text.quoted)", "expected \(Self.legal(E.self))")
    return nil
  }

  // MARK: Objects

  package func object<T>(_ name: StaticString, _ body: (Reader) -> T) -> T? {
    guard enter(name, .optional, "") else { return nil }
    defer { leave() }
    return isObject() ? body(self) : nil
  }

  package func objects<T>(_ name: StaticString, _ body: (Reader) -> T) -> [T] {
    guard enter(name, .optional, "") else { return [] }
    defer { leave() }
    let count = arrayCount()
    var list: [T] = []
    list.reserveCapacity(count)
    for index in 0..<count {
      enter(element: index)
      if isObject() { list.append(body(self)) } else { list.append(silently { body(self) }) }
      leave()
    }
    return list
  }

  /// nil when absent, where that differs from an empty list.
  package func optionalObjects<T>(_ name: StaticString, _ body: (Reader) -> T) -> [T]? {
    node[name] == nil ? nil : objects(name, body)
  }

  /// Reads what is no object as one without members, whose absence is then not another mistake.
  func silently<T>(_ body: () -> T) -> T {
    let count = problemCount
    defer { forgetProblems(after: count) }
    return body()
  }

  var problemCount: Int { problems.count }

  func forgetProblems(after count: Int) { problems.removeLast(problems.count - count) }

  package func objectMap<T>(_ name: StaticString, _ body: (Reader) -> T) -> [String: T] {
    guard enter(name, .optional, "") else { return [:] }
    defer { leave() }
    var map: [String: T] = [:]
    for key in keys() {
      enter(key: key)
      if isObject(), map.updateValue(body(self), forKey: key) != nil { complainOfTwin() }
      leave()
    }
    return map
  }

  // MARK: Collections

  package func strings(
    _ name: StaticString, _ need: Need = .optional, whenNull: String = nullByte
  ) -> [String] {
    elements(name, need, "an array of strings") { stringHere(whenNull) ?? "" }
  }

  /// nil when absent, where that differs from an empty list.
  package func optionalStrings(_ name: StaticString) -> [String]? {
    guard node[name] != nil else {
      note("\(name)")
      return nil
    }
    return strings(name)
  }

  @inline(__always)
  package func integers<T: FixedWidthInteger>(_ name: StaticString) -> [T] {
    exactIntegers(name, Int128(exact: T.min)...Int128(exact: T.max)).map { T(truncatingIfNeeded: $0) }
  }

  func exactIntegers(_ name: StaticString, _ range: ClosedRange<Int128>) -> [Int128] {
    elements(name, .optional, "an array of integers") { integerHere(range) ?? range.lowerBound }
  }

  /// - Parameter opaque: the values only travel through JSON, see `opaqueString`.
  package func stringMap(_ name: StaticString, opaque: Bool = false) -> [String: String] {
    guard enter(name, .optional, "") else { return [:] }
    defer { leave() }
    var map: [String: String] = [:]
    for key in keys() {
      enter(key: key)
      if map.updateValue(stringHere(opaque ? nil : Self.nullByte) ?? "", forKey: key) != nil { complainOfTwin() }
      leave()
    }
    return map
  }

  /// Other bytes, and to Swift the same name, as `é` is in one character and in two: one of both would be lost without a word.
  func complainOfTwin() {
    complain("another member has the same name, composed of other characters", "rename one of them")
  }

  // MARK: Steps

  private func member<T>(
    _ name: StaticString, _ need: Need, _ wanted: @autoclosure () -> String, _ read: () -> T?
  ) -> T? {
    guard enter(name, need, wanted()) else { return nil }
    defer { leave() }
    return read()
  }

  private func elements<T>(_ name: StaticString, _ need: Need, _ wanted: String, _ read: () -> T) -> [T] {
    guard enter(name, need, wanted) else { return [] }
    defer { leave() }
    let count = arrayCount()
    var list: [T] = []
    list.reserveCapacity(count)
    for index in 0..<count {
      enter(element: index)
      list.append(read())
      leave()
    }
    return list
  }

  /// Goes to a member; says no, and complains if it must be there, when there is none.
  func enter(_ name: StaticString, _ need: Need, _ wanted: @autoclosure () -> String) -> Bool {
    if asked != nil { note("\(name)") }
    guard let value = node[name] else {
      if need == .required { report(name, "is required", "add \(wanted())") }
      return false
    }
    go(.member(name), value)
    return true
  }

  func enter(element index: Int) { go(.element(index), node.element(index)) }

  func enter(key: String) { go(.key(key), node.value(of: key)) }

  private func go(_ step: Step, _ value: Node) {
    levels.append((step, value))
    asked?.append(Asked())
  }

  func leave() {
    if asked != nil { noteUnknown() }
    levels.removeLast()
  }

  private func note(_ name: String) {
    guard let last = asked?.indices.last else { return }
    asked?[last].names.append(name)
  }

  /// Leaves the list of names of the object here, and keeps what is in the object but not on the list.
  private func noteUnknown() {
    guard let last = asked?.popLast(), !last.isEverything, node.kind == .object else { return }
    let known = last.names
    node.forEachMember { name, _ in
      if !known.contains(name) { unknown.append(UnknownMember(path: path(with: .named(name)), name: name, known: known)) }
    }
  }

  func isObject() -> Bool { expect(.object, "an object") }

  /// 0, with a complaint, for what is no array.
  func arrayCount() -> Int { expect(.array, "an array") ? node.count : 0 }

  /// Names of the object's members that are not null; none, with a complaint, for what is no object.
  func keys() -> [String] {
    guard isObject() else { return [] }
    if let last = asked?.indices.last { asked?[last].isEverything = true }
    var keys: [String] = []
    node.forEachMember { name, value in
      if !value.isNull { keys.append(name) }
    }
    return keys
  }

  // MARK: The value here

  private func stringHere(_ whenNull: String?) -> String? {
    guard expect(.string, "a string") else { return nil }
    if let whenNull, node.holdsNullByte {
      complain(whenNull, "remove it: no system call takes a text with one")
      return nil
    }
    return node.string
  }

  private func integerHere(_ range: ClosedRange<Int128>) -> Int128? {
    guard expect(.integer, Self.name(of: range)) else { return nil }
    let value = node.integer
    guard range.contains(value) else {
      complain("\(value) is out of range", "expected \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return value
  }

  private static func name(of range: ClosedRange<Int128>) -> String {
    if range.upperBound < Int128(exact: Int64.max) { return "an integer from \(range.lowerBound) to \(range.upperBound)" }
    return range.lowerBound < 0 ? "an integer" : "an integer from \(range.lowerBound) up"
  }

  private func expect(_ kind: Node.Kind, _ expected: @autoclosure () -> String) -> Bool {
    if node.kind == kind { return true }
    complain("is \(describe(node))", "expected \(expected())")
    return false
  }

  private func complain(_ message: @autoclosure () -> String, _ remedy: @autoclosure () -> String) {
    problems.note(Problem(path(), message(), remedy()))
  }

  private func describe(_ node: Node) -> String {
    switch node.kind {
    case .null: "null"
    case .boolean: node.boolean ? "true" : "false"
    case .integer: "the integer \(node.integer)"
    case .double: "the number \(node.literal.shortened)"
    case .string: "the string \(node.string.quoted)"
    case .array: "an array"
    case .object: "an object"
    }
  }

  private func path(with last: Step? = nil) -> String {
    var text = ""
    for step in levels.map({ $0.step }) + (last.map { [$0] } ?? []) {
      switch step {
      case .member(let name): text += text.isEmpty ? "\(name)" : ".\(name)"
      case .key(let name): text += "[\(name.quoted)]"
      case .named(let name): text += name.isPlain ? (text.isEmpty ? name : ".\(name)") : "[\(name.quoted)]"
      case .element(let index): text += "[\(index)]"
      }
    }
    return text
  }
}
