import Testing

@testable import Kernel

@Suite struct NetlinkTests {
  /// Read off the wire of iproute2, for `ip link set x name eth0` with the index 5.
  @Test(.enabled(if: Int(littleEndian: 1) == 1, "the bytes are those of a little-endian machine"))
  func aRequestHasItsHeaderAndPaddedAttributes() {
    var request = NetlinkRequest(.newLink, header: [0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    request.add(3, "eth0")
    #expect(
      request.bytes == [
        44, 0, 0, 0, 16, 0, 5, 0, 1, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        9, 0, 3, 0, 0x65, 0x74, 0x68, 0x30, 0, 0, 0, 0,
      ])
  }

  @Test func anAnswerThatIsCutShortIsNotRead() {
    let whole = NetlinkRequest(.newLink, header: [UInt8](repeating: 0, count: 16)).bytes
    #expect(NetlinkAnswer.parse(whole + whole).count == 2)
    #expect(NetlinkAnswer.parse(Array((whole + whole).dropLast())).count == 1)
    #expect(NetlinkAnswer.parse([0, 0, 0, 0]).isEmpty)
    #expect(NetlinkAnswer.attributes(in: [3, 0, 1, 0]).isEmpty)
  }

  @Test func theLoopbackIsThere() throws {
    let socket = try NetworkSocket()
    let loopback = try socket.interface(named: "lo")
    #expect(loopback.index == 1)
    // 127.0.0.1 is of the host's scope, so is ::1; both are as permanent as the interface.
    for address in try socket.addresses(of: loopback) where address.isPermanent { #expect(!address.isGlobal) }
  }

  @Test func anInterfaceThatIsNotThere() throws {
    let socket = try NetworkSocket()
    #expect(throws: Failure("RTM_GETLINK", errno: .operationNotSupportedByDevice)) { try socket.interface(named: "no-such-name") }
  }
}
