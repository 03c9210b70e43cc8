import Kernel

/// Bytes as values, in either byte order. Whatever a peer sends is a value or a failure.
struct Decoder {
  private let bytes: ArraySlice<UInt8>
  private let isBigEndian: Bool
  /// From the beginning of the message: alignment counts from there.
  private(set) var position = 0
  private var depth = 0

  /// Arrays, structures and variants in each other (dbus-specification "Message Protocol").
  static let deepest = 64

  init(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) {
    self.bytes = bytes
    self.isBigEndian = isBigEndian
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func align(to boundary: Int) throws(Failure) {
    while position % boundary != 0 {
      if try take(1).first != 0 { throw Failure("D-Bus message: bytes of padding that are not zero") }
    }
  }

  mutating func value(of type: ValueType) throws(Failure) -> Value {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Decoder.deepest else { throw Failure("D-Bus message: values are nested too deeply") }
    try align(to: type.alignment)
    switch type {
    case .byte: return .byte(try number())
    case .boolean: return .boolean(try boolean())
    case .int16: return .int16(try number())
    case .uint16: return .uint16(try number())
    case .int32: return .int32(try number())
    case .uint32: return .uint32(try number())
    case .handle: return .handle(try number())
    case .int64: return .int64(try number())
    case .uint64: return .uint64(try number())
    case .double: return .double(Double(bitPattern: try number()))
    case .string: return .string(try text(count: Int(try number() as UInt32)))
    case .objectPath: return .objectPath(try objectPath())
    case .signature: return .signature(try signature())
    case .variant: return .variant(try value(of: try ValueType(try signature())))
    case .array(let element): return try array(of: element)
    case .structure(let members):
      var values: [Value] = []
      for member in members { values.append(try value(of: member)) }
      return .structure(values)
    case .entry(let key, let value): return .entry(try self.value(of: key), try self.value(of: value))
    }
  }

  private mutating func take(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else { throw Failure("D-Bus message: it ends too early") }
    let start = bytes.startIndex + position
    position += count
    return bytes[start..<start + count]
  }

  private mutating func number<Number: FixedWidthInteger>() throws(Failure) -> Number {
    var result: UInt64 = 0
    let taken = try take(Number.bitWidth / 8)
    if isBigEndian {
      for byte in taken { result = result << 8 | UInt64(byte) }
    } else {
      for byte in taken.reversed() { result = result << 8 | UInt64(byte) }
    }
    return Number(truncatingIfNeeded: result)
  }

  private mutating func boolean() throws(Failure) -> Bool {
    let number: UInt32 = try number()
    guard number <= 1 else { throw Failure("D-Bus message: a boolean that is \(number)") }
    return number == 1
  }

  private mutating func text(count: Int) throws(Failure) -> String {
    let content = try take(count)
    guard try take(1).first == 0, !content.contains(0), let text = String(validating: content, as: UTF8.self) else {
      throw Failure("D-Bus message: a text that is not UTF-8 with one NUL at its end")
    }
    return text
  }

  private mutating func signature() throws(Failure) -> String { try text(count: Int(try number() as UInt8)) }

  private mutating func objectPath() throws(Failure) -> String {
    let path = try text(count: Int(try number() as UInt32))
    guard Value.isObjectPath(path) else { throw Failure("D-Bus message: \"\(path)\" is no object path") }
    return path
  }

  private mutating func array(of element: ValueType) throws(Failure) -> Value {
    let count: UInt32 = try number()
    guard count <= 64 << 20 else { throw Failure("D-Bus message: an array of \(count) bytes") }
    try align(to: element.alignment)
    let end = position + Int(count)
    guard end <= bytes.count else { throw Failure("D-Bus message: an array is longer than the message") }
    var values: [Value] = []
    while position < end { values.append(try value(of: element)) }
    guard position == end else { throw Failure("D-Bus message: an array ends within an element") }
    return .array(element, values)
  }
}

extension Value {
  /// `/`, or names of letters, digits and `_`, each after a slash.
  static func isObjectPath(_ text: String) -> Bool {
    if text == "/" { return true }
    let names = text.split(separator: "/", omittingEmptySubsequences: false)
    return names.count > 1 && names[0].isEmpty
      && names.dropFirst().allSatisfy { name in
        !name.isEmpty && name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || isLetterOrDigit($0) }
      }
  }
}

func isLetterOrDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
  default: false
  }
}
