import ControlGroups
import Kernel
import OCISpec
import SystemPackage

extension Runtime {
  /// Removes a stopped container and everything made for it (runtime.md "Delete"); one that was created but never started is killed first.
  ///
  /// - Parameter force: a running one is killed too, and an id that is unknown is no error; what an interrupted
  ///   `create` has left is cleared.
  package func delete(_ id: String, force: Bool) throws(Failure) {
    if force { endInterrupted(id) }
    let directory: StateDirectory
    do { directory = try StateDirectory.open(root: root, id: id, lock: true) } catch  where force && error.isUnknownContainer {
      return
    }
    let saved: SavedState
    // With --force a state that cannot be read goes as well: nothing in it can be relied on, and nothing else frees the id.
    do { saved = try SavedState.load(from: directory) } catch  where force { return try directory.remove() }
    let proc = try ProcFS()
    let status = try ContainerStatus.of(saved, directory, proc)
    switch status {
    case .stopped, .created: break
    case _ where force: break
    default:
      throw Failure("cannot delete container \(id) that is not stopped: \(status.rawValue)", hint: "use --force to kill it")
    }
    try destroy(saved, try savedSpec(in: directory), directory, proc)
  }

  /// A `create` that is still at work, or hangs in a hook, holds the lock: its container ends first, and it then fails by itself.
  private func endInterrupted(_ id: String) {
    // Nothing of this is the deletion itself; whatever goes wrong here, that reports it.
    guard let saved = try? SavedState.load(root: root, id: id), saved.pid == 0 else { return }
    _ = Result { () throws(Failure) in try controlGroup(of: saved)?.killAll() }
  }

  /// Ends the container's processes, removes all that was made for it, and runs its poststop hooks.
  func destroy(_ saved: SavedState, _ spec: Spec, _ directory: borrowing StateDirectory, _ proc: ProcFS) throws(Failure) {
    try endProcesses(of: saved, proc)
    if let record = saved.controlGroup {
      try during("removing cgroup \(record.path)", try ControlGroup.remove(record, in: try Hierarchy.find()))
    }
    if saved.mountsOnHost {
      do { try unmountTree(host: saved.rootfs) } catch  where error.errno == .invalidArgument {}  // nothing is mounted there
    }
    try directory.remove()
    do {
      let state = saved.hookState.document(status: .stopped, pid: 0)
      try HookRunner.run(
        spec.hooks.poststop, kind: "poststop", state: state, directory: saved.bundle, environment: processEnvironment)
    } catch { warn(error.message) }  // "MUST log a warning", and the deletion goes on
  }

  /// Kills what runs in the container and waits until it is gone: by pidfd, not by looking again and again.
  private func endProcesses(of saved: SavedState, _ proc: ProcFS) throws(Failure) {
    if let process = try saved.initProcess(proc) {
      do { try process.send(signal: Signals.kill) } catch  where error.errno == .noSuchProcess {}
      if let cgroup = try controlGroup(of: saved), try cgroup.isFrozen { try cgroup.thaw() }
      guard try process.hasEnded(within: 10_000) else {
        throw Failure("container init still running", hint: "process \(process.pid) got SIGKILL 10 s ago")
      }
    }
    // Without a pid namespace of its own its other processes have outlived it.
    if let cgroup = try controlGroup(of: saved), try !cgroup.isEmpty { try cgroup.killAll() }
  }
}

extension Failure {
  fileprivate var isUnknownContainer: Bool { cause == "container does not exist" }
}
