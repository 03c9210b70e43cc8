import Kernel

// How a signal gets to every process of a cgroup, SIGKILL above all.

extension ControlGroup {
  /// Kills every process in this cgroup and below, forks under way too, frozen or not.
  ///
  /// A cgroup that was made for the container is killed as a whole (cgroup.kill, kernel 5.14). One that stays is not: the
  /// kernel counts such writes, and since 6.14 it kills whatever is born into a cgroup (CLONE_INTO_CGROUP) whose count is
  /// not that of its parent's cgroup. No container could be started in it any more, by whomever.
  package func killAll() throws(Failure) {
    if !record.isOwned { return try killEach() }
    do { try directory.write("1", to: "cgroup.kill") } catch let error where error.errno == .notSupported {
      try killEach()  // a threaded cgroup has no cgroup.kill
    } catch let error where error.hasVanished {
      return  // and with it its last process
    }
  }

  /// Sends a signal to every process in this cgroup and below.
  ///
  /// They are frozen meanwhile: no fork escapes the signal.
  package func send(signal: CInt) throws(Failure) {
    if signal == Signals.kill { return try killAll() }
    // In it ourselves we would freeze with the rest, and nobody would thaw us.
    let (isFrozen, withUs) = (try isFrozen, try processes().contains(processID))
    if isFrozen || withUs { return try signalEach(signal) }
    try freeze()
    do throws(Failure) { try signalEach(signal) } catch {
      try thaw()
      throw error
    }
    try thaw()
  }

  /// Kills one process after the other, until none is left. Frozen, they cannot multiply meanwhile; where one of them
  /// hangs in the kernel and the cgroup does not freeze, those that do multiply are found by the next round.
  private func killEach() throws(Failure) {
    let deadline = monotonicMilliseconds() + 10_000
    if try isEmpty { return }
    if try processes().contains(processID) { throw Failure("killing cgroup \(fullPath): apus itself is in it") }
    let freezes = try !isFrozen
    do throws(Failure) {
      if freezes { try directory.write("1", to: "cgroup.freeze") }
      var pause = Pause()
      while try !isEmpty {
        if monotonicMilliseconds() > deadline { throw Failure("killing cgroup \(fullPath): processes of it do not end") }
        try signalEach(Signals.kill)
        pause.take()
      }
      if freezes { try directory.write("0", to: "cgroup.freeze") }
    } catch {
      if error.hasVanished { return }  // and with it its last process
      // The failure above is the one to report.
      if freezes { _ = Result { () throws(Failure) in try directory.write("0", to: "cgroup.freeze") } }
      throw error
    }
  }

  /// So many pidfds are open at once.
  private static let batch = 256

  private func signalEach(_ signal: CInt) throws(Failure) {
    // 0 is a process of another pid namespace, out of reach.
    var waiting = try processes().filter { $0 > 0 && $0 != processID }[...]
    while !waiting.isEmpty {
      try signalBatch(Array(waiting.prefix(ControlGroup.batch)), signal)
      waiting = waiting.dropFirst(ControlGroup.batch)
    }
  }

  /// Holds the processes first and then looks whether they are in this cgroup still: a pid that went to another process
  /// in between is not signalled.
  private func signalBatch(_ pids: [CInt], _ signal: CInt) throws(Failure) {
    var held: [Held] = []
    for pid in pids { if let process = try Held(pid) { held.append(process) } }
    let here = Set(try processes())
    for process in held where here.contains(process.pid) {
      // ESRCH: it has ended since it was listed.
      do { try process.send(signal) } catch let error where error.errno == .noSuchProcess { continue } catch {
        throw error.adding(context: "sending \(Signals.name(of: signal)) to process \(process.pid)")
      }
    }
  }
}

/// A process, or a thread of one that lies in a threaded cgroup.
private final class Held {
  let pid: CInt
  private let process: ProcessHandle?

  /// nil when it has ended.
  init?(_ pid: CInt) throws(Failure) {
    self.pid = pid
    do { process = try ProcessHandle(pid: pid) } catch {
      if error.errno == .noSuchProcess { return nil }
      // No pidfd of a thread that does not lead its process: EINVAL, and ENOENT since 6.16.
      guard error.errno == .invalidArgument || error.errno == .noSuchFileOrDirectory else { throw error }
      process = nil
    }
  }

  func send(_ signal: CInt) throws(Failure) {
    if (try process?.send(signal: signal)) == nil { try sendSignal(signal, to: pid) }
  }
}
