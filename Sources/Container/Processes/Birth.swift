import ControlGroups
import Kernel

/// How the first process of a container comes into its cgroup, before it does anything.
///
/// It is born there. But since 6.14 the kernel kills such a child at once when cgroup.kill was ever written to this cgroup,
/// or to the one the runtime is in: it takes the child for one that was forked while its cgroup was being killed. So the
/// child says a word as its first act; if it dies by SIGKILL before, a second is born beside the runtime and waits
/// until it has been moved.
enum Birth {
  /// - Parameter cgroup: nil for one that stays in the runtime's.
  static func spawn(
    _ namespaces: NamespaceKinds, in cgroup: ControlGroup.Entrance?, _ body: () -> Never
  ) throws(Failure) -> ProcessHandle {
    guard let cgroup else { return try Kernel.spawn(namespaces: namespaces, body) }
    if cgroup.isOnlyForMoving { return try spawnAndMove(namespaces, cgroup, body) }
    let ends = try SocketPair()
    let first = try Kernel.spawn(namespaces: namespaces, cgroup: cgroup.directory) {
      ends.closeHostEndInChild()
      // Without a word from us the host takes us for dead, and we die with it (PR_SET_PDEATHSIG).
      _ = Result { () throws(Failure) in try ends.child.send([1]) }
      ends.closeChildEndInChild()
      body()
    }
    let host = ends.takeHostEnd()
    if try !host.receive().bytes.isEmpty { return first }
    let status = try first.reap()
    if status == .signaled(Signals.kill) { return try spawnAndMove(namespaces, cgroup, body) }
    throw Failure("the container's process \(status.description) as it was born")
  }

  private static func spawnAndMove(
    _ namespaces: NamespaceKinds, _ cgroup: ControlGroup.Entrance, _ body: () -> Never
  ) throws(Failure) -> ProcessHandle {
    let ends = try SocketPair()
    let process = try Kernel.spawn(namespaces: namespaces) {
      ends.closeHostEndInChild()
      // An empty packet, or none: the host has failed or ended.
      guard let word = try? ends.child.receive(), !word.bytes.isEmpty else { endProcess(1) }
      ends.closeChildEndInChild()
      body()
    }
    do throws(Failure) {
      try cgroup.admit(process.pid)
      try ends.host.send([1])
    } catch {
      process.end()
      throw error
    }
    return process
  }
}

extension ExitStatus {
  /// `ended with exit status 1`, `was killed by SIGKILL`
  var description: String {
    switch self {
    case .exited(let code): "ended with exit status \(code)"
    case .signaled(let signal): "was killed by \(Signals.name(of: signal))"
    }
  }
}
