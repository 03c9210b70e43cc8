import ControlGroups
import Kernel
import OCISpec

/// The status is found out each time, never stored: whatever ended a container, it is stopped.
enum ContainerStatus {
  static func of(_ saved: SavedState, _ directory: borrowing StateDirectory, _ proc: ProcFS) throws(Failure) -> Status {
    if saved.pid == 0 { return .creating }
    guard try saved.initProcess(proc) != nil else { return .stopped }
    // Before `created`: an init that is frozen at the start gate would not answer.
    if let record = saved.controlGroup, let cgroup = try ControlGroup.open(record, in: try Hierarchy.find()),
      try cgroup.isFrozen
    {
      return .paused
    }
    if directory.has(StateDirectory.gate) { return .created }
    return .running
  }
}
