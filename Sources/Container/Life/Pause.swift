import ControlGroups
import Kernel
import OCISpec

extension Runtime {
  /// Freezes every process of a running or created container.
  package func pause(_ id: String) throws(Failure) {
    let directory = try StateDirectory.open(root: root, id: id, lock: true)
    let (cgroup, status) = try controlGroupAndStatus(directory)
    if status == .paused { throw Failure("container not running", hint: "it is paused already") }
    guard status != .stopped, status != .creating, let cgroup else { throw Failure("container not running") }
    try cgroup.freeze()
    directory.tell(.paused, warn)
  }

  /// Lets a frozen container go on.
  package func resume(_ id: String) throws(Failure) {
    let directory = try StateDirectory.open(root: root, id: id, lock: true)
    let (cgroup, status) = try controlGroupAndStatus(directory)
    guard status == .paused, let cgroup else { throw Failure("container not paused") }
    try cgroup.thaw()
    directory.tell(.resumed, warn)
  }

  private func controlGroupAndStatus(_ directory: borrowing StateDirectory) throws(Failure) -> (ControlGroup?, Status) {
    let saved = try SavedState.load(from: directory)
    return (try controlGroup(of: saved), try ContainerStatus.of(saved, directory, try ProcFS()))
  }
}
