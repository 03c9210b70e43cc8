import Foundation
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

  @Test("A link leads where it says, however long that is", arguments: [1, 4000, 4095])
  func aLinkIsReadWhole(length: Int) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { _ = try? FileManager.default.removeItem(atPath: path) }  // what is left is told by the suite's end
    let directory = try Descriptor.open(host: path, [.path, .directory])
    let target = String(repeating: "a", count: length)
    try directory.makeSymbolicLink("link", to: target)
    #expect(try directory.open("link", [.path, .noFollow], resolve: .beneath).readLink().text == target)
  }

  @Test("An error has the text of glibc, which this test is linked with", arguments: -1...140 as ClosedRange<CInt>)
  func errorsHaveTheirText(number: CInt) { #expect("\(Errno(rawValue: number))" == String(cString: strerror(number))) }

  @Test(
    "A number is read as Double reads it, or not at all",
    arguments: ["1", "1.5", ".5", "5.", "-3", "+2", "1e3", "0x10", "", " 1", "1 ", "1x", "x", "1_000", "1,5", "\t1"])
  func decimalNumbers(text: String) { #expect(decimalNumber(text) == Double(text)) }
}
