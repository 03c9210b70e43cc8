import ControlGroups
import Kernel
import OCISpec

extension Runtime {
  /// `create` and `start` in one. In the foreground it stays, passes signals on, and ends as the program does.
  ///
  /// - Returns: the exit status for the caller to end with.
  package func run(_ request: CreateRequest, _ options: RunOptions) throws(Failure) -> CInt {
    try closeInherited(listening: ListenDescriptors.count, preserved: request.preserveFDs)
    return try traced(request.trace, as: "run") { runtime throws(Failure) in try runtime.makeAndRun(request, options) }
  }

  private func makeAndRun(_ request: CreateRequest, _ options: RunOptions) throws(Failure) -> CInt {
    if options.detach {
      let container = try prepare(request, startsAtOnce: true, isForeground: false)
      let notify = try container.openNotifyRelay(warn)
      _ = try startNow(container, request.pidFile)
      notify?.wait()
      return 0
    }
    if !options.noSubreaper { try ProcessControl.setChildSubreaper() }
    let signals = try ForwardedSignals()
    var container = try prepare(request, startsAtOnce: true, isForeground: true)
    let terminal = try container.takeTerminal()
    let notify = try container.openNotifyRelay(warn)
    let started = try startNow(container, request.pidFile)
    trace?.write(warn)
    let status = try Foreground(signals: signals, relay: terminal, notify: notify).wait(for: started.saved.pid)
    started.directory.tell(.exited(status), warn)
    // The caller waits for the program's status; that something was left is worth a warning beside it.
    if options.keep {
      do { try keep(started, status) } catch { warn("writing down the exit status: \(error.message)") }
    } else {
      do { try remove(started) } catch { warn("deleting the container: \(error.message)") }
    }
    return status.shellStatus
  }

  private struct Started: ~Copyable {
    let directory: StateDirectory
    let saved: SavedState
    let spec: Spec
    let proc: ProcFS
    let cgroup: ControlGroup?
  }

  /// Opens the gate from inside: the conversation with init goes on.
  private func startNow(_ container: consuming NewContainer, _ pidFile: String?) throws(Failure) -> Started {
    do { try container.start(self) } catch {
      container.undo()
      throw error
    }
    let (saved, spec, proc, cgroup) = (
      container.saved, container.host.plan.spec, container.host.plan.proc, container.host.cgroup
    )
    let started = Started(directory: container.finish(), saved: saved, spec: spec, proc: proc, cgroup: cgroup)
    try started.directory.unlock()
    if spec.hooks.poststart.isEmpty { return started }
    trace?.host.next("poststart hooks")
    do { try runPoststart(saved, spec, started.directory, proc) } catch {
      if let pidFile { PIDFile.remove(saved.pid, from: pidFile) }
      throw error
    }
    return started
  }

  /// Writes down how it has ended: nobody else can learn that once we have reaped it.
  private func keep(_ ended: borrowing Started, _ status: ExitStatus) throws(Failure) {
    guard try ended.directory.lock() else { return }
    var saved = ended.saved
    saved.waitStatus = status.waitStatus
    try saved.save(in: ended.directory)
    try ended.directory.unlock()
  }

  /// Deletes the container that has ended, unless another did so meanwhile.
  private func remove(_ ended: borrowing Started) throws(Failure) {
    if try ended.directory.lock() { try destroy(ended.saved, ended.spec, ended.directory, ended.proc, ended.cgroup) }
  }
}

/// The signals which `run` passes on to the container's init.
struct ForwardedSignals: ~Copyable {
  let descriptor: Descriptor
  /// What ends `run` itself when there is no container any more to pass it on to.
  static let ending: Set = [Signals.hangUp, Signals.interrupt, Signals.quit, Signals.terminate]

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
  private var notify: NotifyRelay?
  private var status: ExitStatus?

  init(signals: consuming ForwardedSignals, relay: consuming TerminalRelay?, notify: consuming NotifyRelay? = nil) {
    self.signals = signals
    self.relay = relay
    self.notify = notify
  }

  consuming func wait(for pid: CInt) throws(Failure) -> ExitStatus {
    while true {
      if let status, relay?.drain() ?? true { return status }
      var poll = Poll()
      poll.add(signals.descriptor, .input)
      notify?.add(to: &poll)
      relay?.add(to: &poll)
      var ready = try poll.wait(milliseconds: relay?.pollLimit ?? -1)[...]
      let arrived = ready.removeFirst()
      if notify?.move(ready.removeFirst()) ?? false { notify = nil }
      relay?.move(Array(ready))
      if arrived.isEmpty { continue }
      for signal in try signals.descriptor.readSignals() {
        if status == nil {
          try handle(signal, pid)
        } else if let status, ForwardedSignals.ending.contains(signal.number) {
          return status  // there is only us left to mean, waiting for a reader of the last output
        }
      }
    }
  }

  private mutating func handle(_ signal: ArrivedSignal, _ pid: CInt) throws(Failure) {
    switch signal.number {
    case Signals.childEnded:
      while let (child, status) = reapAnyChild() { if child == pid { self.status = status } }
    case Signals.windowChanged: relay?.resize()
    case Signals.urgent: return
    // What we have brought on ourselves (SIGPIPE, SIGXFSZ), and what the kernel tells a job of a shell, means nothing to the container.
    case _ where signal.sender == processID: return
    case Signals.terminalInput where signal.isFromKernel, Signals.terminalOutput where signal.isFromKernel: return
    default:
      do { try sendSignal(signal.number, to: pid) } catch  where error.errno == .noSuchProcess {}  // its SIGCHLD comes next
    }
  }
}
