import ControlGroups
import Kernel
import OCISpec

/// The status is found out each time, never stored: whatever ended a container, it is stopped.
///
/// What has to be looked at for that is opened once, for as many containers as there are.
final class ContainerStatus {
  let proc: ProcFS
  private var foundHierarchy: Hierarchy?

  init(_ proc: ProcFS) { self.proc = proc }

  static func of(_ saved: SavedState, _ proc: ProcFS) throws(Failure) -> Status { try ContainerStatus(proc).status(of: saved) }

  func status(of saved: SavedState) throws(Failure) -> Status {
    if saved.pid == 0 { return .creating }
    guard let process = try saved.initStatus(proc) else { return .stopped }
    // Before `created`: an init that is frozen at the start gate would not answer.
    if let record = saved.controlGroup, try ControlGroup.isFrozen(record, in: try hierarchy()) { return .paused }
    // "the container process has neither exited nor executed the user-specified program" (runtime.md "State")
    return process.hasNotExecuted ? .created : .running
  }

  private func hierarchy() throws(Failure) -> Hierarchy {
    if let foundHierarchy { return foundHierarchy }
    let found = try Hierarchy.find()
    foundHierarchy = found
    return found
  }
}
