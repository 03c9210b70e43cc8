import Kernel
import OCISpec

extension Runtime {
  /// Runs the program of a created container (runtime.md "Start").
  package func start(_ id: String) throws(Failure) {
    let directory = try StateDirectory.open(root: root, id: id, lock: true)
    let saved = try SavedState.load(from: directory)
    let proc = try ProcFS()
    let status = try ContainerStatus.of(saved, proc)
    switch status {
    case .created: break
    case .stopped: throw Failure("cannot start a container that has stopped")
    case .running: throw Failure("cannot start an already running container")
    default: throw Failure("cannot start a container in the \(status.rawValue) state")
    }
    let spec = try savedSpec(saved, in: directory)
    guard spec.process != nil else {
      throw Failure("process property must not be empty", hint: "the container was created without a process")
    }
    guard let process = try saved.initProcess(proc) else { throw Failure("cannot start a container that has stopped") }
    let notify = try NotifyRelay.open(directory, process, warn)
    let forward = { (listener: borrowing Descriptor) throws(Failure) in try saved.forward(listener, spec) }
    do { try StartGate.open(directory, warn, forward: forward) } catch
      where error.context.contains(where: { $0.hasPrefix("running startContainer hook") })
    {
      // "If any startContainer hook fails, the runtime MUST generate an error, stop the container, and continue the
      // lifecycle at step 12": it is destroyed.
      try destroy(saved, spec, directory, proc, try controlGroup(of: saved))
      throw error
    }
    try Execution.confirm(saved, proc) { () throws(Failure) in try controlGroup(of: saved) }
    try directory.unlock()
    try runPoststart(saved, spec, directory, proc)
    notify?.wait()
  }

  /// poststart hooks run before `start` returns; since 1.3 of the spec the first that fails ends the container. The lock is
  /// not held meanwhile: the container is running, and a hook may pause it, or kill it.
  func runPoststart(
    _ saved: SavedState, _ spec: Spec, _ directory: borrowing StateDirectory, _ proc: ProcFS
  ) throws(Failure) {
    let state = saved.hookState.document(status: .running, pid: saved.pid)
    do {
      try HookRunner.run(
        spec.hooks.poststart, kind: "poststart", state: state, directory: saved.bundle, environment: processEnvironment,
        output: try HookOutput.open(spec), track: trace?.host)
    } catch {
      do throws(Failure) {
        if try directory.lock() { try destroy(saved, spec, directory, proc, try controlGroup(of: saved)) }
      } catch let second {
        warn("deleting the container: \(second.message)")  // beside the failure of the hook, which is the one to report
      }
      throw error
    }
  }

  /// The config as it was at create, with the namespaces the container got then.
  func savedSpec(_ saved: SavedState, in directory: borrowing StateDirectory) throws(Failure) -> Spec {
    let name = "\(directory.path)/\(StateDirectory.configFile)"
    let bytes = try during("reading \(name)", try directory.read(StateDirectory.configFile))
    do {
      var spec = try Spec.decode(bytes, named: name)
      spec.linux.namespaces = saved.namespaces ?? spec.linux.namespaces
      return spec
    } catch { throw Failure(error.description) }
  }
}
