import Kernel
import OCISpec

extension Runtime {
  /// Waits until the container has stopped; gives how its init has ended.
  ///
  /// It holds init by a pidfd, for which the kernel keeps the exit status. A container that has stopped already has one as
  /// long as nobody has reaped its init, or when the `run` that has is known to have.
  package func wait(_ id: String) throws(Failure) -> ExitStatus {
    let directory = try StateDirectory.open(root: root, id: id, lock: false)
    var saved = try SavedState.load(from: directory)
    if saved.pid == 0 { throw Failure("container \(id) is being created", hint: "wait for it once create has returned") }
    let proc = try ProcFS()
    let process = try HeldProcess.hold(saved.pid, startTime: saved.startTime, proc)
    _ = try process?.hasEnded(within: -1)
    // A `run` writes down what it has reaped in a moment; one that reaps nothing, and no `run` at all, never does.
    let deadline = monotonicMilliseconds() + 1000
    var pause = Pause()
    repeat {
      if let status = try process?.exitStatus(proc) { return status }
      // Deleted by now: then it is not written down any more.
      if let latest = try? SavedState.load(from: directory) { saved = latest }
      if let waitStatus = saved.waitStatus { return ExitStatus(waitStatus: waitStatus) }
      pause.take()
    } while monotonicMilliseconds() < deadline
    throw Failure(
      "the exit status of container \(id) is unknown",
      hint: process == nil
        ? "it had stopped before, and its parent has reaped its process"
        : "its parent has reaped its process, and this kernel keeps no exit status for others (Linux 6.15 does)")
  }
}
