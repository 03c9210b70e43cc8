import ControlGroups
import Kernel
import OCISpec

extension Runtime {
  /// Freezes every process of a running or created container.
  package func pause(_ id: String) throws(Failure) {
    let directory = try StateDirectory.open(root: root, id: id, lock: true)
    let saved = try SavedState.load(from: directory)
    let status = try ContainerStatus.of(saved, try ProcFS())
    if status == .paused { throw Failure("container not running", hint: "it is paused already") }
    guard status != .stopped, status != .creating else { throw Failure("container not running") }
    try requireControlGroup(of: saved, to: "pause it")
    guard let cgroup = try controlGroup(of: saved) else { throw Failure("container not running") }
    try cgroup.freeze()
    directory.tell(.paused, warn)
  }

  /// Lets a frozen container go on.
  package func resume(_ id: String) throws(Failure) {
    let directory = try StateDirectory.open(root: root, id: id, lock: true)
    let saved = try SavedState.load(from: directory)
    let status = try ContainerStatus.of(saved, try ProcFS())
    guard status == .paused, let cgroup = try controlGroup(of: saved) else { throw Failure("container not paused") }
    try cgroup.thaw()
    directory.tell(.resumed, warn)
  }
}
