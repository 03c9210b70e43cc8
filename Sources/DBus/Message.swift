import Kernel

/// One message of D-Bus (dbus-specification "Message Format").
package struct Message: Equatable, Sendable {
  package enum Kind: UInt8, Sendable {
    case call = 1
    case reply = 2
    case error = 3
    case signal = 4
  }

  package var kind: Kind
  package var serial: UInt32
  package var path: String?
  package var interface: String?
  package var member: String?
  package var errorName: String?
  package var replySerial: UInt32?
  package var destination: String?
  package var body: [Value] = []

  package init(_ kind: Kind, serial: UInt32) {
    self.kind = kind
    self.serial = serial
  }

  /// More than systemd ever answers; the specification allows 128 MiB.
  static let longest = 1 << 20
  /// What tells how long the rest of a message is.
  static let prefixLength = 16

  // MARK: Writing

  package var encoded: [UInt8] {
    var content = Encoder()
    for value in body { content.add(value) }
    var fields: [(code: UInt8, value: Value)] = []
    if let path { fields.append((1, .objectPath(path))) }
    if let interface { fields.append((2, .string(interface))) }
    if let member { fields.append((3, .string(member))) }
    if let errorName { fields.append((4, .string(errorName))) }
    if let replySerial { fields.append((5, .uint32(replySerial))) }
    if let destination { fields.append((6, .string(destination))) }
    if !body.isEmpty { fields.append((8, .signature(body.map { $0.type.text }.joined()))) }

    var message = Encoder()
    for byte in [UInt8(ascii: "l"), kind.rawValue, 0, 1] { message.add(.byte(byte)) }
    message.add(.uint32(UInt32(content.bytes.count)))
    message.add(.uint32(serial))
    let field = ValueType.structure([.byte, .variant])
    message.add(.array(field, fields.map { .structure([.byte($0.code), .variant($0.value)]) }))
    message.align(to: 8)
    return message.bytes + content.bytes
  }

  // MARK: Reading

  /// How long the message is that begins with these bytes, of which there are at least ``prefixLength``.
  static func length(_ prefix: ArraySlice<UInt8>) throws(Failure) -> Int {
    let isBigEndian = try byteOrder(prefix)
    var decoder = Decoder(prefix.prefix(prefixLength), isBigEndian: isBigEndian)
    for type in [ValueType.byte, .byte, .byte] { _ = try decoder.value(of: type) }
    guard try decoder.value(of: .byte) == .byte(1) else { throw Failure("D-Bus message: not of version 1 of the protocol") }
    guard case .uint32(let body) = try decoder.value(of: .uint32), case .uint32 = try decoder.value(of: .uint32),
      case .uint32(let fields) = try decoder.value(of: .uint32)
    else { throw Failure("D-Bus message: no header") }
    let length = prefixLength + (Int(fields) + 7) / 8 * 8 + Int(body)
    guard length <= longest else { throw Failure("D-Bus message: \(length) bytes are too many") }
    return length
  }

  /// - Parameter bytes: just one message; nil when it is of a kind that is to be ignored.
  package init?(decoding bytes: ArraySlice<UInt8>) throws(Failure) {
    guard bytes.count >= Message.prefixLength, try Message.length(bytes) == bytes.count else {
      throw Failure("D-Bus message: it is not as long as it says")
    }
    var decoder = Decoder(bytes, isBigEndian: try Message.byteOrder(bytes))
    var head: [Value] = []
    for type in [ValueType.byte, .byte, .byte, .byte, .uint32, .uint32] { head.append(try decoder.value(of: type)) }
    let fields = try decoder.value(of: .array(.structure([.byte, .variant])))
    guard case .byte(let code) = head[1], case .uint32(let serial) = head[5], case .array(_, let list) = fields else {
      throw Failure("D-Bus message: no header")
    }
    guard code != 0, serial != 0 else { throw Failure("D-Bus message: kind \(code) and serial \(serial) are not valid") }
    try decoder.align(to: 8)
    guard let kind = Kind(rawValue: code) else { return nil }
    self.init(kind, serial: serial)
    var signature = ""
    for field in list { try take(field, &signature) }
    for type in try ValueType.list(signature) { body.append(try decoder.value(of: type)) }
    guard decoder.isAtEnd else { throw Failure("D-Bus message: there is more in it than its signature says") }
    try checkFields()
  }

  private static func byteOrder(_ bytes: ArraySlice<UInt8>) throws(Failure) -> Bool {
    switch bytes.first {
    case UInt8(ascii: "l"): return false
    case UInt8(ascii: "B"): return true
    default: throw Failure("D-Bus message: no byte order")
    }
  }

  private mutating func take(_ field: Value, _ signature: inout String) throws(Failure) {
    guard case .structure(let parts) = field, case .byte(let code) = parts[0], case .variant(let value) = parts[1] else {
      throw Failure("D-Bus message: a header field that is none")
    }
    switch (code, value) {
    case (1, .objectPath(let text)): path = text
    case (2, .string(let text)): interface = text
    case (3, .string(let text)): member = text
    case (4, .string(let text)): errorName = text
    case (5, .uint32(let number)): replySerial = number
    case (6, .string(let text)): destination = text
    case (8, .signature(let text)): signature = text
    // 7 is the sender and 9 the count of descriptors, neither of which anything here asks for; of others "must be ignored".
    case (7, .string), (9, .uint32), (10..., _): break
    default: throw Failure("D-Bus message: header field \(code) is of type \(value.type.text)")
    }
  }

  /// "Required in" of the table of header fields.
  private func checkFields() throws(Failure) {
    let isWhole =
      switch kind {
      case .call: path != nil && member != nil
      case .reply: replySerial != nil
      case .error: replySerial != nil && errorName != nil
      case .signal: path != nil && interface != nil && member != nil
      }
    guard isWhole else { throw Failure("D-Bus message: a header field is missing") }
  }
}
