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

  /// Init: waits to be started. The result is the connection to whom failures are told.
  func wait(_ host: consuming Rendezvous) throws(Failure) -> Rendezvous {
    let starter: Rendezvous
    switch self {
    case .socket(let socket): starter = Rendezvous(try socket.descriptor.accept())
    case .none: starter = host
    }
    guard try starter.receive() == .proceed else { throw Failure("the runtime ended before it started the container") }
    return starter
  }

  /// `start`: lets init go on. Returns when its program runs.
  static func open(_ directory: borrowing StateDirectory) throws(Failure) {
    let connection: Descriptor
    do {
      connection = try UnixSocket.connect(to: StateDirectory.gate, in: directory.directory, kind: .sequenced)
    } catch where error.errno == .connectionRefused || error.errno == .noSuchFileOrDirectory {
      throw Failure("cannot start a container that has stopped")
    }
    // First the name goes, then init: if we end in between, the container never runs and is not taken for a running one.
    try directory.directory.removeFile(StateDirectory.gate)
    try pass(Rendezvous(connection))
  }

  /// Says `proceed` and waits for the exec.
  static func pass(_ connection: borrowing Rendezvous) throws(Failure) {
    try connection.send(.proceed)
    while let message = try connection.receive() {
      if case .failed(let failure) = message { throw failure }
    }
  }
}
