import ControlGroups
import Kernel

/// A second process on the way to the one that is wanted, only where the kernel forces it: to *join* a namespace that the
/// host would not get back out of.
///
/// That is a user namespace, whoever the host is, and every other for one that is not the host's root: its own namespaces
/// belong to a user namespace in which it has no rights. The intermediate enters them all and clones the other as its sibling
/// (CLONE_PARENT): that is the host's child all the same. The namespaces which that gets new then belong to the joined user
/// namespace, as they must.
enum Intermediate {
  static func spawn(
    _ namespaces: NamespacePlan, in cgroup: ControlGroup.Entrance?, _ proc: ProcFS, track: Track? = nil, _ body: () -> Never
  ) throws(Failure) -> ProcessHandle {
    let areWorn = try namespaces.areWorn  // asked in the user namespace the answer would be another
    if namespaces.joinedUser == nil, areWorn { return try Birth.spawn(namespaces.new, in: cgroup, body) }
    let ends = try SocketPair()
    // The intermediate is born into the cgroup and its sibling inherits it: from inside the user namespace it may not be
    // entered.
    let intermediate = try Birth.spawn([], in: cgroup) {
      do throws(Failure) {
        try track?.adoptClock(proc)
        track?.begin("joining namespaces")
        if let user = namespaces.joinedUser { try enter(user) }
        if !areWorn { try namespaces.enter(proc) }
        track?.next("starting the process")
        let child = try Kernel.spawn(namespaces: namespaces.new, sibling: true, body)
        // Not its pid: this process may be in a joined pid namespace, in which numbers mean other processes.
        try child.withDescriptor { pidfd throws(Failure) in try ends.child.send([1], with: pidfd) }
        endProcess(0)
      } catch {
        track?.fail(error)
        _ = Result { () throws(Failure) in try ends.child.send([0] + error.encoded) }  // nobody else to tell
        endProcess(1)
      }
    }
    track?.pid = intermediate.pid
    let answer = try ends.takeHostEnd().receive()
    let status = try intermediate.reap()
    guard let pidfd = answer.descriptor else {
      if answer.bytes.isEmpty { throw Failure("the process that joins the namespaces \(status.description)") }
      throw Failure(decoding: answer.bytes.dropFirst())
    }
    return try proc.process(heldBy: try pidfd.descriptor.duplicate())
  }

  private static func enter(_ user: SharedDescriptor) throws(Failure) {
    try during("joining the user namespace", try user.descriptor.enterNamespace(.user))
    try setGroupID(0)
    try setUserID(0)
  }
}
