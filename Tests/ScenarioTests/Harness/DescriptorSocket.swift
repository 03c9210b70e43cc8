import Foundation

/// A listening AF_UNIX stream socket to which a runtime sends descriptors: `--console-socket`, `--pidfd-socket`,
/// a seccomp listener.
final class DescriptorSocket {
  struct Message {
    /// The bytes beside the descriptors: the terminal's name, for a console.
    var payload: String
    var descriptors: [Int32]
  }

  let path: String
  private let listener: Int32

  init(path: String) throws {
    self.path = path
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { throw HarnessError("socket: \(File.errorText())") }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { throw HarnessError("too long: \(path)") }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard bound == 0, listen(listener, 4) == 0 else { throw HarnessError("bind \(path): \(File.errorText())") }
  }

  deinit {
    close(listener)
    unlink(path)
  }

  /// Whether somebody has connected.
  func isCalled(within seconds: TimeInterval) -> Bool { Self.isReadable(listener, seconds) }

  /// Accepts one connection and receives one message: unix(7) SCM_RIGHTS.
  func receive(timeout: TimeInterval = 10) throws -> Message {
    guard Self.isReadable(listener, timeout) else { throw HarnessError("nobody connected to \(path)") }
    let connection = accept(listener, nil, nil)
    guard connection >= 0 else { throw HarnessError("accept: \(File.errorText())") }
    defer { close(connection) }
    guard Self.isReadable(connection, timeout) else { throw HarnessError("nothing was sent to \(path)") }
    return try Self.receiveMessage(connection)
  }

  static func receiveMessage(_ connection: Int32) throws -> Message {
    var data = [UInt8](repeating: 0, count: 8192)
    var control = [UInt8](repeating: 0, count: 512)
    var header = msghdr()
    let count = data.withUnsafeMutableBytes { data in
      control.withUnsafeMutableBytes { control in
        var vector = iovec(iov_base: data.baseAddress, iov_len: data.count)
        return withUnsafeMutablePointer(to: &vector) { vector in
          header.msg_iov = vector
          header.msg_iovlen = 1
          header.msg_control = control.baseAddress
          header.msg_controllen = control.count
          return recvmsg(connection, &header, 0x4000_0000)  // MSG_CMSG_CLOEXEC
        }
      }
    }
    guard count >= 0 else { throw HarnessError("recvmsg: \(File.errorText())") }
    var descriptors: [Int32] = []
    var offset = 0
    let headerSize = MemoryLayout<cmsghdr>.size
    control.withUnsafeBytes { control in
      while offset + headerSize <= Int(header.msg_controllen) {
        let message = control.loadUnaligned(fromByteOffset: offset, as: cmsghdr.self)
        guard Int(message.cmsg_len) >= headerSize else { break }
        if message.cmsg_level == SOL_SOCKET, message.cmsg_type == 1 /* SCM_RIGHTS */ {
          for index in 0..<(Int(message.cmsg_len) - headerSize) / 4 {
            descriptors.append(control.loadUnaligned(fromByteOffset: offset + headerSize + 4 * index, as: Int32.self))
          }
        }
        offset += (Int(message.cmsg_len) + 7) & ~7
      }
    }
    return Message(payload: String(decoding: data[..<count], as: UTF8.self), descriptors: descriptors)
  }

  static func isReadable(_ descriptor: Int32, _ seconds: TimeInterval) -> Bool {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, Int32(seconds * Host.patience * 1000)) > 0
  }
}
