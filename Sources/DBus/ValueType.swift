import Kernel

/// A single complete type of D-Bus (dbus-specification "Type System"), as a signature spells it: `a{sv}`.
package indirect enum ValueType: Hashable, Sendable {
  case byte, boolean, int16, uint16, int32, uint32, int64, uint64, double, string, objectPath, signature, handle, variant
  case array(ValueType)
  case structure([ValueType])
  /// Only as the element of an array.
  case entry(ValueType, ValueType)

  /// How deep arrays and structures may lie in each other, of each kind.
  package static let deepest = 32

  private static let basic: [(letter: Character, type: ValueType)] = [
    ("y", .byte), ("b", .boolean), ("n", .int16), ("q", .uint16), ("i", .int32), ("u", .uint32), ("x", .int64),
    ("t", .uint64), ("d", .double), ("s", .string), ("o", .objectPath), ("g", .signature), ("h", .handle),
  ]

  /// A key of a dictionary must be of such a type.
  var isBasic: Bool { ValueType.basic.contains { $0.type == self } }

  /// What the position of such a value in a message is a multiple of.
  var alignment: Int {
    switch self {
    case .byte, .signature, .variant: 1
    case .int16, .uint16: 2
    case .boolean, .int32, .uint32, .string, .objectPath, .handle, .array: 4
    case .int64, .uint64, .double, .structure, .entry: 8
    }
  }

  package var text: String {
    switch self {
    case .variant: "v"
    case .array(let element): "a\(element.text)"
    case .structure(let members): "(\(members.map { $0.text }.joined()))"
    case .entry(let key, let value): "{\(key.text)\(value.text)}"
    default: String(ValueType.basic.first { $0.type == self }?.letter ?? "?")
    }
  }

  // MARK: Reading a signature

  /// The types of a signature, such as the body of a message has it: any number of complete types.
  package static func list(_ text: String) throws(Failure) -> [ValueType] {
    guard text.utf8.count <= 255 else { throw Failure("a signature of \(text.utf8.count) bytes: at most 255 are allowed") }
    var rest = text[...]
    var types: [ValueType] = []
    while !rest.isEmpty { types.append(try next(&rest, of: text, arrays: 0, structures: 0)) }
    return types
  }

  /// One complete type and nothing else.
  package init(_ text: String) throws(Failure) {
    let types = try ValueType.list(text)
    guard types.count == 1 else { throw Failure("the signature \"\(text)\" is not one complete type") }
    self = types[0]
  }

  /// - Parameters:
  ///   - arrays: how many arrays it lies in.
  ///   - structures: how many structures and entries it lies in.
  private static func next(
    _ rest: inout Substring, of text: String, arrays: Int, structures: Int
  ) throws(Failure) -> ValueType {
    guard arrays <= deepest, structures <= deepest else { throw Failure("the signature \"\(text)\" is nested too deeply") }
    guard let letter = rest.popFirst() else { throw Failure("the signature \"\(text)\" ends too early") }
    switch letter {
    case "v": return .variant
    case "a" where rest.first == "{": return .array(try entry(&rest, of: text, arrays: arrays + 1, structures: structures + 1))
    case "a": return .array(try next(&rest, of: text, arrays: arrays + 1, structures: structures))
    case "(":
      var members: [ValueType] = []
      while rest.first != ")" { members.append(try next(&rest, of: text, arrays: arrays, structures: structures + 1)) }
      rest.removeFirst()
      if members.isEmpty { throw Failure("the signature \"\(text)\" has a structure without members") }
      return .structure(members)
    default:
      guard let found = basic.first(where: { $0.letter == letter }) else {
        throw Failure("the signature \"\(text)\" has no type at \"\(letter)\"")
      }
      return found.type
    }
  }

  private static func entry(
    _ rest: inout Substring, of text: String, arrays: Int, structures: Int
  ) throws(Failure) -> ValueType {
    rest.removeFirst()
    let key = try next(&rest, of: text, arrays: arrays, structures: structures)
    let value = try next(&rest, of: text, arrays: arrays, structures: structures)
    guard key.isBasic, rest.popFirst() == "}" else {
      throw Failure("the signature \"\(text)\" has an entry that is not a simple key and one value")
    }
    return .entry(key, value)
  }
}
