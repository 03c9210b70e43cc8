import ControlGroups
import Kernel

/// Whether init became its program.
///
/// The connection to init ends with the exec, and with its end. Which it was is told by the kernel's flag of a process that
/// has not executed anything since it was forked; a name would not do, as the program may give itself any. Where init's
/// parent has reaped it already there is nothing left to ask; then the benefit of the doubt is its.
enum Execution {
  /// The name of an init that has not become its program yet, as `ps` shows it.
  static let name: StaticString = "apus/init"
  /// The same of a process that joins a container.
  static let joinerName: StaticString = "apus/exec"

  /// Fails when the process that `saved` names ended before its program ran.
  ///
  /// - Parameter cgroup: that of the container, asked for a hint only.
  static func confirm(_ saved: SavedState, _ proc: ProcFS, cgroup: () throws(Failure) -> ControlGroup?) throws(Failure) {
    if let end = try endBeforeProgram(saved.pid, startTime: saved.startTime, proc) {
      throw failure(end.exitStatus, saved, try cgroup())
    }
  }

  /// Fails when a child of this process that has joined a container ended before its program ran.
  static func confirm(_ child: CInt, _ proc: ProcFS) throws(Failure) {
    guard let end = try endBeforeProgram(child, startTime: nil, proc) else { return }
    throw Failure(
      "the process \(end.exitStatus?.description ?? "ended") before its program ran", hint: hint(for: end.exitStatus))
  }

  private static func endBeforeProgram(
    _ pid: CInt, startTime: UInt64?, _ proc: ProcFS
  ) throws(Failure) -> ProcessStatus? {
    let deadline = monotonicMilliseconds() + 10_000
    var pause = Pause()
    // Closing its descriptors comes before the end of a process that was killed.
    while monotonicMilliseconds() < deadline {
      guard let status = try ProcessStatus.read(pid, proc), status.startTime == startTime ?? status.startTime,
        status.hasNotExecuted
      else { return nil }
      if status.isEnding { return status }
      pause.take()
    }
    return nil
  }

  private static func hint(for status: ExitStatus?) -> String? {
    status == .signaled(Signals.badSystemCall) ? "linux.seccomp does not let it start a program" : nil
  }

  private static func failure(_ status: ExitStatus?, _ saved: SavedState, _ cgroup: ControlGroup?) -> Failure {
    // In a cgroup that was there before others may have run out of memory before.
    let killed = status == .signaled(Signals.kill) && saved.ownsControlGroup
    let hint = killed ? cgroup?.hintForKilled(since: nil) : hint(for: status)
    return Failure("the container's process \(status?.description ?? "ended") before its program ran", hint: hint)
  }
}
