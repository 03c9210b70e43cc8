import Kernel
import OCISpec

/// The process that becomes PID 1 of the container: from its first instruction, in the namespaces and the cgroup it was
/// born into, to the exec of the program.
///
/// The order of what it does is the table ``steps``. A step's name is the context of its errors and its line in the debug log.
struct Init: ~Copyable {
  let plan: Plan
  let rootfs: Rootfs
  /// Mounts that become read-only once everything in them is made.
  var readOnlyLater: [SharedDescriptor] = []
  /// What becomes of this process at its end; nil for a container that has none yet.
  var process: ContainerProcess?

  struct Step: Sendable {
    let name: StaticString
    let run: @Sendable (inout Init, borrowing Rendezvous) throws(Failure) -> Void
  }

  /// The child of the clone begins here and never comes back.
  static func start(_ plan: Plan, _ ends: borrowing SocketPair, _ gate: StartGate, closing hostOnly: [SharedDescriptor]) -> Never
  {
    ends.closeHostEndInChild()
    for descriptor in hostOnly { descriptor.closeInChild() }
    _ = Result { () throws(Failure) in  // without the socket there is nobody to tell
      run(plan, Rendezvous(try ends.child.duplicate()), gate)
    }
    endProcess(1)
  }

  /// Comes back only when it has failed and has said so.
  private static func run(_ plan: Plan, _ rendezvous: borrowing Rendezvous, _ gate: StartGate) {
    let track = plan.trace?.child
    do throws(Failure) {
      try track?.adoptClock(plan.proc)
      track?.begin("becoming init")
      try becomeInit(plan, rendezvous)
      track?.next("preparing the root file system")
      let process = plan.process.map {
        ContainerProcess(plan: $0, seccomp: plan.seccomp, proc: plan.proc, isOpenToItsUser: plan.isOpenToItsUser)
      }
      var me = Init(plan: plan, rootfs: try enterRootfs(plan), process: process)
      for step in steps {
        if plan.tellsSteps { try rendezvous.send(.debug("init: \(step.name)")) }
        track?.next("\(step.name)")
        try during("\(step.name)", try step.run(&me, rendezvous))
      }
      track?.next("waiting to be written down")
      try closeAllButGate(plan, rendezvous, gate)
      try rendezvous.send(.ready)
      // The host has written down who we are: from here on we can be found without it, and outlive it. Told, because a host
      // that ended before the signal is off would end us.
      guard try rendezvous.mayProceed() else { throw Failure("the runtime ended before it had saved the container") }
      try ProcessControl.setParentDeathSignal(0)
      track?.next("waiting at the start gate")
      try rendezvous.send(.ready)
      // From here on whoever starts us is told.
      switch gate {
      case .none: me.execute(startedBy: rendezvous)
      case .socket(let socket): me.execute(startedBy: Rendezvous(try socket.descriptor.accept()))
      }
    } catch { tell(rendezvous, error, track) }
  }

  /// Nothing of the host stays open while we wait: not its /proc, not the bundle (CVE-2024-21626, CVE-2016-9962).
  private static func closeAllButGate(_ plan: Plan, _ rendezvous: borrowing Rendezvous, _ gate: StartGate) throws(Failure) {
    var kept = [rendezvous.socket]
    if case .socket(let socket) = gate { kept.append(socket) }
    if !plan.spec.hooks.startContainer.isEmpty { kept += plan.hookOutput.descriptors }
    try StandardStreams.close(from: 3 + (plan.process?.passedDescriptors ?? 0), except: kept)
  }

  private static func becomeInit(_ plan: Plan, _ rendezvous: borrowing Rendezvous) throws(Failure) {
    // If the runtime is killed half-way, so are we: nothing is left that nobody knows of.
    try ProcessControl.setParentDeathSignal(Signals.kill)
    try setProcessName(Execution.name)
    if plan.namespaces.hasUserNamespace { try becomeRoot(plan, rendezvous) }
    // Out of the caller's process group and session: kill(0) in a container must not reach the host, nor /dev/tty the terminal
    // of whoever called us.
    try during("starting a session", try startSession())
    setFileModeMask(0)  // the modes of config.json are exact
  }

  /// In a new user namespace nobody is anybody until the host has written the maps.
  private static func becomeRoot(_ plan: Plan, _ rendezvous: borrowing Rendezvous) throws(Failure) {
    plan.trace?.child.begin("waiting for the id maps")
    guard try rendezvous.mayProceed() else { throw Failure("the runtime ended before the id maps were written") }
    plan.trace?.child.end()
    try during("becoming gid 0 of the user namespace", try setGroupID(0))
    try during("becoming uid 0 of the user namespace", try setUserID(0))
    try ProcessControl.setParentDeathSignal(Signals.kill)  // setresuid(2) has cleared it
    try ProcessControl.setDumpable(plan.isOpenToItsUser)
  }

  private static func enterRootfs(_ plan: Plan) throws(Failure) -> Rootfs {
    if let mount = plan.namespaces.joinedMount {
      try during("joining the mount namespace", try mount.descriptor.enterNamespace(.mount))
      try during("entering \(plan.rootfs.path)", try enter(plan.rootfs.path))
    }
    return try during("preparing the root file system", try Rootfs.prepare(plan))
  }

  /// In the mount namespace of another container its files are what is found: a link such as /proc/self/fd/N, which would
  /// lead to a directory of the host that is open here, is not followed (RESOLVE_IN_ROOT).
  private static func enter(_ path: String) throws(Failure) {
    let root = try Descriptor.open(host: "/", [.path, .directory])
    try root.open(path, [.path, .directory], resolve: .inRoot).changeWorkingDirectory()
  }

  /// Tells the host, which says it to the user.
  private static func tell(_ rendezvous: borrowing Rendezvous, _ failure: Failure, _ track: Track?) {
    track?.fail(failure)
    _ = Result { () throws(Failure) in try rendezvous.send(.failed(failure)) }  // if the host is gone nobody is left to tell
  }

  // MARK: Behind the start gate

  /// Waits for the word to start, then runs the last hooks and the program. Comes back only when that has failed.
  private func execute(startedBy starter: borrowing Rendezvous) {
    do {
      guard try starter.mayProceed() else { return }  // it ended instead; the container never runs
      // From here on what the image brings is in the container: startContainer hooks.
      try ProcessControl.setDumpable(false)
      try execute(starter)
    } catch { Init.tell(starter, error, plan.trace?.child) }
  }

  private func execute(_ starter: borrowing Rendezvous) throws(Failure) {
    guard let process else { throw Failure("process property must not be empty") }
    plan.trace?.child.next("starting the program")
    let hooks = try HookRunner.prepare(
      plan.spec.hooks.startContainer, state: plan.hookState.document(status: .created, pid: processID),
      environment: process.environment, output: plan.hookOutput)
    try process.execute(starter, hooks: hooks, openFileLimit: plan.openFileLimit, track: plan.trace?.child)
  }
}
