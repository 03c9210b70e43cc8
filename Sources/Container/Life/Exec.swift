import ControlGroups
import Kernel
import OCISpec

extension Runtime {
  /// Starts one more process in a container. In the foreground it stays, passes signals on, and ends as the process does.
  ///
  /// The container's lock is not held: a process that joins changes nothing of the container, and one that is born into a frozen
  /// cgroup waits for a `resume`, which takes the lock.
  ///
  /// - Returns: the exit status for the caller to end with.
  package func exec(_ request: ExecRequest) throws(Failure) -> CInt {
    try closeInherited(listening: 0, preserved: request.preserveFDs)
    let target = try openTarget(request)
    let process = try request.process(in: target.spec)
    try Terminals.check(wanted: process.terminal, consoleSocket: request.consoleSocket != nil, isForeground: !request.detach)
    if request.detach {
      let joining = try join(target, process, request, terminal: try consoleSocket(request.consoleSocket))
      try proceed(joining, target, request)
      return 0
    }
    let relay = try TerminalRelay.Connection.make()
    let joining = try join(target, process, request, terminal: relay.sender)
    let foreground: Foreground
    do {
      // Not earlier: until here what ends us ends the process as well, even one that is frozen.
      let signals = try ForwardedSignals()
      let terminal = process.terminal ? try relay.accept(target.proc) : nil
      foreground = Foreground(signals: signals, relay: terminal)
    } catch {
      joining.abandon(request.pidFile)
      throw error
    }
    try proceed(joining, target, request)
    return try foreground.wait(for: joining.process.pid).shellStatus
  }

  /// The container to join, with its init held.
  private struct Target: ~Copyable {
    let saved: SavedState
    let spec: Spec
    let proc: ProcFS
    let initProcess: ProcessHandle
  }

  private func openTarget(_ request: ExecRequest) throws(Failure) -> Target {
    let directory = try StateDirectory.open(root: root, id: request.id, lock: false)
    let saved = try SavedState.load(from: directory)
    let proc = try ProcFS()
    switch try ContainerStatus.of(saved, proc) {
    case .creating: throw Failure("cannot exec in a container that is being created")
    case .paused where !request.ignorePaused:
      throw Failure("cannot exec in a paused container (use --ignore-paused to override)")
    case .stopped: throw stopped
    case .paused, .created, .running: break
    }
    let spec = try savedSpec(saved, in: directory)
    guard let initProcess = try saved.initProcess(proc) else { throw stopped }
    return Target(saved: saved, spec: spec, proc: proc, initProcess: initProcess)
  }

  private var stopped: Failure { Failure("cannot exec in a stopped container") }

  /// Brings a process to the brink of its program, and tells the caller which it is.
  private func join(
    _ target: borrowing Target, _ process: OCISpec.Process, _ request: ExecRequest, terminal: SharedDescriptor?
  ) throws(Failure) -> Joining {
    let receiver = try PIDFDSocket(request.pidfdSocket)
    let joining: Joining
    do {
      joining = try Joining.start(
        try plan(target, process, request, terminal), in: try birthplaces(of: target.saved, request), self)
    } catch {
      // Whatever it was: with init all of the container's namespaces are going.
      throw try target.initProcess.hasEnded(within: 0) ? stopped : error
    }
    do {
      try joining.prepare(self)
      if let file = request.pidFile { try PIDFile.write(joining.process.pid, to: file) }
      try receiver?.send(joining.process, as: .joined)
    } catch {
      joining.abandon(request.pidFile)
      throw error
    }
    return joining
  }

  private func birthplaces(of saved: SavedState, _ request: ExecRequest) throws(Failure) -> [Birthplace] {
    let own = Birthplace.container(saved.controlGroup, below: request.cgroup)
    if !request.cgroup.isEmpty {
      try requireControlGroup(of: saved, to: "start a process below it")
      return [own]
    }
    return saved.controlGroup == nil ? [.here] : [own, .beside(saved.pid)]
  }

  private func proceed(
    _ joining: borrowing Joining, _ target: borrowing Target, _ request: ExecRequest
  ) throws(Failure) {
    let (saved, spec, pid) = (target.saved, target.spec, joining.process.pid)
    do throws(Failure) {
      try joining.proceed { listener throws(Failure) in try saved.forward(listener, spec, joined: pid) }
    } catch {
      joining.abandon(request.pidFile)
      throw error
    }
  }

  private func plan(
    _ target: borrowing Target, _ process: OCISpec.Process, _ request: ExecRequest, _ terminal: SharedDescriptor?
  ) throws(Failure) -> JoinPlan {
    let (saved, spec, proc) = (target.saved, target.spec, target.proc)
    try ExecLabels.check(process)
    let namespaces = try JoinPlan.namespaces(of: saved.pid, spec, proc)
    let root = spec.has(.mount) ? nil : SharedDescriptor(try proc.openRoot(of: saved.pid))
    // Opened by its pid, which went to nobody else as long as it has not ended.
    if try target.initProcess.hasEnded(within: 0) { throw stopped }
    let container = try target.initProcess.withDescriptor { pidfd throws(Failure) in SharedDescriptor(try pidfd.duplicate()) }
    return JoinPlan(
      id: saved.id, container: container, proc: proc, namespaces: namespaces, root: root,
      process: try ProcessPlan(
        process, spec, inUserNamespace: namespaces.contains(.user), listening: 0, preserved: request.preserveFDs, warn),
      console: terminal.flatMap { process.terminal ? ConsolePlan.plan(process, receiver: $0) : nil },
      seccomp: try SeccompFeature.plan(
        spec.linux.seccomp, cacheDirectory: "\(self.root)/\(StateDirectory.cache)/seccomp", warn: warn, debug: { debug?($0) }),
      resourceControl: try ResourceControl.existing(spec, id: saved.id, proc), noNewKeyring: saved.noNewKeyring,
      isBornInUserNamespace: namespaces.contains(.user) && !Kernel.Capabilities.mayAdministrate,
      tellsSteps: debug != nil)
  }
}
