import Kernel

// A value written as text, as GLib and systemd's busctl and every engine's annotations have it ("GVariant Text Format"):
// `true`, `uint64 5`, `'text'`, `['a', 'b']`, `@as []`, `{'key': <1>}`.

extension Value {
  /// What is longer is no property of anything.
  private static let longestText = 64 << 10

  package init(text: String) throws(Failure) {
    guard text.utf8.count <= Value.longestText else { throw Failure("a value of \(text.utf8.count) bytes is too long") }
    // No text of D-Bus has one.
    if text.utf8.contains(0) { throw Failure("a value has a NUL in it") }
    var reader = TextReader(text)
    let syntax = try reader.value()
    guard reader.isAtEnd else { throw Failure("there is more after the value: \(reader.rest)") }
    self = try syntax.value(of: try syntax.sendableType())
  }
}

/// What is written, before its type is known: `1` is of the type which the others in its array have.
indirect enum TextValue {
  case boolean(Bool)
  case number(String)
  case string(String)
  case bytes([UInt8])
  case array([TextValue])
  case structure([TextValue])
  case dictionary([(key: TextValue, value: TextValue)])
  case variant(TextValue)
  case typed(ValueType, TextValue)

  /// The type that the text itself tells; nil when it may be of several.
  func type() throws(Failure) -> ValueType? {
    switch self {
    case .boolean: return .boolean
    case .number, .string: return nil
    case .bytes: return .array(.byte)
    case .variant: return .variant
    case .typed(let type, _): return type
    case .array(let values): return try TextValue.common(values).map { .array($0) }
    case .structure(let values):
      var types: [ValueType] = []
      for value in values {
        guard let type = try value.type() else { return nil }
        types.append(type)
      }
      return .structure(types)
    case .dictionary(let entries):
      guard let key = try TextValue.common(entries.map { $0.key }), let value = try TextValue.common(entries.map { $0.value })
      else {
        return nil
      }
      return .array(.entry(key, value))
    }
  }

  private static func common(_ values: [TextValue]) throws(Failure) -> ValueType? {
    for value in values { if let type = try value.type() { return type } }
    return nil
  }

  /// The type where nothing tells another.
  func usualType() throws(Failure) -> ValueType {
    if let known = try type() { return known }
    switch self {
    case .number(let text): return TextValue.isInteger(text) ? .int32 : .double
    case .array(let values): return .array(try TextValue.usual(values))
    case .structure(let values):
      var types: [ValueType] = []
      for value in values { types.append(try value.usualType()) }
      return .structure(types)
    case .dictionary(let entries):
      return .array(.entry(try TextValue.usual(entries.map { $0.key }), try TextValue.usual(entries.map { $0.value })))
    default: return .string
    }
  }

  /// The same, if it can be sent: the signature of a type has at most 255 bytes, and its parts lie in each other not too deep.
  func sendableType() throws(Failure) -> ValueType { try ValueType(try usualType().text) }

  private static func usual(_ values: [TextValue]) throws(Failure) -> ValueType {
    if let known = try common(values) { return known }
    if values.isEmpty { throw Failure("an empty array needs its type: @as []") }
    // One with a fraction makes doubles of all.
    let types = try values.map { value throws(Failure) in try value.usualType() }
    return types.contains(.double) ? .double : types[0]
  }

  private static func isInteger(_ text: String) -> Bool {
    text.lowercased().hasPrefix("0x") || text.utf8.allSatisfy { $0 != UInt8(ascii: ".") && $0 | 0x20 != UInt8(ascii: "e") }
  }

  // MARK: Taking it for a type

  func value(of type: ValueType) throws(Failure) -> Value {
    switch (self, type) {
    case (.typed(let own, let inner), _) where own == type: return try inner.value(of: type)
    case (.boolean(let flag), .boolean): return .boolean(flag)
    case (.number(let text), _): return try TextValue.number(text, type)
    case (.string(let text), .string): return .string(text)
    case (.string(let text), .objectPath) where Value.isObjectPath(text): return .objectPath(text)
    case (.string(let text), .signature):
      _ = try ValueType.list(text)
      return .signature(text)
    case (.bytes(let bytes), .array(.byte)): return .bytes(bytes + [0])
    case (.variant(let inner), .variant): return .variant(try inner.value(of: try inner.sendableType()))
    case (.array(let values), .array(let element)):
      return .array(element, try values.map { value throws(Failure) in try value.value(of: element) })
    case (.structure(let values), .structure(let members)) where values.count == members.count:
      var list: [Value] = []
      for (value, member) in zip(values, members) { list.append(try value.value(of: member)) }
      return .structure(list)
    case (.dictionary(let entries), .array(.entry(let key, let value))) where key.isBasic:
      var list: [Value] = []
      for entry in entries { list.append(.entry(try entry.key.value(of: key), try entry.value.value(of: value))) }
      return .array(.entry(key, value), list)
    default: throw Failure("a value is not of type \(type.text)")
    }
  }

  private static func number(_ text: String, _ type: ValueType) throws(Failure) -> Value {
    let value: Value? =
      switch type {
      case .byte: integer(text).map { .byte($0) }
      case .int16: integer(text).map { .int16($0) }
      case .uint16: integer(text).map { .uint16($0) }
      case .int32: integer(text).map { .int32($0) }
      case .uint32: integer(text).map { .uint32($0) }
      case .handle: integer(text).map { .handle($0) }
      case .int64: integer(text).map { .int64($0) }
      case .uint64: integer(text).map { .uint64($0) }
      case .double: decimalNumber(text).map { .double($0) }
      default: nil
      }
    guard let value else { throw Failure("\(text) is no value of type \(type.text)") }
    return value
  }

  private static func integer<Number: FixedWidthInteger>(_ text: String) -> Number? {
    let sign = text.prefix { $0 == "-" || $0 == "+" }
    let digits = text.dropFirst(sign.count)
    if digits.lowercased().hasPrefix("0x") { return Number("\(sign)\(digits.dropFirst(2))", radix: 16) }
    let isOctal = digits.count > 1 && digits.hasPrefix("0")
    return Number("\(sign)\(digits)", radix: isOctal ? 8 : 10)
  }
}
