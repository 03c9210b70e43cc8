import ControlGroups
import Kernel

/// A second process on the way to the one that is wanted, only where the kernel forces it: to *join* a user namespace.
///
/// A process that has entered a user namespace cannot leave it, so the host may not. The intermediate enters it and
/// clones the other as its sibling (CLONE_PARENT): that is the host's child all the same. The namespaces which that
/// gets new then belong to the joined user namespace, as they must. What an ordinary user's host may not wear, for want of
/// CAP_SYS_ADMIN, the intermediate enters too, as root of the user namespace.
enum Intermediate {
  static func spawn(
    _ namespaces: NamespacePlan, in cgroup: ControlGroup.Entrance?, _ proc: ProcFS, _ body: () -> Never
  ) throws(Failure) -> ProcessHandle {
    guard let user = namespaces.joinedUser else { return try Birth.spawn(namespaces.new, in: cgroup, body) }
    let ends = try SocketPair()
    let areWorn = namespaces.areWorn  // asked in the user namespace the answer would be another
    // The intermediate is born into the cgroup and its sibling inherits it: from inside the user namespace it may not be
    // entered.
    let intermediate = try Birth.spawn([], in: cgroup) {
      do throws(Failure) {
        try during("joining the user namespace", try user.descriptor.enterNamespace(.user))
        try setGroupID(0)
        try setUserID(0)
        if !areWorn { try enter(namespaces.joined) }
        let child = try Kernel.spawn(namespaces: namespaces.new, sibling: true, body)
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
    return try proc.process(heldBy: try pidfd.descriptor.duplicate())
  }

  private static func enter(_ joined: [(kind: NamespaceKinds, handle: SharedDescriptor)]) throws(Failure) {
    for (kind, handle) in joined {
      try during("joining the \(kind.name) namespace", try handle.descriptor.enterNamespace(kind))
    }
  }
}
