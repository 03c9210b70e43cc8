import Kernel

/// `run` with a terminal: carries bytes between our own terminal and the container's.
struct TerminalRelay: ~Copyable {
  /// The way the master end comes to us from init: as it would go to a console socket.
  struct Connection: ~Copyable {
    let sender: SharedDescriptor
    private let receiver: Descriptor

    static func make() throws(Failure) -> Connection {
      let pair = try SocketPair(stream: true)
      return Connection(sender: SharedDescriptor(try pair.child.duplicate()), receiver: try pair.host.duplicate())
    }

    /// Takes the master that init has sent, and makes our own terminal raw.
    consuming func accept() throws(Failure) -> TerminalRelay {
      guard let master = try receiver.receive().descriptor else { throw Failure("the container sent no terminal") }
      return try TerminalRelay(master: master)
    }
  }

  private let master: SharedDescriptor
  private let raw: RawMode?
  private var inputEnded = false
  /// Nobody has the container's side open; one may open it again, so it is looked at again after ``pollLimit``.
  private var isHungUp = false
  /// How long to wait at most, in milliseconds; −1 is for ever.
  var pollLimit: CInt { isHungUp ? 100 : -1 }

  private init(master: SharedDescriptor) throws(Failure) {
    let isTerminal = try StandardStreams.with(0) { input throws(Failure) in input.isTerminal }
    raw = isTerminal ? try RawMode(standardStream: 0) : nil
    self.master = master
    resize()
  }

  /// The container's terminal gets the size of ours.
  func resize() {
    // Without a terminal of ours there is no size to take over.
    _ = Result { () throws(Failure) in
      try master.descriptor.setWindowSize(try StandardStreams.with(0) { input throws(Failure) in try input.windowSize() })
    }
  }

  func add(to poll: inout Poll) {
    if !isHungUp { poll.add(master.descriptor, .input) }
    if !inputEnded { poll.addStandardStream(0, .input) }
  }

  /// - Parameter ready: what `poll` says of the descriptors `add` has added.
  mutating func move(_ ready: [Poll.Ready]) {
    var ready = ready[...]
    if isHungUp {
      isHungUp = false
    } else if let first = ready.popFirst(), !first.isEmpty {
      // A hang-up is reported again and again, and with nothing to read it would keep us busy.
      isHungUp = !copyOut() && first.contains(.hangUp)
    }
    if let input = ready.first, !input.isEmpty { copyIn() }
  }

  /// What the container has written before its end.
  func drain() { while copyOut() {} }

  /// False when there is nothing more: the end of the slave is EIO.
  private func copyOut() -> Bool {
    guard let bytes = try? master.descriptor.readIfReady(atMost: 32 << 10), !bytes.isEmpty else { return false }
    // A reader of ours that is gone must not hold up the container.
    _ = Result { () throws(Failure) in try StandardStreams.with(1) { output throws(Failure) in try output.writeAll(bytes) } }
    return true
  }

  private mutating func copyIn() {
    // An error is an end.
    let bytes = (try? StandardStreams.with(0) { input throws(Failure) in try input.read(atMost: 32 << 10) }) ?? []
    if bytes.isEmpty {
      inputEnded = true
      _ = Result { () throws(Failure) in try master.descriptor.writeAll([4]) }  // the end of a file is Ctrl-D on a terminal
    } else {
      _ = Result { () throws(Failure) in try master.descriptor.writeAll(bytes) }  // its end is seen by SIGCHLD
    }
  }
}
