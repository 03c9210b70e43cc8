import CLibc
import CLinux

/// The two ends of a connection between a process and its child. SOCK_SEQPACKET: a message arrives whole or not at
/// all, and the end of the other process is an empty read.
package struct SocketPair: ~Copyable {
  package let host: Descriptor
  package let child: Descriptor

  package init(stream: Bool = false) throws(Failure) {
    var numbers: [CInt] = [-1, -1]
    try call("socketpair") { unsafe apus_socketpair(stream ? 1 : 5, &numbers) }  // SOCK_STREAM : SOCK_SEQPACKET
    host = Descriptor(owning: numbers[0])
    child = Descriptor(owning: numbers[1])
  }

  package consuming func takeHostEnd() -> Descriptor { host }

  /// In the child: lets go of the host's end, of which it got a copy. As long as it held that, it would never see the
  /// host end. The child leaves by exec or `endProcess`, so the copied owner closes nothing a second time.
  package func closeHostEndInChild() { apus_close(host.number) }

  /// In the child: lets go of its own end, when it has nothing more to say.
  package func closeChildEndInChild() { apus_close(child.number) }
}

/// A message on a socket, and the descriptor that came with it (SCM_RIGHTS).
package struct Packet {
  package let bytes: [UInt8]
  package let descriptor: SharedDescriptor?

  fileprivate init(bytes: [UInt8], descriptor: SharedDescriptor?) {
    self.bytes = bytes
    self.descriptor = descriptor
  }
}

extension Descriptor {
  /// On a stream what does not fit at once is sent after.
  package func send(_ bytes: [UInt8]) throws(Failure) {
    let sent = try call("sendmsg") { unsafe apus_send(number, bytes, bytes.count, nil, 0) }
    if sent < bytes.count { try writeAll(Array(bytes[sent...])) }
  }

  /// Sends bytes together with an open file; unix(7) SCM_RIGHTS.
  package func send(_ bytes: [UInt8], with other: borrowing Descriptor) throws(Failure) {
    var attached = other.number
    let sent = try call("sendmsg") { unsafe apus_send(number, bytes, bytes.count, &attached, 1) }
    if sent < bytes.count { try writeAll(Array(bytes[sent...])) }  // the descriptor went with the first part
  }

  /// Waits for a message. Empty bytes mean that the other side is gone.
  package func receive(atMost capacity: Int = 64 << 10) throws(Failure) -> Packet {
    var failure: Failure?
    var attached: CInt = -1
    var attachedCount = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      do throws(Failure) {
        count = try call("recvmsg") {
          unsafe apus_receive(number, buffer.baseAddress, capacity, &attached, 1, &attachedCount)
        }
      } catch { failure = error }
    }
    if let failure, failure.errno != .connectionReset { throw failure }
    return Packet(
      bytes: failure == nil ? bytes : [],
      descriptor: attachedCount == 1 ? SharedDescriptor(Descriptor(owning: attached)) : nil)
  }
}

/// A unix socket of the file system. Its path may be longer than the 108 bytes of sockaddr_un: the directory is
/// opened, and the socket is reached as `/proc/self/fd/N/name`.
package struct UnixSocket {
  package enum Kind: CInt, Sendable {
    case stream = 1
    case datagram = 2
    case sequenced = 5
  }

  /// Creates the socket `name` in `directory` and binds to it.
  package static func bind(
    _ name: String, in directory: borrowing Descriptor, kind: Kind, mode: UInt32
  ) throws(Failure) -> Descriptor {
    let socket = try make(kind)
    let path = "/proc/\(directory.procPath)/\(name)"
    try call("bind") { unsafe apus_bind_unix(socket.number, path) }
    try call("fchmodat") { unsafe apus_fchmodat(directory.number, name, mode) }
    return socket
  }

  package static func connect(to name: String, in directory: borrowing Descriptor, kind: Kind) throws(Failure) -> Descriptor {
    let socket = try make(kind)
    let path = "/proc/\(directory.procPath)/\(name)"
    try call("connect") { unsafe apus_connect_unix(socket.number, path) }
    return socket
  }

  /// Connects to a socket of the host by its path, of whatever length, or by an abstract name: `@name`.
  package static func connect(host path: String, kind: Kind) throws(Failure) -> Descriptor {
    if path.hasPrefix("@") {
      let socket = try make(kind)
      try call("connect") { unsafe apus_connect_unix(socket.number, path) }
      return socket
    }
    // The address has room for 107 bytes: the name alone is looked up by it, the rest by a descriptor.
    let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.utf8.index(after: $0)...] } ?? path[...]
    if name.isEmpty { throw Failure("connect", errno: .isDirectory) }
    let parent = path[..<name.startIndex]
    let directory = try Descriptor.open(host: parent.isEmpty ? "." : String(parent), [.path, .directory])
    return try connect(to: String(name), in: directory, kind: kind)
  }

  private static func make(_ kind: Kind) throws(Failure) -> Descriptor {
    Descriptor(owning: try call("socket") { apus_socket(AF_UNIX, kind.rawValue, 0) })
  }
}

extension Descriptor {
  package func listen() throws(Failure) { try call("listen") { apus_listen(number, 1) } }

  /// Waits for a connection and accepts it.
  package func accept() throws(Failure) -> Descriptor { Descriptor(owning: try call("accept4") { apus_accept(number) }) }
}

/// Brings a network interface of this process's network namespace up (netdevice(7) SIOCSIFFLAGS).
package func bringUp(interface name: String) throws(Failure) {
  let socket = Descriptor(owning: try call("socket") { apus_socket(AF_INET, 2, 0) })  // SOCK_DGRAM
  try call("ioctl(SIOCSIFFLAGS)") { unsafe apus_interface_up(socket.number, name) }
}
