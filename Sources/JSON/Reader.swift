/// Reads a document member by member, straight off the parsed tree, and collects every mistake on the way.
///
/// A reading method gives nil (or an empty collection) for a member that is absent, null or wrong; what is wrong also
/// becomes a `Problem` under the member's full path, and reading goes on. So a document with five mistakes is reported
/// once, with five problems, and its value must be used only when `problems` is empty.
/// Members nobody asks for are ignored (config.md "Extensibility").
package final class Reader {
  /// Whether a member may be left out.
  package enum Need { case optional, required }

  private enum Step {
    case member(StaticString)
    case key(String)
    case element(Int)
  }

  package private(set) var problems: [Problem] = []
  private let tree: Tree
  private var node: Node
  private var path: [Step] = []

  /// Larger than any configuration an engine writes, small enough to be read whole.
  package static let sizeLimit = 16 << 20
  private static let depthLimit: Int32 = 128

  /// - Throws: `SyntaxError` when the bytes are not one strict JSON document with unique member names.
  package init(parsing bytes: [UInt8]) throws(SyntaxError) {
    guard bytes.count <= Self.sizeLimit else {
      throw SyntaxError(line: 1, column: 1, "the document has \(bytes.count) bytes, more than the \(Self.sizeLimit) allowed")
    }
    tree = try Tree.parse(bytes, depth: Self.depthLimit)
    node = tree.root
    try Strictness.check(bytes, parsedMembers: node.membersBelow)
    path.reserveCapacity(16)
    if node.kind != .object {
      problems.append(Problem("", "expected an object, found \(describe(node))"))
      node = .null
    }
  }

  /// Adds a mistake only the caller can see, at the member `name` of the object being read.
  package func report(_ name: StaticString, _ message: String) {
    problems.append(Problem(text(of: path + [.member(name)]), message))
  }

  // MARK: Scalars

  /// - Parameter whenNull: what to say of a text with a NUL byte, which no system call can take.
  package func string(
    _ name: StaticString, _ need: Need = .optional, whenNull: String = "contains a null byte"
  ) -> String? {
    member(name, need) { stringHere(whenNull) }
  }

  /// Text that only travels through JSON (annotations, metadata), so a NUL byte in it harms nobody.
  package func opaqueString(_ name: StaticString) -> String? {
    member(name, .optional) { stringHere(nil) }
  }

  package func flag(_ name: StaticString, _ need: Need = .optional) -> Bool? {
    member(name, need) { expect(.boolean, "true or false") ? node.boolean : nil }
  }

  /// An integer of the wanted type, exact or not at all; `range` narrows the type's own.
  @inlinable
  package func integer<T: FixedWidthInteger>(
    _ name: StaticString, _ need: Need = .optional, in range: ClosedRange<T> = T.min...T.max
  ) -> T? {
    exactInteger(name, need, Int128(range.lowerBound)...Int128(range.upperBound)).map { T(truncatingIfNeeded: $0) }
  }

  @usableFromInline
  package func exactInteger(_ name: StaticString, _ need: Need, _ range: ClosedRange<Int128>) -> Int128? {
    member(name, need) { integerHere(range) }
  }

  /// A string out of a fixed set.
  package func choice<E: RawRepresentable & CaseIterable>(_ name: StaticString, _ need: Need = .optional) -> E?
  where E.RawValue == String {
    member(name, need) { choiceHere() }
  }

  // MARK: Objects

  package func object<T>(_ name: StaticString, _ body: (Reader) -> T) -> T? {
    member(name, .optional) { expect(.object, "an object") ? body(self) : nil }
  }

  package func objects<T>(_ name: StaticString, _ body: (Reader) -> T) -> [T] {
    elements(name) { expect(.object, "an object") ? body(self) : nil }
  }

  package func objectMap<T>(_ name: StaticString, _ body: (Reader) -> T) -> [String: T] {
    map(name) { expect(.object, "an object") ? body(self) : nil }
  }

  // MARK: Collections

  package func strings(
    _ name: StaticString, _ need: Need = .optional, whenNull: String = "contains a null byte"
  ) -> [String] {
    elements(name, need) { stringHere(whenNull) }
  }

  /// nil when absent, where that differs from an empty list.
  package func optionalStrings(_ name: StaticString) -> [String]? {
    node[name] == nil ? nil : strings(name)
  }

  @inlinable
  package func integers<T: FixedWidthInteger>(_ name: StaticString) -> [T] {
    exactIntegers(name, Int128(T.min)...Int128(T.max)).map { T(truncatingIfNeeded: $0) }
  }

  @usableFromInline
  package func exactIntegers(_ name: StaticString, _ range: ClosedRange<Int128>) -> [Int128] {
    elements(name) { integerHere(range) }
  }

  package func choices<E: RawRepresentable & CaseIterable>(_ name: StaticString) -> [E] where E.RawValue == String {
    elements(name) { choiceHere() }
  }

  /// - Parameter opaque: the values only travel through JSON, see `opaqueString`.
  package func stringMap(_ name: StaticString, opaque: Bool = false) -> [String: String] {
    map(name) { stringHere(opaque ? nil : "contains a null byte") }
  }

  // MARK: Steps

  private func member<T>(_ name: StaticString, _ need: Need, _ read: () -> T?) -> T? {
    guard let value = node[name] else {
      if need == .required { report(name, "is required") }
      return nil
    }
    return inside(value, .member(name), read)
  }

  private func elements<T>(_ name: StaticString, _ need: Need = .optional, _ read: () -> T?) -> [T] {
    member(name, need) {
      guard expect(.array, "an array") else { return [] }
      let array = node
      var list: [T] = []
      list.reserveCapacity(array.count)
      for index in 0..<array.count {
        if let value = inside(array.element(index), .element(index), read) { list.append(value) }
      }
      return list
    } ?? []
  }

  private func map<T>(_ name: StaticString, _ read: () -> T?) -> [String: T] {
    member(name, .optional) {
      guard expect(.object, "an object") else { return [:] }
      var map: [String: T] = [:]
      node.forEachMember { key, value in
        if !value.isNull { map[key] = inside(value, .key(key), read) }
      }
      return map
    } ?? [:]
  }

  private func inside<T>(_ value: Node, _ step: Step, _ read: () -> T?) -> T? {
    let outer = node
    node = value
    path.append(step)
    defer {
      node = outer
      path.removeLast()
    }
    return read()
  }

  // MARK: The value here

  private func stringHere(_ whenNull: String?) -> String? {
    guard expect(.string, "a string") else { return nil }
    let text = node.string
    if let whenNull, text.utf8.contains(0) {
      complain(whenNull)
      return nil
    }
    return text
  }

  private func integerHere(_ range: ClosedRange<Int128>) -> Int128? {
    guard expect(.integer, "an integer") else { return nil }
    let value = node.integer
    guard range.contains(value) else {
      complain("\(value) is out of range, expected \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return value
  }

  private func choiceHere<E: RawRepresentable & CaseIterable>() -> E? where E.RawValue == String {
    guard let text = stringHere("contains a null byte") else { return nil }
    if let value = E(rawValue: text) { return value }
    let legal = E.allCases.map(\.rawValue).joined(separator: ", ")
    complain("unknown value \(text.quoted), expected one of \(legal)")
    return nil
  }

  private func expect(_ kind: Node.Kind, _ expected: String) -> Bool {
    if node.kind == kind { return true }
    complain("expected \(expected), found \(describe(node))")
    return false
  }

  private func complain(_ message: String) { problems.append(Problem(text(of: path), message)) }

  private func describe(_ node: Node) -> String {
    switch node.kind {
    case .null: "null"
    case .boolean: node.boolean ? "true" : "false"
    case .integer: "the integer \(node.integer)"
    case .double: "the number \(node.literal)"
    case .string: "the string \(node.string.quoted)"
    case .array: "an array"
    case .object: "an object"
    }
  }

  private func text(of path: [Step]) -> String {
    var text = ""
    for step in path {
      switch step {
      case .member(let name): text += text.isEmpty ? "\(name)" : ".\(name)"
      case .key(let name): text += "[\(name.quoted)]"
      case .element(let index): text += "[\(index)]"
      }
    }
    return text
  }
}
