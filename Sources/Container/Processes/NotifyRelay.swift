import Kernel

/// Who starts the program of a container listens on its notify socket, and passes on that it is ready.
///
/// Only READY is passed on. A MAINPID of in there is another process's out here, so the manager gets one from us: that of init
/// from who ends now, and from then on init is the main process, to which the manager listens instead; our own from who stays
/// in the foreground and will end with the program's status, which only the parent of the main process learns.
struct NotifyRelay: ~Copyable {
  private let socket: Descriptor
  private let manager: Descriptor
  private let address: String
  private let pid: CInt
  /// A pidfd of init.
  private let process: SharedDescriptor
  private let warn: (String) -> Void

  /// Before the program runs, so that its first word is heard.
  ///
  /// - Returns: nil when nobody waits for a word, or the program was not given a socket. A manager that cannot be reached, as by
  ///   a variable that is left over from another life, is a reason to warn, not to wait.
  static func open(
    _ state: borrowing StateDirectory, _ process: borrowing ProcessHandle, _ warn: @escaping (String) -> Void
  ) throws(Failure) -> NotifyRelay? {
    guard let address = NotifySocket.ofManager, state.has(NotifySocket.directory) else { return nil }
    let manager: Descriptor
    do { manager = try UnixSocket.connect(host: address, kind: .datagram) } catch {
      warn("NOTIFY_SOCKET \(address): \(error.message): nobody is told when the program is ready")
      return nil
    }
    let socket = try during("making \(state.path)/\(NotifySocket.directory)/\(NotifySocket.name)", try bind(state))
    let handle = try process.withDescriptor { pidfd throws(Failure) in SharedDescriptor(try pidfd.duplicate()) }
    return NotifyRelay(socket: socket, manager: manager, address: address, pid: process.pid, process: handle, warn: warn)
  }

  private static func bind(_ state: borrowing StateDirectory) throws(Failure) -> Descriptor {
    let directory = try NotifySocket.open(in: state.handle.descriptor)
    // One that a `start` which failed has left.
    do { try directory.removeFile(NotifySocket.name) } catch  where error.errno == .noSuchFileOrDirectory {}
    return try UnixSocket.bind(NotifySocket.name, in: directory, kind: .datagram, mode: 0o777)
  }

  // MARK: In the background

  /// Returns when the program is ready and the manager has read it, or when the program has ended.
  consuming func wait() {
    do throws(Failure) {
      guard let barrier = try listen() else { return }
      // The manager finds out by our pid what we belong to: we stay until it has.
      var poll = Poll()
      poll.add(barrier, .input)
      if try poll.wait(milliseconds: 30_000)[0].isEmpty {
        warn("NOTIFY_SOCKET \(address): no answer to BARRIER=1 within 30 s")
      }
    } catch { warn("NOTIFY_SOCKET \(address): \(error.message)") }
  }

  private func listen() throws(Failure) -> Descriptor? {
    while true {
      var poll = Poll()
      poll.add(socket, .input)
      poll.add(process.descriptor, .input)
      // Its last word may be there still when it has ended.
      if try poll.wait()[0].isEmpty { return nil }
      if let barrier = try passOn(mainProcess: pid) { return barrier }
    }
  }

  // MARK: In the foreground

  func add(to poll: inout Poll) { poll.add(socket, .input) }

  /// - Parameter ready: what `poll` says of it.
  /// - Returns: whether there is nothing more to pass on.
  func move(_ ready: Poll.Ready) -> Bool {
    if ready.isEmpty { return false }
    do throws(Failure) {
      // Nobody has to wait for the answer: we stay until the end of the program.
      if try passOn(mainProcess: processID) == nil { return false }
    } catch { warn("NOTIFY_SOCKET \(address): \(error.message)") }
    return true
  }

  // MARK: A message

  /// The line `READY=...` of a message from the container, and nothing that the manager would take for a line more: it may not
  /// tell it which process to watch. To systemd a carriage return ends a line too, and to Swift's `split` `\r\n` is no `\n`.
  static func ready(in message: [UInt8]) -> [UInt8]? {
    message.split { [0x00, 0x0a, 0x0d].contains($0) }.first { $0.starts(with: "READY=".utf8) }.map { Array($0) }
  }

  /// Reads one.
  ///
  /// - Returns: our end of what the manager closes once it has read all; nil as long as the program is not ready.
  private func passOn(mainProcess: CInt) throws(Failure) -> Descriptor? {
    guard let ready = NotifyRelay.ready(in: try socket.receive(atMost: 4096).bytes) else { return nil }
    try manager.send(ready + [0x0a])
    try manager.send(Array("MAINPID=\(mainProcess)\n".utf8))
    let barrier = try SocketPair(stream: true)
    try manager.send(Array("BARRIER=1".utf8), with: barrier.child)
    return barrier.takeHostEnd()
  }
}
