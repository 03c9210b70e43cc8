import Kernel
import Testing

/// Calls whose wrappers have a result of their own beside what they return.
struct SystemCallTests {
  @Test func statusIsThatOfTheFile() throws {
    let null = try Descriptor.open(host: "/dev/null", [.readOnly])
    for _ in 0..<100 {
      let status = try null.status()
      #expect(status.kind == .characterDevice)
      #expect(status.represents == DeviceNumber(major: 1, minor: 3))
    }
  }

  @Test func aMessageArrivesWholeAndWithItsDescriptor() throws {
    let pair = try SocketPair()
    let null = try Descriptor.open(host: "/dev/null", [.readOnly])
    try pair.host.send([1, 2, 3], with: null)
    let message = try pair.child.receive()
    #expect(message.bytes == [1, 2, 3])
    guard let received = message.descriptor else { throw Failure("no descriptor came") }
    #expect(try received.descriptor.status().represents == DeviceNumber(major: 1, minor: 3))
  }
}
