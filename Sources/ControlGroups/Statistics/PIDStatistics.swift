import Kernel

/// pids.*; without the controller the processes are counted by hand, and the kernel's own limit is the only one.
package struct PIDStatistics: Equatable, Sendable {
  package var current: UInt64 = 0
  /// nil: unlimited.
  package var limit: UInt64?

  package init() {}

  init(of group: ControlGroup) throws(Failure) {
    let directory = group.directory
    guard let current = try directory.countIfThere("pids.current") else {
      self.current = UInt64(try group.processes().count)
      return
    }
    self.current = current
    limit = try directory.countIfThere("pids.max").flatMap { $0 == .max ? nil : $0 }
  }
}
