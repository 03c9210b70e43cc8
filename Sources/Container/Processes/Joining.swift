import ControlGroups
import Kernel
import OCISpec

/// All that was resolved, opened and compiled on the host before a process joins a container.
final class JoinPlan {
  let id: String
  /// A pidfd of the container's init, whose namespaces are joined.
  let container: SharedDescriptor
  let proc: ProcFS
  /// Those of the container that are not the runtime's own.
  let namespaces: NamespaceKinds
  /// The root directory of init, for a container that shares the host's mount namespace.
  let root: SharedDescriptor?
  let process: ProcessPlan
  let console: ConsolePlan?
  let seccomp: SeccompPlan?
  let resourceControl: ResourceControl?
  let noNewKeyring: Bool
  /// An intermediate enters the user namespace: to enter the pid namespace takes being root there.
  let isBornInUserNamespace: Bool
  /// Whether it tells its steps for the debug log.
  let tellsSteps: Bool

  init(
    id: String, container: SharedDescriptor, proc: ProcFS, namespaces: NamespaceKinds, root: SharedDescriptor?,
    process: ProcessPlan, console: ConsolePlan?, seccomp: SeccompPlan?, resourceControl: ResourceControl?, noNewKeyring: Bool,
    isBornInUserNamespace: Bool, tellsSteps: Bool
  ) {
    self.id = id
    self.container = container
    self.proc = proc
    self.namespaces = namespaces
    self.root = root
    self.process = process
    self.console = console
    self.seccomp = seccomp
    self.resourceControl = resourceControl
    self.noNewKeyring = noNewKeyring
    self.isBornInUserNamespace = isBornInUserNamespace
    self.tellsSteps = tellsSteps
  }

  /// The kinds of namespaces to join: those config.json speaks of, not what the container's program may have made for itself
  /// since, unless they are the runtime's own too.
  static func namespaces(of pid: CInt, _ spec: Spec, _ proc: ProcFS) throws(Failure) -> NamespaceKinds {
    var kinds: NamespaceKinds = []
    for kind in NamespaceKind.allCases where spec.has(kind) {
      let kind = NamespaceKinds(kind)
      let theirs = try proc.openNamespace(kind.fileName, of: pid).status().inode
      if try theirs != proc.openOwnNamespace(kind.fileName).status().inode { kinds.insert(kind) }
    }
    return kinds
  }
}

/// Where a process that joins is born.
enum Birthplace {
  /// Where the runtime is: the container has no cgroup of its own.
  case here
  /// The container's cgroup, or one below it.
  case container(ControlGroup.Record?, below: String)
  /// The cgroup that a process is in by now.
  case beside(CInt)

  func entrance(_ proc: ProcFS) throws(Failure) -> ControlGroup.Entrance? {
    if case .here = self { return nil }
    let hierarchy = try Hierarchy.find()
    switch self {
    case .here: return nil
    case .beside(let pid):
      let membership = try proc.open("\(pid)/cgroup", [.readOnly]).readAll()
      return try hierarchy.entrance(membership: String(decoding: membership, as: UTF8.self))
    case .container(let record, let path):
      guard let record, let cgroup = try ControlGroup.open(record, in: hierarchy) else {
        throw Failure("the container's cgroup is gone", errno: .noSuchFileOrDirectory)
      }
      let below = path.parts("/").map(String.init).joined(separator: "/")
      if below.isEmpty { return try cgroup.entrance() }
      do throws(Failure) { return try cgroup.entrance(below: below) } catch  where error.errno == .improperLink {
        throw Failure("--cgroup \(path) does not lie below the container's cgroup \(cgroup.fullPath)")
      }
    }
  }
}

/// The runtime's side of a process that joins: one clone, then a conversation of two words.
///
/// ```
///   host                                   joiner
///    │  clone3 ───────────────────────────▶ │ born in the pid namespace and the cgroup
///    │                                      │ setns, steps
///    │ ◀────────────────────────── ready ── │
///    │  writes the pid file                 │ waits
///    │  ── proceed ───────────────────────▶ │
///    │                                      │ exec: the connection ends
/// ```
struct Joining: ~Copyable {
  let plan: JoinPlan
  let process: ProcessHandle
  let rendezvous: Rendezvous

  /// - Parameter places: one that takes no process is no failure while there is another.
  static func start(_ plan: JoinPlan, in places: [Birthplace], _ runtime: Runtime) throws(Failure) -> Joining {
    try OOMScoreAdjustment.inherit(plan.process.process, plan.proc)
    // Before there is a process in the container's pid namespace: see Host.start (CVE-2016-9962).
    try ProcessControl.setDumpable(false)
    try CPUAffinity.applyInitial(plan.process.process)
    let ends = try SocketPair()
    // Only children become members of a pid namespace, so we wear it for the clone. A pidfd stands for its process's.
    // An ordinary user may not, but for the root it is in the user namespace: see Intermediate.
    var wear = NamespacePlan()
    if plan.namespaces.contains(.pid) { try wear.join(plan.container, .pid) }
    if plan.isBornInUserNamespace { try wear.join(plan.container, .user) }
    let process = try during(
      "starting the process",
      try WornNamespaces.spawn(in: wear, plan.proc) { () throws(Failure) in
        try spawnAnywhere(in: places, wear, plan.proc, runtime) { Joiner.start(plan, ends) }
      })
    return Joining(plan: plan, process: process, rendezvous: Rendezvous(ends.takeHostEnd()))
  }

  /// A cgroup takes no process once it gives controllers to cgroups below it (EBUSY), which the container's own may do by now,
  /// as systemd does; nor once it is gone.
  private static func spawn(
    in places: [Birthplace], _ namespaces: NamespacePlan, _ proc: ProcFS, _ body: () -> Never
  ) throws(Failure) -> ProcessHandle {
    let closed: [Errno] = [.resourceBusy, .noSuchFileOrDirectory, .operationNotSupportedByDevice]
    for place in places.dropLast() {
      do throws(Failure) { return try Intermediate.spawn(namespaces, in: try place.entrance(proc), proc, body) } catch {
        guard let errno = error.errno, closed.contains(errno) else { throw error }
      }
    }
    guard let last = places.last else { throw Failure("the process has no cgroup to be in") }
    return try Intermediate.spawn(namespaces, in: try last.entrance(proc), proc, body)
  }

  /// A session of an ordinary user's may be in a cgroup that it may not leave, or not for that of the container. The process is
  /// the user's all the same, and ends with the container.
  private static func spawnAnywhere(
    in places: [Birthplace], _ namespaces: NamespacePlan, _ proc: ProcFS, _ runtime: Runtime, _ body: () -> Never
  ) throws(Failure) -> ProcessHandle {
    do { return try spawn(in: places, namespaces, proc, body) } catch
      where error.errno == .permissionDenied && runtime.isRootless
    {
      runtime.warn("the process stays in the cgroup of its caller, not in that of the container: \(error.message)")
      return try Intermediate.spawn(namespaces, in: nil, proc, body)
    }
  }

  /// Waits until all but the exec is done.
  func prepare(_ runtime: Runtime) throws(Failure) {
    try plan.resourceControl?.add(process.pid)
    try OOMScoreAdjustment.apply(plan.process.process, pid: process.pid, plan.proc)
    switch try rendezvous.next(telling: runtime).message {
    case .ready: return
    case nil:
      _ = try process.hasEnded(within: 1000)
      throw Failure("the process \(try process.reap().description) while it was set up")
    default: throw Rendezvous.unexpected
    }
  }

  /// Ends a process that comes to nothing.
  func abandon(_ pidFile: String?) {
    process.end()
    if let pidFile { PIDFile.remove(process.pid, from: pidFile) }
  }

  /// Lets it become its program.
  ///
  /// - Parameter forward: gives the listener of a seccomp filter to its supervisor.
  func proceed(forward: (borrowing Descriptor) throws(Failure) -> Void) throws(Failure) {
    try StartGate.pass(rendezvous, forward: forward)
    try Execution.confirm(process.pid, plan.proc)
  }
}
