import Kernel
import OCISpec

/// A process that joins a running container, from its first instruction to the exec of its program.
///
/// It is born in the container's pid namespace and cgroup, and enters the other namespaces itself, all in one setns(2): unlike
/// the runtime it need not come back, not even out of a user namespace. What it does then is the table ``steps``: of what init
/// does the part that belongs to a process and not to the container.
struct Joiner: ~Copyable {
  let plan: JoinPlan
  /// The container's root directory.
  let rootfs: Rootfs
  var process: ContainerProcess

  struct Step: Sendable {
    let name: StaticString
    let run: @Sendable (inout Joiner, borrowing Rendezvous) throws(Failure) -> Void
  }

  static let steps: [Step] = [
    // The one that init has made. With root's id still, whose keyring that is.
    Step(name: "joining the session keyring") { me, host throws(Failure) in
      if me.plan.noNewKeyring { return }
      try SessionKeyring.apply(me.plan.id, label: me.process.plan.process.selinuxLabel, me.plan.proc, host)
    },
    // On the container's devpts, by its names. /dev/console stays init's.
    Step(name: "console") { me, host throws(Failure) in
      guard let console = me.plan.console else { return }
      try Console.apply(console, uid: me.process.plan.process.user.uid, bindsDevice: false, me.rootfs, me.plan.proc)
    },
    Step(name: "standard streams") { me, host throws(Failure) in try StandardIO.apply(me.process.plan.process) },
    // In the container's cgroup, whose cpuset limits it.
    Step(name: "execCPUAffinity") { me, host throws(Failure) in try CPUAffinity.applyFinal(me.process.plan.process) },
    // As root: some need a capability, and the exec label a procfs file of our own.
    Step(name: "process attributes") { me, host throws(Failure) in try me.process.setAttributes(me.rootfs) },
    // Not seccomp, which comes last of all (ContainerProcess.execute).
    Step(name: "becoming the user") { me, host throws(Failure) in try me.process.becomeUser() },
    // Last: found with the user's own rights.
    Step(name: "finding the program") { me, host throws(Failure) in try me.process.findProgram() },
  ]

  /// The child of the clone begins here and never comes back.
  static func start(_ plan: JoinPlan, _ ends: borrowing SocketPair) -> Never {
    ends.closeHostEndInChild()
    _ = Result { () throws(Failure) in  // without the socket there is nobody to tell
      run(plan, Rendezvous(try ends.child.duplicate()))
    }
    endProcess(1)
  }

  /// Comes back only when it has failed and has said so.
  private static func run(_ plan: JoinPlan, _ host: borrowing Rendezvous) {
    do {
      try closeAllButNeeded(plan, host)
      // If the runtime is killed half-way, so are we.
      try ProcessControl.setParentDeathSignal(Signals.kill)
      try setProcessName(Execution.joinerName)
      // Inside a user namespace limits can only be lowered.
      try Rlimits.raise(plan.process, pid: 0)
      let process = ContainerProcess(plan: plan.process, seccomp: plan.seccomp, proc: plan.proc)
      var me = Joiner(plan: plan, rootfs: try enterNamespaces(plan), process: process)
      for step in steps {
        if plan.tellsSteps { try host.send(.debug("exec: \(step.name)")) }
        try during("\(step.name)", try step.run(&me, host))
      }
      try StandardStreams.close(from: 3 + plan.process.passedDescriptors, except: [host.socket])
      try host.send(.ready)
      guard try host.mayProceed() else { return }  // the runtime ended instead
      // It ends before we do when it was told to.
      try ProcessControl.setParentDeathSignal(0)
      try me.process.execute(host)
    } catch {
      _ = Result { () throws(Failure) in try host.send(.failed(error)) }  // if the host is gone nobody is left to tell
    }
  }

  /// We are in the container's pid namespace from birth on: nothing of the host is kept open but what the steps need
  /// (CVE-2016-9962, CVE-2024-21626). That is closed as well before the program is waited for.
  private static func closeAllButNeeded(_ plan: JoinPlan, _ host: borrowing Rendezvous) throws(Failure) {
    var needed = [host.socket, plan.container, plan.proc.handle]
    if let root = plan.root { needed.append(root) }
    if let console = plan.console { needed.append(console.receiver) }
    try StandardStreams.close(from: 3 + plan.process.passedDescriptors, except: needed)
  }

  private static func enterNamespaces(_ plan: JoinPlan) throws(Failure) -> Rootfs {
    // Through the pidfd of init, never by names in /proc that another process may have by now: all of them or none.
    let kinds = plan.namespaces.subtracting(plan.isBornInUserNamespace ? [.pid, .user] : .pid)
    if !kinds.isEmpty { try during("joining the container's namespaces", try plan.container.descriptor.enterNamespace(kinds)) }
    // setns(2) into a mount namespace makes its root ours. Without one, init has its own by chroot(2).
    if let root = plan.root { try during("entering the container's root", try root.descriptor.chroot()) }
    if plan.namespaces.contains(.user) {
      try during("becoming gid 0 of the user namespace", try setGroupID(0))
      try during("becoming uid 0 of the user namespace", try setUserID(0))
      // setresuid(2) has cleared both.
      try ProcessControl.setParentDeathSignal(Signals.kill)
      try ProcessControl.setDumpable(false)
    }
    // Out of the caller's session: /dev/tty is not to be the terminal of whoever called us.
    try during("starting a session", try startSession())
    return Rootfs(root: try during("opening the container's root", try Descriptor.open(host: "/", [.path, .directory])))
  }
}
