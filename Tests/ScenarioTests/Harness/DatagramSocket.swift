import Foundation

/// An AF_UNIX datagram socket: a service manager to which a runtime reports, as systemd listens at NOTIFY_SOCKET.
final class DatagramSocket {
  let address: String
  private let descriptor: Int32

  /// - Parameter address: a path, or the abstract name `@name`.
  init(_ address: String) throws {
    self.address = address
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    try Self.with(address) { pointer, length in
      guard bind(descriptor, pointer, length) == 0 else { throw HarnessError("bind \(address): \(File.errorText())") }
    }
  }

  deinit {
    close(descriptor)
    unlink(address)
  }

  func isCalled(within seconds: TimeInterval) -> Bool { DescriptorSocket.isReadable(descriptor, seconds) }

  func receive(timeout: TimeInterval = 10) throws -> DescriptorSocket.Message {
    guard isCalled(within: timeout) else { throw HarnessError("nothing was sent to \(address)") }
    return try DescriptorSocket.receiveMessage(descriptor)
  }

  static func send(_ text: String, to path: String) throws {
    let sender = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(sender) }
    let bytes = Array(text.utf8)
    try with(path) { pointer, length in
      guard sendto(sender, bytes, bytes.count, 0, pointer, length) == bytes.count else {
        throw HarnessError("sending to \(path): \(File.errorText())")
      }
    }
  }

  private static func with(_ text: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(text.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { throw HarnessError("too long: \(text)") }
    if text.hasPrefix("@") { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    // After the family, which has two bytes. An abstract name ends where the length says.
    let length = 2 + bytes.count + (text.hasPrefix("@") ? 0 : 1)
    try withUnsafePointer(to: &address) {
      try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, socklen_t(length)) }
    }
  }
}
