import Kernel
import OCISpec

/// What the first process of a container and one that joins it later do alike: `process` of config.json, from being root in the
/// container to the exec of the program.
struct ContainerProcess {
  let plan: ProcessPlan
  let seccomp: SeccompPlan?
  let proc: ProcFS
  /// See ``Plan/isOpenToItsUser``.
  let isOpenToItsUser: Bool
  /// Filled by ``setAttributes(_:)``.
  private(set) var environment: [String] = []
  /// Filled by ``findProgram()``.
  private var executable = ""

  init(plan: ProcessPlan, seccomp: SeccompPlan?, proc: ProcFS, isOpenToItsUser: Bool = false) {
    self.plan = plan
    self.seccomp = seccomp
    self.proc = proc
    self.isOpenToItsUser = isOpenToItsUser
  }

  /// As root: some need a capability, and the exec label a procfs file of our own.
  mutating func setAttributes(_ rootfs: borrowing Rootfs) throws(Failure) {
    environment = try Environment.make(plan, rootfs, proc)
    setFileModeMask(plan.process.user.umask ?? 0o022)
    try Personalities.apply(plan.personality)
    try MemoryPolicies.apply(plan.memoryPolicy)
    try Scheduling.apply(plan.process)
    try IOPriorities.apply(plan.process)
    try ExecLabels.apply(plan.process, proc)
    Signals.resetActions()
    try Signals.setMask(SignalSet())
    if plan.process.noNewPrivileges { try ProcessControl.setNoNewPrivileges() }
  }

  /// The working directory is entered as root and, where a file system denies that to root (NFS), as the user.
  func becomeUser() throws(Failure) {
    let cwd = plan.process.cwd
    var entered = true
    do { try WorkingDirectory.enter(cwd) } catch  where error.errno == .permissionDenied { entered = false }
    try Credentials.apply(
      plan, loadsFilter: SeccompStep.needsCapability(seccomp, plan.process), isOpenToItsUser: isOpenToItsUser)
    if !entered { try WorkingDirectory.enter(cwd) }
  }

  mutating func findProgram() throws(Failure) {
    executable = try Executable.find(plan.process.args.first ?? "", environment: environment)
  }

  /// Becomes the program; comes back only with the reason why not.
  ///
  /// - Parameters:
  ///   - host: gets the listener of the seccomp filter.
  ///   - hooks: startContainer.
  ///   - openFileLimit: see ``OpenFileLimit``.
  ///   - track: of this process.
  func execute(
    _ host: borrowing Rendezvous, hooks: [PreparedHook] = [], openFileLimit: UInt64? = nil, track: Track? = nil
  ) throws(Failure) -> Never {
    let image = ExecutableImage(arguments: plan.process.args, environment: environment)
    let interpreter = Executable.interpreter(of: executable)
    // Everything is closed by the exec, whoever opened it (CVE-2024-21626).
    try StandardStreams.closeOnExec(from: 3)
    try OpenFileLimit.restore(openFileLimit)
    try Rlimits.apply(plan)
    try SeccompStep.apply(seccomp, host)
    // Under the filter and the limits, like everything else that runs in the container.
    if !hooks.isEmpty {
      // A hook is the image's: with CAP_SYS_PTRACE it could take over a process that has more than the container.
      if SeccompStep.needsCapability(seccomp, plan.process) { try Credentials.setCapabilities(plan.capabilities) }
      try HookRunner.run(hooks, kind: "startContainer", track: track)
    }
    if plan.passedDescriptors > 0 { try StandardStreams.keepThroughExec(3..<3 + plan.passedDescriptors) }
    throw Executable.explain(image.execute(path: executable), path: executable, interpreter: interpreter)
  }
}
