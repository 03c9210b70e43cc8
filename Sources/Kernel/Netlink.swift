/// A request to the kernel in the form of netlink(7): struct nlmsghdr, a header of the protocol, attributes.
///
/// All numbers are in the machine's own byte order; every part begins at a multiple of four.
struct NetlinkRequest {
  /// The messages of rtnetlink(7) which apus sends.
  enum Kind: UInt16 {
    case newLink = 16
    case getLink = 18
    case newAddress = 20
    case getAddress = 22
  }

  struct Flags: OptionSet {
    let rawValue: UInt16
    static let request = Flags(rawValue: 0x1)
    static let acknowledge = Flags(rawValue: 0x4)
    /// For a request that makes something: not when it is there, and make it when it is not.
    static let exclusive = Flags(rawValue: 0x200)
    static let create = Flags(rawValue: 0x400)
    /// For a request that asks: everything there is.
    static let dump = Flags(rawValue: 0x300)
  }

  private let kind: Kind
  private let flags: Flags
  private var body: [UInt8]

  /// - Parameter header: of the protocol, such as struct ifinfomsg.
  init(_ kind: Kind, header: [UInt8], flags: Flags = []) {
    self.kind = kind
    // A dump ends with a message of its own; all else is acknowledged, with 0 or an errno.
    self.flags = flags.union(flags.contains(.dump) ? .request : [.request, .acknowledge])
    body = header
  }

  mutating func add(_ kind: UInt16, _ value: [UInt8]) {
    body += UInt16(4 + value.count).nativeBytes + kind.nativeBytes + value
    while body.count % 4 != 0 { body.append(0) }
  }

  /// Text ends with a NUL.
  mutating func add(_ kind: UInt16, _ text: String) { add(kind, Array(text.utf8) + [0]) }

  mutating func add(_ kind: UInt16, _ number: UInt32) { add(kind, number.nativeBytes) }

  var bytes: [UInt8] {
    let (sequence, port): (UInt32, UInt32) = (1, 0)  // one question at a time; the kernel fills in the port
    return UInt32(16 + body.count).nativeBytes + kind.rawValue.nativeBytes + flags.rawValue.nativeBytes
      + sequence.nativeBytes + port.nativeBytes + body
  }
}

/// One message of the kernel's answer.
struct NetlinkAnswer {
  static let error: UInt16 = 2  // NLMSG_ERROR
  static let done: UInt16 = 3  // NLMSG_DONE

  let type: UInt16
  /// Something changed while a dump was made (NLM_F_DUMP_INTR).
  let isInterrupted: Bool
  let payload: ArraySlice<UInt8>

  /// The messages of one packet; what is not whole is not there.
  static func parse(_ packet: [UInt8]) -> [NetlinkAnswer] {
    var answers: [NetlinkAnswer] = []
    var rest = packet[...]
    while let length = rest.number(at: 0, as: UInt32.self).map(Int.init), length >= 16, length <= rest.count,
      let type = rest.number(at: 4, as: UInt16.self), let flags = rest.number(at: 6, as: UInt16.self)
    {
      answers.append(
        NetlinkAnswer(type: type, isInterrupted: flags & 0x10 != 0, payload: rest.prefix(length).dropFirst(16)))
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return answers
  }

  static func attributes(in bytes: ArraySlice<UInt8>) -> [(kind: UInt16, value: [UInt8])] {
    var attributes: [(kind: UInt16, value: [UInt8])] = []
    var rest = bytes
    while let length = rest.number(at: 0, as: UInt16.self).map(Int.init), length >= 4, length <= rest.count,
      let kind = rest.number(at: 2, as: UInt16.self)
    {
      attributes.append((kind & 0x3fff, Array(rest.prefix(length).dropFirst(4))))  // without NLA_F_NESTED, NLA_F_NET_BYTEORDER
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return attributes
  }
}

extension FixedWidthInteger {
  /// In the machine's own byte order.
  var nativeBytes: [UInt8] { unsafe withUnsafeBytes(of: self) { unsafe Array($0) } }
}

extension ArraySlice<UInt8> {
  /// The number at a distance from the start, in the machine's own byte order; nil when it is not all there.
  func number<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: T.Type) -> T? {
    guard count >= offset + MemoryLayout<T>.size else { return nil }
    return unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
  }
}
