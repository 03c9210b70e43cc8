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
    consuming func accept(_ proc: ProcFS) throws(Failure) -> TerminalRelay {
      guard let master = try receiver.receive().descriptor else { throw Failure("the container sent no terminal") }
      try master.descriptor.setNonBlocking()
      var relay = TerminalRelay(master: master, proc)
      try relay.takeTerminal()
      relay.resize()
      return relay
    }
  }

  /// Ours alone, and non-blocking: init has let go of its copy.
  private let master: SharedDescriptor
  private let keyboard: StandardStream
  private let screen: StandardStream
  private var raw: RawMode?
  /// From us to the container, and back. A side is only read while its buffer has room, so a slow one holds up nothing but itself.
  private var typed = TransferBuffer()
  private var shown = TransferBuffer()
  private var inputEnded = false
  private var outputEnded = false
  /// What may still be read after the container's end: more than a terminal holds. Something that lives on writing to it must not
  /// keep us; nil while the container lives.
  private var left: Int?

  private enum Side { case keyboard, screen, master }
  /// The rows of this turn's poll, in order.
  private var watched: [Side] = []
  /// poll(2) says they are ready and they are not: a terminal whose other side is closed for now, or room for half a
  /// character. They are looked at again after ``pollLimit``, as asking at once would keep us busy.
  private var resting: Set<Side> = []

  /// How long to wait at most, in milliseconds; −1 is for ever.
  var pollLimit: CInt { resting.isEmpty ? -1 : 100 }

  private init(master: SharedDescriptor, _ proc: ProcFS) {
    self.master = master
    keyboard = StandardStream(0, .readOnly, proc)
    screen = StandardStream(1, .writeOnly, proc)
  }

  /// Makes our terminal raw, unless it is another job's: that one's settings are not ours to change.
  private mutating func takeTerminal() throws(Failure) {
    guard raw == nil, keyboard.isTerminal, !keyboard.isAnotherJobs else { return }
    raw = try RawMode(standardStream: 0)
  }

  /// The container's terminal gets the size of ours.
  func resize() {
    // Without a terminal of ours there is no size to take over.
    _ = Result { () throws(Failure) in
      try master.descriptor.setWindowSize(try StandardStreams.with(0) { input throws(Failure) in try input.windowSize() })
    }
  }

  mutating func add(to poll: inout Poll) {
    watched = []
    if left == nil {
      if !inputEnded, typed.room > 0, !resting.contains(.keyboard) {
        poll.add(keyboard, .input)
        watched.append(.keyboard)
      }
      let events: Poll.Ready = [shown.room > 0 ? .input : [], typed.isEmpty ? [] : .output]
      if !events.isEmpty, !resting.contains(.master) {
        poll.add(master.descriptor, events)
        watched.append(.master)
      }
    }
    if !shown.isEmpty, !resting.contains(.screen) {
      poll.add(screen, .output)
      watched.append(.screen)
    }
  }

  /// - Parameter ready: what `poll` says of the descriptors `add` has added.
  mutating func move(_ ready: [Poll.Ready]) {
    resting = []
    for (side, events) in zip(watched, ready) where !events.isEmpty {
      switch side {
      case .keyboard: readKeyboard()
      case .screen: writeScreen()
      case .master: if !exchange() { resting.insert(.master) }
      }
    }
  }

  /// After the container's end: true once all that it wrote has been passed on.
  mutating func drain() -> Bool {
    if left == nil {
      left = 1 << 20
      typed.removeAll()
    }
    while let limit = left, limit > 0, shown.room > 0 {
      guard case .bytes(let count) = readMaster() else {
        left = 0
        break
      }
      left = limit - count
    }
    return shown.isEmpty
  }

  // MARK: The sides

  private mutating func readKeyboard() {
    switch keyboard.read(into: &typed) {
    case .bytes:
      // If it is not possible the bytes go through as the terminal gives them.
      if raw == nil { _ = Result { () throws(Failure) in try takeTerminal() } }
    case .notReady: resting.insert(.keyboard)
    case .ended:
      // A job in the background waits until it has the terminal again.
      if keyboard.isAnotherJobs {
        resting.insert(.keyboard)
      } else {
        inputEnded = true
        typed.append([4])  // the end of a file is Ctrl-D on a terminal
      }
    }
  }

  private mutating func writeScreen() {
    switch screen.write(from: &shown) {
    case .bytes: return
    case .notReady: resting.insert(.screen)
    case .ended:
      // A reader of ours that is gone must not hold up the container: from here on what it writes is read and dropped.
      outputEnded = true
      shown.removeAll()
    }
  }

  /// Both ways between us and the container's terminal; false when neither was possible.
  private mutating func exchange() -> Bool {
    var isMoving = false
    if !typed.isEmpty, case .bytes = master.descriptor.transfer(from: &typed) { isMoving = true }
    if shown.room > 0, case .bytes = readMaster() { isMoving = true }
    return isMoving
  }

  private mutating func readMaster() -> Transfer {
    let result = master.descriptor.transfer(into: &shown)
    if outputEnded { shown.removeAll() }
    return result
  }
}
