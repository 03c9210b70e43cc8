import Kernel
import OCISpec
import SystemPackage

/// The process that becomes PID 1 of the container: from its first instruction, in the namespaces and the cgroup it was
/// born into, to the exec of the program.
///
/// The order of what it does is the table ``steps``. A step's name is the context of its errors and its line in the debug log.
struct Init: ~Copyable {
  let plan: Plan
  let rendezvous: Rendezvous
  let gate: StartGate
  var rootfs: Rootfs
  /// Mounts that become read-only once everything in them is made.
  var readOnlyLater: [SharedDescriptor] = []
  /// Filled by the steps for the ones after them.
  var environment: [String] = []
  var executable = ""

  struct Step: Sendable {
    let name: StaticString
    let run: @Sendable (inout Init) throws(Failure) -> Void
  }

  /// The child of the clone begins here and never comes back.
  static func start(_ plan: Plan, _ ends: borrowing SocketPair, _ gate: StartGate) -> Never {
    ends.closeHostEndInChild()
    do { run(plan, Rendezvous(try ends.child.duplicate()), gate) } catch { endProcess(1) }  // nobody to tell without it
  }

  private static func run(_ plan: Plan, _ rendezvous: consuming Rendezvous, _ gate: StartGate) -> Never {
    do {
      // If the runtime is killed half-way, so are we: nothing is left that nobody knows of.
      try ProcessControl.setParentDeathSignal(Signals.kill)
      // No process of the container we may share a pid namespace with can look into us (CVE-2016-9962).
      try ProcessControl.setDumpable(false)
      if plan.namespaces.hasUserNamespace { try becomeRoot(rendezvous) }
      setFileModeMask(0)  // the modes of config.json are exact
    } catch { fail(error, rendezvous) }
    let rootfs: Rootfs
    do { rootfs = try enterRootfs(plan) } catch { fail(error, rendezvous) }
    var process = Init(plan: plan, rendezvous: rendezvous, gate: gate, rootfs: rootfs)
    do {
      for step in steps { try during("\(step.name)", try step.run(&process)) }
    } catch { fail(error, process.rendezvous) }
    process.waitAndExecute()
  }

  /// In a new user namespace nobody is anybody until the host has written the maps.
  private static func becomeRoot(_ rendezvous: borrowing Rendezvous) throws(Failure) {
    guard try rendezvous.receive() == .proceed else { throw Failure("the runtime ended before the id maps were written") }
    try during("becoming gid 0 of the user namespace", try setGroupID(0))
    try during("becoming uid 0 of the user namespace", try setUserID(0))
    try ProcessControl.setParentDeathSignal(Signals.kill)  // setresuid(2) has cleared it
    try ProcessControl.setDumpable(false)
  }

  private static func enterRootfs(_ plan: Plan) throws(Failure) -> Rootfs {
    if let mount = plan.namespaces.joinedMount {
      try during("joining the mount namespace", try mount.descriptor.enterNamespace(.mount))
      try during("entering \(plan.rootfs.path)", try changeWorkingDirectory(plan.rootfs.path))
    }
    return try during("preparing the root file system", try Rootfs.prepare(plan))
  }

  /// Tells the host, which says it to the user, and ends.
  private static func fail(_ failure: Failure, _ rendezvous: borrowing Rendezvous) -> Never {
    _ = Result { () throws(Failure) in try rendezvous.send(.failed(failure)) }  // if the host is gone nobody is left to tell
    endProcess(1)
  }

  // MARK: After the last step

  /// Waits at the start gate, then runs the last hooks and the program. What fails now is told to `start`.
  private consuming func waitAndExecute() -> Never {
    let starter: Rendezvous
    do {
      // The runtime that made us ends before we do.
      try ProcessControl.setParentDeathSignal(0)
      try rendezvous.send(.ready)
    } catch { endProcess(1) }
    do { starter = try gate.wait(rendezvous) } catch { endProcess(1) }
    do { try finish(starter) } catch { Init.fail(error, starter) }
  }

  private func finish(_ starter: borrowing Rendezvous) throws(Failure) -> Never {
    try HookRunner.run(
      plan.spec.hooks.startContainer, kind: "startContainer", state: plan.hookState.document(status: .created, pid: processID),
      environment: environment)
    let passed = plan.process?.passedDescriptors ?? 0
    let image = ExecutableImage(arguments: plan.process?.process.args ?? [], environment: environment)
    // Everything else is closed by the exec, whoever opened it (CVE-2024-21626).
    try StandardStreams.closeOnExec(from: 3 + passed)
    if passed > 0 { try StandardStreams.keepThroughExec(3..<3 + passed) }
    if plan.process?.process.noNewPrivileges == true { try SeccompStep.apply(plan, starter) }
    do { try image.execute(path: executable) } catch { throw Executable.explain(error, path: executable) }
  }
}
