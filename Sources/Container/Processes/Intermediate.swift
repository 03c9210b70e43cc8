import ControlGroups
import Kernel

/// A second process on the way to init, only where the kernel forces it: to *join* a user namespace.
///
/// A process that has entered a user namespace cannot leave it, so the host may not. The intermediate enters it and
/// clones init as its sibling (CLONE_PARENT): init is the host's child all the same. The namespaces which init gets
/// new then belong to the joined user namespace, as they must.
enum Intermediate {
  static func spawn(_ plan: Plan, _ cgroup: ControlGroup.Entrance, _ body: () -> Never) throws(Failure) -> ProcessHandle {
    guard let user = plan.namespaces.joinedUser else { return try Birth.spawn(plan.namespaces.new, in: cgroup, body) }
    let ends = try SocketPair()
    // The intermediate is born into the cgroup and init inherits it: from inside the user namespace it may not be entered.
    let intermediate = try Birth.spawn([], in: cgroup) {
      do throws(Failure) {
        try during("joining the user namespace", try user.descriptor.enterNamespace(.user))
        try setGroupID(0)
        try setUserID(0)
        let child = try Kernel.spawn(namespaces: plan.namespaces.new, sibling: true, body)
        // Not its pid: this process may be in a joined pid namespace, in which numbers mean other processes.
        try child.withDescriptor { pidfd throws(Failure) in try ends.child.send([1], with: pidfd) }
        endProcess(0)
      } catch {
        _ = Result { () throws(Failure) in try ends.child.send([0] + error.encoded) }  // nobody else to tell
        endProcess(1)
      }
    }
    let answer = try ends.takeHostEnd().receive()
    let status = try intermediate.reap()
    guard let pidfd = answer.descriptor else {
      if answer.bytes.isEmpty { throw Failure("the process that joins the user namespace \(status.description)") }
      throw Failure(decoding: answer.bytes.dropFirst())
    }
    return try plan.proc.process(heldBy: try pidfd.descriptor.duplicate())
  }
}
