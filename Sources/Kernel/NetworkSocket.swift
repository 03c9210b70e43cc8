import CLinux

/// A conversation with the kernel about the interfaces of one network namespace (rtnetlink(7)).
///
/// The socket belongs to the namespace in which the process was when it was made, and stays there when the process leaves.
package struct NetworkSocket: ~Copyable {
  private let socket: Descriptor

  /// A socket of the namespace this process is in now.
  package init() throws(Failure) {
    let (netlink, raw, route): (CInt, CInt, CInt) = (16, 3, 0)  // AF_NETLINK, SOCK_RAW, NETLINK_ROUTE
    socket = Descriptor(owning: try Kernel.call("socket") { apus_socket(netlink, raw, route) })
  }

  /// The interface of that name; ENODEV when there is none.
  package func interface(named name: String) throws(Failure) -> NetworkInterface {
    var request = NetlinkRequest(.getLink, header: NetworkInterface.header(index: 0))
    request.add(InterfaceAttribute.name, name)
    for answer in try ask(request, "RTM_GETLINK") { if let found = NetworkInterface(answer) { return found } }
    throw Failure("RTM_GETLINK", errno: .operationNotSupportedByDevice)
  }

  /// All addresses of an interface, of every family.
  package func addresses(of interface: NetworkInterface) throws(Failure) -> [NetworkAddress] {
    // A dump that was interrupted by a change may lack something, and says so: it is asked for again.
    for _ in 0..<16 {
      let answers = try ask(NetlinkRequest(.getAddress, header: NetworkAddress.dumpHeader, flags: .dump), "RTM_GETADDR")
      if answers.contains(where: { $0.isInterrupted }) { continue }
      return answers.compactMap(NetworkAddress.init).filter { $0.index == interface.index }
    }
    throw Failure("RTM_GETADDR", errno: .resourceBusy)
  }

  /// Moves an interface into another namespace, which leaves it down and without addresses, and gives it the name there.
  /// A name that is taken there is EEXIST.
  package func move(_ interface: NetworkInterface, to namespace: borrowing Descriptor, as name: String) throws(Failure) {
    var request = NetlinkRequest(.newLink, header: NetworkInterface.header(index: interface.index))
    request.add(InterfaceAttribute.namespace, UInt32(bitPattern: namespace.number))
    request.add(InterfaceAttribute.name, name)
    _ = try ask(request, "RTM_NEWLINK")
  }

  /// Gives an interface that is down another name; the kernel puts a number in the place of `%d`.
  package func rename(_ interface: NetworkInterface, to name: String) throws(Failure) {
    var request = NetlinkRequest(.newLink, header: NetworkInterface.header(index: interface.index))
    request.add(InterfaceAttribute.name, name)
    _ = try ask(request, "RTM_NEWLINK")
  }

  package func setUp(_ interface: NetworkInterface) throws(Failure) {
    let up: UInt32 = 1  // IFF_UP
    _ = try ask(
      NetlinkRequest(.newLink, header: NetworkInterface.header(index: interface.index, flags: up, change: up)), "RTM_NEWLINK")
  }

  package func add(_ address: NetworkAddress, to interface: NetworkInterface) throws(Failure) {
    let flags: NetlinkRequest.Flags = [.create, .exclusive]
    var request = NetlinkRequest(.newAddress, header: address.header(index: interface.index), flags: flags)
    for (kind, value) in address.attributes { request.add(kind, value) }
    _ = try ask(request, "RTM_NEWADDR")
  }

  /// Sends a request and reads to the end of its answer.
  private func ask(_ request: NetlinkRequest, _ name: String) throws(Failure) -> [NetlinkAnswer] {
    try socket.writeAll(request.bytes)
    var answers: [NetlinkAnswer] = []
    while true {
      let packet = try socket.read(atMost: 64 << 10)
      if packet.isEmpty { throw Failure(name, errno: .connectionReset) }
      for answer in NetlinkAnswer.parse(packet) {
        switch answer.type {
        case NetlinkAnswer.done: return answers
        case NetlinkAnswer.error:
          let number = answer.payload.number(at: 0, as: Int32.self) ?? 0
          if number == 0 { return answers }
          throw Failure(name, errno: Errno(rawValue: -number))
        default: answers.append(answer)
        }
      }
    }
  }
}

/// A network interface, as RTM_NEWLINK tells of it.
package struct NetworkInterface: Equatable, Sendable {
  package let index: Int32
  package let isUp: Bool

  init?(_ answer: NetlinkAnswer) {
    // struct ifinfomsg: u8 family, u8, u16 type, s32 index, u32 flags, u32 change.
    guard answer.type == NetlinkRequest.Kind.newLink.rawValue, let index = answer.payload.number(at: 4, as: Int32.self),
      let flags = answer.payload.number(at: 8, as: UInt32.self)
    else { return nil }
    self.index = index
    isUp = flags & 1 != 0  // IFF_UP
  }

  fileprivate static func header(index: Int32, flags: UInt32 = 0, change: UInt32 = 0) -> [UInt8] {
    [0, 0, 0, 0] + index.nativeBytes + flags.nativeBytes + change.nativeBytes
  }
}

/// An address of an interface, as RTM_NEWADDR tells of it.
package struct NetworkAddress: Equatable, Sendable {
  fileprivate let index: Int32
  private let family: UInt8
  private let prefixLength: UInt8
  private let scope: UInt8
  private let flags: UInt32
  /// What makes the address the same again elsewhere; the label is not, it begins with the interface's name.
  fileprivate let attributes: [(kind: UInt16, value: [UInt8])]

  /// Set by somebody, rather than by autoconfiguration or DHCP with a lifetime (IFA_F_PERMANENT).
  package var isPermanent: Bool { flags & 0x80 != 0 }
  /// Valid everywhere (RT_SCOPE_UNIVERSE), not only on this link or host.
  package var isGlobal: Bool { scope == 0 }

  init?(_ answer: NetlinkAnswer) {
    // struct ifaddrmsg: u8 family, u8 length of the prefix, u8 flags, u8 scope, u32 index.
    let payload = answer.payload
    guard answer.type == NetlinkRequest.Kind.newAddress.rawValue, payload.count >= 8,
      let index = payload.number(at: 4, as: Int32.self)
    else { return nil }
    self.index = index
    (family, prefixLength, scope) = (
      payload[payload.startIndex], payload[payload.startIndex + 1], payload[payload.startIndex + 3]
    )
    var flags = UInt32(payload[payload.startIndex + 2])
    var kept: [(kind: UInt16, value: [UInt8])] = []
    for (kind, value) in NetlinkAnswer.attributes(in: payload.dropFirst(8)) {
      if kind == AddressAttribute.flags { flags = value[...].number(at: 0, as: UInt32.self) ?? flags }
      if AddressAttribute.kept.contains(kind) { kept.append((kind, value)) }
    }
    kept.append((AddressAttribute.flags, (flags & AddressAttribute.settableFlags).nativeBytes))
    self.flags = flags
    attributes = kept
  }

  package static func == (one: NetworkAddress, other: NetworkAddress) -> Bool {
    one.family == other.family && one.prefixLength == other.prefixLength && one.scope == other.scope && one.flags == other.flags
      && one.attributes.elementsEqual(other.attributes) { $0.kind == $1.kind && $0.value == $1.value }
  }

  fileprivate func header(index: Int32) -> [UInt8] { [family, prefixLength, 0, scope] + index.nativeBytes }

  fileprivate static let dumpHeader: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
}

private enum InterfaceAttribute {
  static let name: UInt16 = 3  // IFLA_IFNAME
  static let namespace: UInt16 = 28  // IFLA_NET_NS_FD
}

private enum AddressAttribute {
  static let flags: UInt16 = 8  // IFA_FLAGS
  /// IFA_ADDRESS, IFA_LOCAL, IFA_BROADCAST, IFA_RT_PRIORITY, IFA_PROTO.
  static let kept: Set<UInt16> = [1, 2, 4, 9, 11]
  /// IFA_F_NODAD, _HOMEADDRESS, _MANAGETEMPADDR, _NOPREFIXROUTE, _MCAUTOJOIN: those that a user sets.
  static let settableFlags: UInt32 = 0x2 | 0x10 | 0x100 | 0x200 | 0x400
}
