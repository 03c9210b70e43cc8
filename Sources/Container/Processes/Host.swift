import ControlGroups
import Kernel
import OCISpec

/// The runtime's side of making a container: one clone, then the conversation of `Rendezvous.swift`.
struct Host: ~Copyable {
  let plan: Plan
  let process: ProcessHandle
  let rendezvous: Rendezvous
  /// nil for a container without one.
  let cgroup: ControlGroup?
  /// ``ControlGroup/outOfMemoryKills`` before init was.
  private let earlierKills: Int?
  private let netDevices = NetDevices()

  /// Starts init in its namespaces and its cgroup.
  ///
  /// - Parameter hostOnly: descriptors of ours that init has no business with.
  static func start(
    _ plan: Plan, cgroup: ControlGroup?, gate: StartGate, hostOnly: [SharedDescriptor]
  ) throws(Failure) -> Host {
    if let process = plan.process { try OOMScoreAdjustment.inherit(process.process, plan.proc) }
    // Inherited by every process between here and the exec: there is no moment in which one of a namespace that is being
    // joined could look into us (CVE-2016-9962).
    if !plan.isOpenToItsUser { try ProcessControl.setDumpable(false) }
    let ends = try SocketPair()
    let entrance = try cgroup?.entrance()
    let earlierKills = cgroup.flatMap { $0.record.isOwned ? nil : $0.outOfMemoryKills }
    // The child's working directory is the rootfs in *its* mount namespace: the kernel moves it along, and no path is
    // resolved a second time.
    let before = try Descriptor.workingDirectory()
    try plan.rootfs.directory.descriptor.changeWorkingDirectory()
    let notForInit = hostOnly + (entrance?.descriptors ?? [])
    let process = try spawn(plan, entrance) { Init.start(plan, ends, gate, closing: notForInit) }
    cgroup?.endPlaceholder()
    plan.trace?.child.pid = process.pid
    do { try before.changeWorkingDirectory() } catch {
      process.end()
      throw error
    }
    return Host(
      plan: plan, process: process, rendezvous: Rendezvous(ends.takeHostEnd()), cgroup: cgroup, earlierKills: earlierKills)
  }

  private static func spawn(
    _ plan: Plan, _ entrance: ControlGroup.Entrance?, _ body: () -> Never
  ) throws(Failure) -> ProcessHandle {
    do {
      return try WornNamespaces.spawn(in: plan.namespaces, plan.proc) { () throws(Failure) in
        try Intermediate.spawn(plan.namespaces, in: entrance, plan.proc, track: plan.trace?.intermediate, body)
      }
    } catch {
      let failure = error.adding(context: "starting the container's process")
      guard plan.namespaces.new.contains(.user), error.cause == "clone3" else { throw failure }
      switch error.errno {
      case .some(.notPermitted) where effectiveUserID != 0:
        throw failure.adding(hint: "ordinary users may make no user namespaces here: see kernel.unprivileged_userns_clone")
      case .some(.noSpace):
        throw failure.adding(hint: "there are as many namespaces as there may be: see /proc/sys/user")
      default: throw failure
      }
    }
  }

  /// Leads init to the start gate.
  ///
  /// - Parameter meanwhile: what else there is to do while it works.
  func bringToGate(_ runtime: Runtime, meanwhile: () throws(Failure) -> Void) throws(Failure) {
    let track = plan.trace?.host
    track?.next("resctrl, oom_score_adj, hard limits")
    try plan.resourceControl?.add(process.pid)
    if let process = plan.process { try OOMScoreAdjustment.apply(process.process, pid: self.process.pid, plan.proc) }
    if let process = plan.process { try Rlimits.raise(process, pid: self.process.pid) }
    if plan.namespaces.hasUserNamespace {
      track?.next("writing the id maps")
      if plan.namespaces.new.contains(.user) {
        try IDMappings.write(plan.spec.linux, pid: process.pid, plan.proc)
        try IDMappings.warnOfGroups(plan.spec, runtime.warn)
      }
      try send(.proceed)
    }
    if let cgroup { try ControlGroupPlan.finish(cgroup, of: plan, runtime) }
    try meanwhile()
    while true {
      track?.next("waiting for init")
      let (message, descriptor) = try rendezvous.next(telling: runtime)
      switch message {
      case .networkNamespace:
        track?.next("moving network devices")
        try moveNetDevices(into: descriptor)
        try send(.proceed)
      case .mounted:
        track?.next("hooks")
        try runHooks()
        try send(.proceed)
      case .ready: return
      case nil: throw try death()
      default: throw Rendezvous.unexpected
      }
    }
  }

  /// Lets init outlive the runtime, once its pid is saved. Its answer is read later (`StartGate.pass`).
  func letGo() throws(Failure) { try send(.proceed) }

  /// Lets init outlive the runtime, and waits until it does.
  func release(_ runtime: Runtime) throws(Failure) {
    try letGo()
    switch try rendezvous.next(telling: runtime).message {
    case .ready: return
    case nil: throw try death()
    default: throw Rendezvous.unexpected
    }
  }

  /// If init has died, what it said last is still to be read; the broken pipe alone would explain nothing.
  private func send(_ message: Message) throws(Failure) {
    do { try rendezvous.send(message) } catch  where error.errno == .brokenPipe {
      while let last = try rendezvous.receive() { if case .failed(let failure) = last { throw failure } }
      throw try death()
    }
  }

  private func moveNetDevices(into namespace: SharedDescriptor?) throws(Failure) {
    guard let namespace, namespace.descriptor.namespaceKind() == .network else {
      throw Failure("the container's process sent no network namespace")
    }
    try netDevices.move(plan.spec.linux.netDevices, into: namespace)
  }

  private func runHooks() throws(Failure) {
    let container = try process.withDescriptor { pidfd throws(Failure) in SharedDescriptor(try pidfd.duplicate()) }
    // prestart hooks are of runtime-spec 1.0, where they belonged to `start` and so read `created`, as from crun.
    for (kind, hooks, status) in [
      ("prestart", plan.spec.hooks.prestart, Status.created), ("createRuntime", plan.spec.hooks.createRuntime, .creating),
    ] {
      try HookRunner.run(
        hooks, kind: kind, state: plan.hookState.document(status: status, pid: process.pid), directory: plan.bundle,
        environment: processEnvironment,
        output: plan.hookOutput, container: container, track: plan.trace?.host)
    }
  }

  /// Init ended without a word: it was killed. Traps of the language are silent, so their signal is all there is to say.
  private func death() throws(Failure) -> Failure {
    _ = try process.hasEnded(within: 1000)
    let status = try process.reap()
    let hint = status == .signaled(Signals.kill) ? cgroup?.hintForKilled(since: earlierKills) : nil
    return Failure("the container's process \(status.description) while it was set up", hint: hint)
  }

  /// Ends a container that will not be.
  func abandon() {
    process.end()
    netDevices.putBack()
  }
}
