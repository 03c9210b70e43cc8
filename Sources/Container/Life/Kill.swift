import ControlGroups
import Kernel
import OCISpec

extension Runtime {
  /// Sends a signal to the container's init (runtime.md "Kill"). Where its end does not end the container's other processes,
  /// because they have no pid namespace of their own, SIGKILL goes to all of them, as with runc since 1.2.
  ///
  /// - Parameter all: any signal goes to all of them then; and a container that has stopped is no error.
  package func kill(_ id: String, signal: CInt, all: Bool) throws(Failure) {
    let directory = try StateDirectory.open(root: root, id: id, lock: false)
    let saved = try SavedState.load(from: directory)
    let proc = try ProcFS()
    // What waits at the start gate has no handler, and from the first process of a pid namespace the kernel keeps all that would
    // end it by default. A container that is created ends by such a signal as one that runs does, and as with runc.
    let signal = Signals.endsByDefault(signal) && directory.has(StateDirectory.gate) ? Signals.kill : signal
    if all, try killAll(saved, signal, directory, proc) { return }
    guard let process = try saved.initProcess(proc) else {
      if all { return }
      throw Failure("container not running")
    }
    // A cgroup that was there before may have others in it.
    if signal == Signals.kill, saved.ownsControlGroup, try killAll(saved, signal, directory, proc) { return }
    do { try process.send(signal: signal) } catch  where error.errno == .noSuchProcess {
      if !all { throw Failure("container not running") }
    }
    // A frozen process does not die of a SIGKILL before it thaws.
    if signal == Signals.kill, let cgroup = try controlGroup(of: saved), try cgroup.isFrozen { try cgroup.thaw() }
  }

  /// True when the processes had to be, and were, signalled by way of the cgroup.
  private func killAll(
    _ saved: SavedState, _ signal: CInt, _ directory: borrowing StateDirectory, _ proc: ProcFS
  ) throws(Failure) -> Bool {
    let namespaces = try savedSpec(saved, in: directory).linux.namespaces
    if namespaces.contains(where: { $0.type == .pid && $0.path == nil }) { return false }
    try requireControlGroup(of: saved, to: "reach all of its processes, which share the host's pid namespace")
    guard let cgroup = try controlGroup(of: saved) else { return false }
    if signal == Signals.kill { try cgroup.killAll() } else { try cgroup.send(signal: signal) }
    return true
  }

  /// For what cannot be done without: a container may have been made without.
  func requireControlGroup(of saved: SavedState, to purpose: String) throws(Failure) {
    if saved.controlGroup != nil || saved.pid == 0 { return }
    throw Failure(
      "the container has no cgroup, so there is no way to \(purpose)",
      hint: "it was made with --cgroup-manager disabled, or none could be made for it: \(ControlGroupPlan.delegation)")
  }

  func controlGroup(of saved: SavedState) throws(Failure) -> ControlGroup? {
    guard let record = saved.controlGroup else { return nil }
    return try ControlGroup.open(record, in: try Hierarchy.find())
  }
}
