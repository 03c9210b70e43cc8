/// A second reader of JSON, written from RFC 8259 alone, and slow: what json-c and `Strictness` accept must be what this one
/// accepts, and the values must be the same.
indirect enum Grammar {
  case null, boolean(Bool), fraction
  /// Spelled as an integer.
  case integer(Int128)
  /// UTF-16, so that no two spellings of a text are taken for one.
  case string([UInt16])
  case array([Grammar])
  case object([(name: [UInt16], value: Grammar)])

  /// nil for what is no document, or none that apus takes: names that are there twice or have a NUL, halves of surrogate
  /// pairs, integers beyond 64 bits.
  static func parse(_ bytes: [UInt8]) -> (value: Grammar, depth: Int)? {
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    var parser = GrammarParser(bytes: bytes)
    guard let value = parser.value(depth: 0) else { return nil }
    parser.skipSpace()
    return parser.index == bytes.count ? (value, parser.deepest) : nil
  }

  var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "boolean"
    case .fraction, .integer: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  /// Objects and arrays in each other.
  func member(_ name: String) -> Grammar? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == Array(name.utf16) }?.value
  }
}

private struct GrammarParser {
  let bytes: [UInt8]
  var index = 0
  var deepest = 0

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { index += 1 }
  }

  private mutating func take(_ letter: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: letter) else { return false }
    index += 1
    return true
  }

  private mutating func word(_ text: StaticString) -> Bool {
    for byte in "\(text)".utf8 { if !take(Unicode.Scalar(byte)) { return false } }
    return true
  }

  mutating func value(depth: Int) -> Grammar? {
    // Far beyond the limit of apus, so that this one's stack is not what is tested.
    guard depth < 1000 else { return nil }
    deepest = max(deepest, depth)
    skipSpace()
    switch next {
    case UInt8(ascii: "n"): return word("null") ? .null : nil
    case UInt8(ascii: "t"): return word("true") ? .boolean(true) : nil
    case UInt8(ascii: "f"): return word("false") ? .boolean(false) : nil
    case UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "["): return array(depth: depth + 1)
    case UInt8(ascii: "{"): return object(depth: depth + 1)
    default: return number()
    }
  }

  private mutating func array(depth: Int) -> Grammar? {
    index += 1
    deepest = max(deepest, depth)
    var elements: [Grammar] = []
    skipSpace()
    if take("]") { return .array([]) }
    while true {
      guard let element = value(depth: depth) else { return nil }
      elements.append(element)
      skipSpace()
      if take("]") { return .array(elements) }
      if !take(",") { return nil }
    }
  }

  private mutating func object(depth: Int) -> Grammar? {
    index += 1
    deepest = max(deepest, depth)
    var members: [(name: [UInt16], value: Grammar)] = []
    var names: Set<[UInt16]> = []
    skipSpace()
    if take("}") { return .object([]) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\""), let name = string(), !name.contains(0), names.insert(name).inserted else { return nil }
      skipSpace()
      guard take(":"), let member = value(depth: depth) else { return nil }
      members.append((name, member))
      skipSpace()
      if take("}") { return .object(members) }
      if !take(",") { return nil }
    }
  }

  private mutating func digits() -> Bool {
    let start = index
    while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { index += 1 }
    return index > start
  }

  private mutating func number() -> Grammar? {
    let start = index
    _ = take("-")
    if !take("0"), !digits() { return nil }
    var isInteger = true
    if take(".") {
      isInteger = false
      if !digits() { return nil }
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("+") { _ = take("-") }
      if !digits() { return nil }
    }
    if !isInteger { return .fraction }
    guard let number = Int128(String(decoding: bytes[start..<index], as: UTF8.self)) else { return nil }
    return Int128(Int64.min)...Int128(UInt64.max) ~= number ? .integer(number) : nil
  }

  private mutating func string() -> [UInt16]? {
    index += 1
    var units: [UInt16] = []
    var plain: [UInt8] = []
    func flush(_ units: inout [UInt16], _ plain: inout [UInt8]) {
      units += String(decoding: plain, as: UTF8.self).utf16
      plain = []
    }
    while let byte = next {
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        flush(&units, &plain)
        return GrammarParser.isWhole(units) ? units : nil
      case 0..<0x20: return nil
      case UInt8(ascii: "\\"):
        flush(&units, &plain)
        guard let unit = escaped() else { return nil }
        units.append(unit)
      default: plain.append(byte)
      }
    }
    return nil
  }

  private mutating func escaped() -> UInt16? {
    guard let letter = next else { return nil }
    index += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt16(letter)
    case UInt8(ascii: "b"): return 8
    case UInt8(ascii: "f"): return 12
    case UInt8(ascii: "n"): return 10
    case UInt8(ascii: "r"): return 13
    case UInt8(ascii: "t"): return 9
    case UInt8(ascii: "u"):
      var value: UInt16 = 0
      for _ in 0..<4 {
        guard let byte = next,
          let digit = Unicode.Scalar(byte).properties.numericType == .decimal
            ? UInt16(byte - 0x30) : UInt16(String(Unicode.Scalar(byte)), radix: 16)
        else { return nil }
        index += 1
        value = value << 4 | digit
      }
      return value
    default: return nil
    }
  }

  /// No half of a surrogate pair.
  private static func isWhole(_ units: [UInt16]) -> Bool {
    var index = 0
    while index < units.count {
      if UTF16.isTrailSurrogate(units[index]) { return false }
      if UTF16.isLeadSurrogate(units[index]) {
        guard index + 1 < units.count, UTF16.isTrailSurrogate(units[index + 1]) else { return false }
        index += 1
      }
      index += 1
    }
    return true
  }
}
