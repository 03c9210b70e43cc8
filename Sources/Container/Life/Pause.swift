import ControlGroups
import Kernel
import OCISpec

extension Runtime {
  /// Freezes every process of a running or created container.
  package func pause(_ id: String) throws(Failure) {
    let directory = try StateDirectory.open(root: root, id: id, lock: true)
    let (cgroup, status) = try runningControlGroup(directory)
    if status == .paused { return }
    try cgroup.freeze()
    directory.tell(.paused, warn)
  }

  /// Lets a frozen container go on.
  package func resume(_ id: String) throws(Failure) {
    let directory = try StateDirectory.open(root: root, id: id, lock: true)
    let (cgroup, status) = try runningControlGroup(directory)
    guard status == .paused else { throw Failure("container not paused") }
    try cgroup.thaw()
    directory.tell(.resumed, warn)
  }

  private func runningControlGroup(_ directory: borrowing StateDirectory) throws(Failure) -> (ControlGroup, Status) {
    let saved = try SavedState.load(from: directory)
    let status = try ContainerStatus.of(saved, directory, try ProcFS())
    guard status != .stopped, status != .creating, let cgroup = try controlGroup(of: saved) else {
      throw Failure("container not running")
    }
    return (cgroup, status)
  }
}
