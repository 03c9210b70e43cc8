import Kernel
import OCISpec
import SystemPackage

extension Runtime {
  /// `create` and `start` in one. In the foreground it stays, passes signals on, and ends as the program does.
  ///
  /// - Returns: the exit status for the caller to end with.
  package func run(_ request: CreateRequest, _ options: RunOptions) throws(Failure) -> CInt {
    try closeInherited(request)
    if options.detach {
      let container = try prepare(request, startsAtOnce: true, relay: nil)
      try startNow(container)
      return 0
    }
    if !options.noSubreaper { try ProcessControl.setChildSubreaper() }
    let relay = try TerminalRelay.Connection.make()
    let signals = try ForwardedSignals()
    let container = try prepare(request, startsAtOnce: true, relay: relay.sender)
    let pid = container.host.process.pid
    let terminal = container.hasTerminal ? try relay.accept() : nil
    try startNow(container)
    let status = try Foreground(signals: signals, relay: terminal).wait(for: pid)
    if !options.keep { try delete(request.id, force: true) }
    return status.shellStatus
  }

  /// Opens the gate from inside: the conversation with init goes on.
  private func startNow(_ container: consuming NewContainer) throws(Failure) {
    try container.start()
    let id = container.saved.id
    container.finish()
    let directory = try StateDirectory.open(root: root, id: id, lock: false)
    let saved = try SavedState.load(from: directory)
    try runPoststart(saved, try savedSpec(in: directory), directory, try ProcFS())
  }
}

/// The signals which `run` passes on to the container's init.
struct ForwardedSignals: ~Copyable {
  let descriptor: Descriptor

  /// Blocks them, so that none is lost between now and the first read. A child undoes that for itself before its exec.
  init() throws(Failure) {
    var set = SignalSet.all
    // What tells of a fault of this very process stays a fault of it.
    for signal: CInt in [4, 5, 7, 8, 11] { set.remove(signal) }
    _ = try Signals.block(set)
    descriptor = try Signals.open(set)
  }
}

/// `run` while the container runs: passes on signals and the terminal, and reaps.
struct Foreground: ~Copyable {
  private let signals: ForwardedSignals
  private var relay: TerminalRelay?

  init(signals: consuming ForwardedSignals, relay: consuming TerminalRelay?) {
    self.signals = signals
    self.relay = relay
  }

  consuming func wait(for pid: CInt) throws(Failure) -> ExitStatus {
    while true {
      var poll = Poll()
      poll.add(signals.descriptor, .input)
      relay?.add(to: &poll)
      let ready = try poll.wait()
      relay?.move(Array(ready.dropFirst()))
      if !ready[0].isEmpty, let status = try handleSignals(pid) {
        relay?.drain()
        return status
      }
    }
  }

  private func handleSignals(_ pid: CInt) throws(Failure) -> ExitStatus? {
    for signal in try signals.descriptor.readSignals() {
      switch signal {
      case Signals.childEnded:
        while let (child, status) = reapAnyChild() { if child == pid { return status } }
      case Signals.windowChanged: relay?.resize()
      case Signals.urgent: continue
      default:
        do { try sendSignal(signal, to: pid) } catch  where error.errno == .noSuchProcess {}  // its SIGCHLD comes next
      }
    }
    return nil
  }
}
