import ControlGroups
import Kernel
import OCISpec

extension Runtime {
  /// Makes the container; its program waits for `start` (runtime.md "Create").
  package func create(_ request: CreateRequest) throws(Failure) {
    try closeInherited(listening: ListenDescriptors.count, preserved: request.preserveFDs)
    try traced(request.trace, as: "create") { runtime throws(Failure) in
      let container = try runtime.prepare(request, startsAtOnce: false, isForeground: false)
      _ = container.finish()
    }
  }

  /// Descriptors that leaked into us from the caller would live on in init until its exec; only those that are meant for
  /// the container stay. Before anything of our own is opened.
  ///
  /// - Parameters:
  ///   - listening: how many LISTEN_FDS announces.
  ///   - preserved: `--preserve-fds`.
  func closeInherited(listening: Int, preserved: Int) throws(Failure) {
    guard preserved <= 4096 else { throw Failure("--preserve-fds \(preserved): at most 4096 can be passed on") }
    let passed = CInt(listening + preserved)
    // Before anything of ours can have such a number: it would go on to the container in place of what is missing.
    let own = logFile.map { $0.descriptor.numberForDisplay }
    for number in 3..<3 + passed where !StandardStreams.isOpen(number) || number == own {
      throw Failure("descriptor \(number) is to be passed on but is not open", hint: "see --preserve-fds and LISTEN_FDS")
    }
    try StandardStreams.close(from: 3 + passed, except: logFile.map { [$0] } ?? [])
  }

  /// `--console-socket`: needed exactly when there is a terminal.
  func consoleSocket(_ path: String?) throws(Failure) -> SharedDescriptor? {
    guard let path else { return nil }
    return SharedDescriptor(
      try during("connecting to the console socket \(path)", try UnixSocket.connect(host: path, kind: .stream)))
  }

  /// The story of every start, up to the gate.
  ///
  /// Nothing is touched before the config has been checked. From the state directory on, everything that is made goes on the
  /// rollback's list, and a failure leaves none of it.
  ///
  /// - Parameter isForeground: whether `run` takes the container's terminal itself.
  func prepare(_ request: CreateRequest, startsAtOnce: Bool, isForeground: Bool) throws(Failure) -> NewContainer {
    let bundle = try checkedBundle(request, startsAtOnce: startsAtOnce, isForeground: isForeground)
    var relay: TerminalRelay.Connection?
    var terminal = try consoleSocket(request.consoleSocket)
    if isForeground && bundle.wantsTerminal {
      let connection = try TerminalRelay.Connection.make()
      terminal = connection.sender
      relay = consume connection
    }
    let receiver = try PIDFDSocket(request.pidfdSocket ?? bundle.spec.annotations[Annotations.pidfdReceiver])
    trace?.host.next("making the state directory")
    let directory = try StateDirectory.create(root: root, id: request.id)
    var rollback = Rollback()
    let (path, handle) = (directory.path, directory.handle)
    rollback.add { StateDirectory.discard(path, handle) }

    trace?.host.next("planning")
    let plan = try bundle.modes.verify { () throws(Failure) in
      let plan = try Plan.make(bundle, request, terminal, self)
      try IPC.share(bundle.modes, into: plan)
      try NotifySocket.offer(in: directory, to: plan, warn)
      return plan
    }
    trace?.host.next("copying config.json")
    try directory.writeFirst(bundle.bytes, to: StateDirectory.configFile)
    var saved = SavedState(new: plan)
    if !bundle.modes.isEmpty { saved.namespaces = plan.spec.linux.namespaces }
    trace?.host.next("making the cgroup")
    let cgroup = try makeResources(plan, &saved, directory, &rollback)
    if !startsAtOnce { trace?.host.next("making the start gate") }
    let gate = startsAtOnce ? StartGate.none : try StartGate.make(in: directory)
    // "Continue the lifecycle at step 12", as runc does it: the resources are made, so its poststop hooks run whatever ends
    // it from here on, even if that is the clone. They undo what the hooks before them, or the engine, did.
    rollback.addFirst { runPoststop(plan.spec, plan.hookState) }
    let hostOnly = [directory.handle] + [logFile, trace?.file, receiver?.connection].compactMap { $0 }
    trace?.host.next("starting the container's process")
    let host = try Host.start(plan, cgroup: cgroup, gate: gate, hostOnly: hostOnly)
    do {
      try host.bringToGate(self) { () throws(Failure) in
        trace?.host.next("preparing the state")
        saved.pid = host.process.pid
        saved.startTime = try ProcessStatus.read(saved.pid, plan.proc)?.startTime ?? 0
        try saved.prepare(in: directory)
      }
      try announce(host, request, receiver, saved, directory, &rollback, startsAtOnce: startsAtOnce)
    } catch {
      trace?.host.fail(error)
      host.abandon()
      throw error
    }
    return NewContainer(rollback: rollback, directory: directory, host: host, saved: saved, relay: relay)
  }

  /// All that can be said before anything is made: of the request, the document, and what of this host init would miss late.
  private func checkedBundle(
    _ request: CreateRequest, startsAtOnce: Bool, isForeground: Bool
  ) throws(Failure) -> Bundle {
    try ContainerID.check(request.id)
    let bundle = try Bundle.load(request, self)
    for name in Annotations.ignored(bundle.spec.annotations) { warn("the annotation \(name) has no effect") }
    trace?.host.next("checking the host")
    try HostChecks.demand(bundle.spec, bundle: bundle.path)
    try Terminals.check(
      wanted: bundle.wantsTerminal, consoleSocket: request.consoleSocket != nil, isForeground: isForeground)
    if startsAtOnce, bundle.spec.process == nil { throw Failure("process property must not be empty") }
    return bundle
  }

  /// What is made on the host before there is a process: the cgroup with its limits, the resctrl class. A container without a
  /// mount namespace will mount on the host, which is undone as well.
  private func makeResources(
    _ plan: Plan, _ saved: inout SavedState, _ directory: borrowing StateDirectory, _ rollback: inout Rollback
  ) throws(Failure) -> ControlGroup? {
    let cgroup = try ControlGroupPlan.create(plan, self) { record throws(Failure) in
      // Written before it is made, so that `delete --force` knows of it should we be killed here.
      saved.controlGroup = record
      try saved.save(in: directory)
    }
    let namespaces = plan.namespaces
    if let cgroup { rollback.add { ControlGroupPlan.discard(cgroup, namespaces) } }
    saved.controlGroup = cgroup?.record
    if let resourceControl = plan.resourceControl {
      try resourceControl.make()
      rollback.add { resourceControl.discard() }
    }
    if let mountID = saved.hostMountID {
      let rootfs = plan.rootfs.path
      // What fails here is left for `delete --force`.
      rollback.add { _ = Result { () throws(Failure) in try HostMounts.remove(from: rootfs, downTo: mountID) } }
    }
    return cgroup
  }

  /// Writes down who init is and tells it to all who asked; then it may outlive us, which one that starts at once is told together with
  /// the word to start (`NewContainer.start`): it wakes up once.
  private func announce(
    _ host: borrowing Host, _ request: CreateRequest, _ receiver: PIDFDSocket?, _ saved: SavedState,
    _ directory: borrowing StateDirectory, _ rollback: inout Rollback, startsAtOnce: Bool
  ) throws(Failure) {
    trace?.host.next("saving the state")
    let pid = saved.pid
    try SavedState.putPrepared(in: directory)
    if let file = request.pidFile {
      trace?.host.next("writing the pid file")
      try PIDFile.write(pid, to: file)
      rollback.add { PIDFile.remove(pid, from: file) }
    }
    try receiver?.send(host.process, as: .first)
    if !startsAtOnce {
      trace?.host.next("releasing init")
      try host.release(self)
    }
    trace?.host.next("telling monitors")
    directory.tell(.created(pid: pid, startTime: saved.startTime), warn)
  }
}

/// A container at the start gate, which is undone unless `finish` is called.
struct NewContainer: ~Copyable {
  // Before the directory, which has the lock: what is dropped with the whole is undone under it.
  let rollback: Rollback
  let directory: StateDirectory
  let host: Host
  let saved: SavedState
  /// For the terminal of a container in the foreground.
  private(set) var relay: TerminalRelay.Connection?

  /// It stays. Gives back its directory, and with that the lock.
  consuming func finish() -> StateDirectory {
    rollback.commit()
    return directory
  }

  /// It comes to nothing. All is undone while the lock is still held: another could have the id the moment it is not.
  consuming func undo() {
    rollback.run()
    _ = consume directory
  }

  /// See ``NotifyRelay``.
  func openNotifyRelay(_ warn: @escaping (String) -> Void) throws(Failure) -> NotifyRelay? {
    try NotifyRelay.open(directory, host.process, warn)
  }

  /// Takes the terminal that init has made; nil for a container without one.
  mutating func takeTerminal() throws(Failure) -> TerminalRelay? {
    guard let relay = relay.take() else { return nil }
    return try relay.accept(host.plan.proc)
  }

  /// Lets it through the gate, in the process that has made it.
  func start(_ runtime: Runtime) throws(Failure) {
    let (saved, spec, trace) = (saved, host.plan.spec, host.plan.trace)
    do {
      directory.tell(.started, runtime.warn)
      trace?.host.next("waiting for the program's start")
      try host.letGo()
      try StartGate.pass(host.rendezvous) { listener throws(Failure) in try saved.forward(listener, spec) }
      let connectionEnd = trace.map { _ in monotonicNanoseconds() }
      trace?.host.next("looking whether it runs")
      let cgroup = host.cgroup
      try Execution.confirm(saved, host.plan.proc) { () throws(Failure) in cgroup }
      if let connectionEnd { trace?.child.execute(at: connectionEnd) }
    } catch {
      trace?.host.fail(error)
      host.abandon()
      throw error
    }
  }
}
