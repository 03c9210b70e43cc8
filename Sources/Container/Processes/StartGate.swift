import Kernel

/// Where init waits between `create` and `start`.
///
/// It is a unix socket in the state directory on which init listens. `start` connects, removes the socket's name, and
/// sends one message; then it reads until init's exec closes the connection, or until init says what went wrong. So
/// the error of a missing interpreter or a failing hook reaches `start` whole, which a FIFO could not do, and a dead
/// init refuses the connection instead of leaving `start` to wait.
///
/// `run` needs no gate: it goes on with the conversation it already has.
enum StartGate {
  case socket(SharedDescriptor)
  case none

  /// The gate of a new container.
  static func make(in directory: borrowing StateDirectory) throws(Failure) -> StartGate {
    let socket = try during(
      "making \(directory.path)/\(StateDirectory.gate)",
      try UnixSocket.bind(StateDirectory.gate, in: directory.handle.descriptor, kind: .sequenced, mode: 0o600))
    try socket.listen()
    return .socket(SharedDescriptor(socket))
  }

  /// `start`: lets init go on. Returns when its program runs.
  ///
  /// - Parameter forward: gives the listener of a seccomp filter to its supervisor.
  static func open(
    _ directory: borrowing StateDirectory, _ warn: (String) -> Void,
    forward: (borrowing Descriptor) throws(Failure) -> Void
  ) throws(Failure) {
    let connection: Descriptor
    do {
      connection = try UnixSocket.connect(to: StateDirectory.gate, in: directory.handle.descriptor, kind: .sequenced)
    } catch  where error.errno == .connectionRefused || error.errno == .noSuchFileOrDirectory {
      throw Failure("cannot start a container that has stopped")
    }
    // First the name goes, then init: if we end in between, the container never runs and is not taken for a running one.
    try directory.handle.descriptor.removeFile(StateDirectory.gate)
    directory.tell(.started, warn)
    try pass(Rendezvous(connection), forward: forward)
  }

  /// Says `proceed` and waits for the exec.
  static func pass(
    _ connection: borrowing Rendezvous, forward: (borrowing Descriptor) throws(Failure) -> Void
  ) throws(Failure) {
    do { try connection.send(.proceed) } catch  where error.errno == .brokenPipe {
      while let last = try connection.receive() { if case .failed(let failure) = last { throw failure } }
      throw Failure("the container's process ended before its program ran", hint: "was it killed?")
    }
    while true {
      let (message, descriptor) = try connection.receiveWithDescriptor()
      switch message {
      case nil: return
      case .ready: continue  // the answer that `Host.letGo` does not wait for
      case .failed(let failure): throw failure
      case .seccompListener:
        if let descriptor { try forward(descriptor.descriptor) }
        try connection.send(.proceed)
      default: throw Rendezvous.unexpected
      }
    }
  }
}
