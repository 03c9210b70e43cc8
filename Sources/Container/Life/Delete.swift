import ControlGroups
import Kernel
import OCISpec

extension Runtime {
  /// Removes a stopped container and everything made for it (runtime.md "Delete"); one that was created but never started is killed first.
  ///
  /// - Parameter force: a running one is killed too, and an id that is unknown is no error; what an interrupted
  ///   `create` has left is cleared.
  package func delete(_ id: String, force: Bool) throws(Failure) {
    let directory: StateDirectory
    do { directory = try StateDirectory.open(root: root, id: id, lock: !force) } catch  where force && error.isUnknownContainer {
      return
    }
    if force {
      guard try directory.lock(meanwhile: endProcessesOfLockHolder) else { return }
      try directory.removeNotices()
    }
    let saved: SavedState
    // With --force a state that cannot be read goes as well: nothing in it can be relied on, and nothing else frees the id.
    do { saved = try SavedState.load(from: directory) } catch  where force { return try directory.remove() }
    let proc = try ProcFS()
    let status = try ContainerStatus.of(saved, proc)
    switch status {
    case .stopped, .created: break
    case _ where force: break
    default:
      throw Failure("cannot delete container \(id) that is not stopped: \(status.rawValue)", hint: "use --force to kill it")
    }
    try destroy(saved, try savedSpec(saved, in: directory), directory, proc, try controlGroup(of: saved))
  }

  /// A `create` or `start` that is still at work, or hangs in a hook, holds the lock: the container's processes end first,
  /// and it then fails by itself.
  private func endProcessesOfLockHolder(_ directory: borrowing StateDirectory) {
    // Nothing of this is the deletion itself; whatever goes wrong here, that reports it.
    guard let saved = try? SavedState.load(from: directory) else { return }
    _ = Result { () throws(Failure) in
      if let cgroup = try controlGroup(of: saved), saved.ownsControlGroup { return try cgroup.killAll() }
      try saved.initProcess(try ProcFS())?.send(signal: Signals.kill)
    }
  }

  /// Ends the container's processes, removes all that was made for it, and runs its poststop hooks.
  ///
  /// - Parameter cgroup: nil for a container without one, or whose cgroup is gone.
  func destroy(
    _ saved: SavedState, _ spec: Spec, _ directory: borrowing StateDirectory, _ proc: ProcFS, _ cgroup: ControlGroup?
  ) throws(Failure) {
    try endProcesses(of: saved, spec, proc, cgroup)
    if let record = saved.controlGroup {
      let hierarchy = if let cgroup { cgroup.hierarchy } else { try Hierarchy.find() }
      try during("removing cgroup \(record.path)", try ControlGroup.remove(record, in: hierarchy))
    }
    try ResourceControl.remove(saved.resourceControlGroups, proc)
    if let mountID = saved.hostMountID { try HostMounts.remove(from: saved.rootfs, downTo: mountID) }
    try directory.remove()
    runPoststop(spec, saved.hookState)
  }

  /// poststop hooks come last of all; of one that fails there is only to warn, and the rest still runs ("MUST log a
  /// warning, but the remaining hooks and lifecycle continue").
  func runPoststop(_ spec: Spec, _ state: HookState) {
    if spec.hooks.poststop.isEmpty { return }
    let document = state.document(status: .stopped, pid: 0)
    for (index, hook) in spec.hooks.poststop.enumerated() {
      do {
        try HookRunner.run(
          hook, index: index, kind: "poststop", state: document, directory: state.bundle, environment: processEnvironment,
          output: try HookOutput.open(spec))
      } catch { warn(error.message) }
    }
  }

  /// Kills what runs in the container and waits until it is gone: by pidfd, not by looking again and again.
  private func endProcesses(
    of saved: SavedState, _ spec: Spec, _ proc: ProcFS, _ cgroup: ControlGroup?
  ) throws(Failure) {
    if let process = try saved.initProcess(proc) {
      do { try process.send(signal: Signals.kill) } catch  where error.errno == .noSuchProcess {}
      if let cgroup, try cgroup.isFrozen { try cgroup.thaw() }
      guard try process.hasEnded(within: 10_000) else {
        throw Failure("container init still running", hint: "process \(process.pid) got SIGKILL 10 s ago")
      }
    }
    // Without a pid namespace of its own its other processes have outlived it.
    // A cgroup that was there before may hold another container by now, whose processes are not ours to end.
    let hasOwnPIDs = spec.linux.namespaces.contains { $0.type == .pid && $0.path == nil }
    guard saved.ownsControlGroup || !hasOwnPIDs else { return }
    if let cgroup, try !cgroup.isEmpty { try cgroup.killAll() }
  }
}

extension Failure {
  var isUnknownContainer: Bool { cause == "container does not exist" }
}
