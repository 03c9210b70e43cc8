/// Values as bytes (dbus-specification "Marshaling"), always in little-endian order.
struct Encoder {
  private(set) var bytes: [UInt8] = []

  mutating func align(to boundary: Int) {
    while bytes.count % boundary != 0 { bytes.append(0) }
  }

  mutating func add(_ value: Value) {
    align(to: value.type.alignment)
    switch value {
    case .byte(let number): bytes.append(number)
    case .boolean(let flag): add(UInt32(flag ? 1 : 0))
    case .int16(let number): add(number)
    case .uint16(let number): add(number)
    case .int32(let number): add(number)
    case .uint32(let number), .handle(let number): add(number)
    case .int64(let number): add(number)
    case .uint64(let number): add(number)
    case .double(let number): add(number.bitPattern)
    case .string(let text), .objectPath(let text): add(text)
    case .signature(let text): add(signature: text)
    case .variant(let inner):
      add(signature: inner.type.text)
      add(inner)
    case .array(let element, let values): add(values, of: element)
    case .structure(let members): for member in members { add(member) }
    case .entry(let key, let value):
      add(key)
      add(value)
    }
  }

  private mutating func add(_ number: some FixedWidthInteger) {
    var rest = number
    for _ in 0..<number.bitWidth / 8 {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  private mutating func add(_ text: String) {
    add(UInt32(text.utf8.count))
    bytes += text.utf8
    bytes.append(0)
  }

  private mutating func add(signature text: String) {
    bytes.append(UInt8(text.utf8.count))
    bytes += text.utf8
    bytes.append(0)
  }

  /// The length counts the elements, not the padding before the first of them.
  private mutating func add(_ values: [Value], of element: ValueType) {
    let place = bytes.count
    add(UInt32(0))
    align(to: element.alignment)
    let start = bytes.count
    for value in values { add(value) }
    let length = UInt32(bytes.count - start)
    for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
  }
}
