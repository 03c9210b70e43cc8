import ControlGroups
import JSON
import Kernel
import OCISpec

/// What `events` tells of a container.
package enum ResourceEvent {
  /// ``Statistics/document``
  case statistics(JSONValue)
  /// The kernel has killed one of its processes for want of memory.
  case outOfMemory
}

extension Runtime {
  /// What the kernel has counted for a container up to now.
  package func statistics(_ id: String) throws(Failure) -> JSONValue {
    let saved = try SavedState.load(root: root, id: id)
    guard try saved.initProcess(try ProcFS()) != nil else { throw notRunning(id) }
    try requireControlGroup(of: saved, to: counting)
    guard let cgroup = try controlGroup(of: saved) else { throw notRunning(id) }
    return try cgroup.statistics().document
  }

  /// Tells of a container until it has stopped, or until nobody reads the standard output any more.
  ///
  /// - Parameter interval: milliseconds from one statistics to the next; the first come after one.
  package func events(
    _ id: String, every interval: Int, _ tell: (ResourceEvent) throws(Failure) -> Void
  ) throws(Failure) {
    let saved = try SavedState.load(root: root, id: id)
    guard let process = try saved.initProcess(try ProcFS()) else { throw notRunning(id) }
    try requireControlGroup(of: saved, to: counting)
    guard let cgroup = try controlGroup(of: saved) else { throw notRunning(id) }
    let watch = try cgroup.watchOutOfMemory()
    var next = monotonicMilliseconds() + interval
    while true {
      var poll = Poll()
      poll.add(process)
      poll.addStandardStream(1, [])  // its reader's end is reported without being asked for
      if let watch { poll.add(watch.descriptor, .changed) }
      let ready = try poll.wait(milliseconds: CInt(clamping: max(0, next - monotonicMilliseconds())))
      if !ready[1].isEmpty { return }
      // The kernel counts before it kills: whatever has ended init, its count is there.
      if let watch { for _ in 0..<(try watch.newKills()) { try tell(.outOfMemory) } }
      if !ready[0].isEmpty { return }
      let now = monotonicMilliseconds()
      if now < next { continue }
      guard let document = try statisticsUnlessGone(cgroup) else { return }
      try tell(.statistics(document))
      // In step with the clock, but no more than one for all the times that were missed.
      next = max(next + interval, now)
    }
  }

  private func statisticsUnlessGone(_ cgroup: ControlGroup) throws(Failure) -> JSONValue? {
    do { return try cgroup.statistics().document } catch
      where error.errno == .operationNotSupportedByDevice || error.errno == .noSuchFileOrDirectory
    { return nil }
  }

  private var counting: String { "count what it uses" }

  private func notRunning(_ id: String) -> Failure { Failure("container with id \(id) is not running") }
}
