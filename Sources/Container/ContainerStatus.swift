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

  static func of(_ saved: SavedState, _ directory: borrowing StateDirectory, _ proc: ProcFS) throws(Failure) -> Status {
    try ContainerStatus(proc).status(of: saved, hasGate: directory.has(StateDirectory.gate))
  }

  /// - Parameter hasGate: whether the start gate is there; asked for only where it matters.
  func status(of saved: SavedState, hasGate: @autoclosure () -> Bool) throws(Failure) -> Status {
    if saved.pid == 0 { return .creating }
    guard let process = try saved.initStatus(proc) else { return .stopped }
    // Before `created`: an init that is frozen at the start gate would not answer.
    if let record = saved.controlGroup, try ControlGroup.isFrozen(record, in: try hierarchy()) { return .paused }
    // What has executed a program is past the gate. So is its container, should another of the same id be at its own by now.
    return process.hasNotExecuted && hasGate() ? .created : .running
  }

  private func hierarchy() throws(Failure) -> Hierarchy {
    if let foundHierarchy { return foundHierarchy }
    let found = try Hierarchy.find()
    foundHierarchy = found
    return found
  }
}
