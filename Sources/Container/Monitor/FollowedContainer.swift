import ControlGroups
import Kernel

/// A container as ``Monitor`` knows it: what has been told of it, and its init, held by a pidfd so that the kernel keeps its
/// exit status for us.
final class FollowedContainer {
  struct Key: Hashable {
    let root: String
    let id: String
  }

  let key: Key
  let pid: CInt
  let startTime: UInt64
  /// nil when it was gone before we could take hold of it, or has been told as ended.
  var process: HeldProcess?
  /// nil for a container whose directory was gone before it could be read.
  var controlGroup: ControlGroup.Record?
  var cgroupWatch: Inotify.Watch?

  var hasStarted = false
  var isFrozen = false
  var hasEnded = false
  /// From the runtime that has reaped it.
  var reportedExit: ExitStatus?
  /// Until when somebody may still say how it ended, in monotonic milliseconds.
  var exitDeadline: Int?
  /// The last status that was told, or that it had when it was found.
  var told: ContainerEvent.Status?
  /// It was there before the monitor was, as far as is known: nothing of its past is told.
  var wasFound = false
  /// Grows with each notice, so that what was read meanwhile is known to be old.
  var notices = 0

  init(key: Key, pid: CInt, startTime: UInt64) {
    self.key = key
    self.pid = pid
    self.startTime = startTime
  }

  func isSame(pid: CInt, startTime: UInt64) -> Bool { self.pid == pid && self.startTime == startTime }

  var status: ContainerEvent.Status {
    if hasEnded { return .stopped }
    if isFrozen { return .paused }
    return hasStarted ? .running : .created
  }

  /// Whether init has not ended yet.
  var isAlive: Bool {
    get throws(Failure) {
      guard let process else { return false }
      return try !process.hasEnded(within: 0)
    }
  }

  func event(_ kind: ContainerEvent.Kind) -> ContainerEvent {
    ContainerEvent(time: .now, id: key.id, root: key.root, pid: pid, kind: kind)
  }

  /// Whether its cgroup is frozen; nil when that is gone.
  func readFrozen(_ hierarchy: Hierarchy) throws(Failure) -> Bool? {
    guard let controlGroup, let cgroup = try ControlGroup.open(controlGroup, in: hierarchy) else { return nil }
    return try cgroup.isFrozen
  }

  /// nil when that is not counted. In a cgroup that was there before it may have been the process of another.
  func ranOutOfMemory(_ hierarchy: Hierarchy) throws(Failure) -> Bool? {
    guard let controlGroup, controlGroup.isOwned, let cgroup = try ControlGroup.open(controlGroup, in: hierarchy) else {
      return nil
    }
    return cgroup.outOfMemoryKills.map { $0 > 0 }
  }
}
