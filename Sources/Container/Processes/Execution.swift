import ControlGroups
import Kernel

/// Whether init became its program.
///
/// The connection to init ends with the exec, and with its end. Which it was is told by its name: the exec puts that of
/// the program in place of ``name``, in which there is a slash, as there is in the name of no file. Where init's parent
/// has reaped it already there is nothing left to ask; then the benefit of the doubt is its.
enum Execution {
  /// The name of an init that has not become its program yet, as `ps` shows it.
  static let name: StaticString = "apus/init"

  /// Fails when the process that `saved` names ended before its program ran.
  ///
  /// - Parameter cgroup: that of the container, asked for a hint only.
  static func confirm(_ saved: SavedState, _ proc: ProcFS, cgroup: () throws(Failure) -> ControlGroup?) throws(Failure) {
    let deadline = monotonicMilliseconds() + 10_000
    var pause = Pause()
    // The exec closes descriptors a moment before it changes the name.
    while monotonicMilliseconds() < deadline {
      guard let status = try ProcessStatus.read(saved.pid, proc), status.startTime == saved.startTime,
        status.name == "\(name)"
      else { return }
      if status.isEnding { throw failure(status.exitStatus, saved, try cgroup()) }
      pause.take()
    }
  }

  private static func failure(_ status: ExitStatus?, _ saved: SavedState, _ cgroup: ControlGroup?) -> Failure {
    let hint: String?
    switch status {
    // In a cgroup that was there before others may have run out of memory before.
    case .signaled(Signals.kill): hint = saved.ownsControlGroup ? cgroup?.hintForKilled(since: nil) : nil
    case .signaled(Signals.badSystemCall): hint = "linux.seccomp does not let it start a program"
    default: hint = nil
    }
    return Failure("the container's process \(status?.description ?? "ended") before its program ran", hint: hint)
  }
}
