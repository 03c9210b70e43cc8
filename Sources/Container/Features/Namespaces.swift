import Kernel
import OCISpec

/// linux.namespaces — config-linux.md "Namespaces"
///
/// New ones are made by the one clone3(2) of the host. Joined ones the host itself wears during that clone and takes
/// off again, so that the child is born in them; that needs no second process, even for a pid or time namespace, of
/// which only children become members. The exceptions:
///
/// - `mount`: wearing it would change the host's root and working directory. Init enters it.
/// - `cgroup`: a new one has its creator's cgroup as root (see `spawn`). Init unshares it, being in the right cgroup.
/// - `user`: there is no way back out. An intermediate process enters it (`Intermediate.swift`).
struct NamespacePlan {
  /// What clone3(2) makes.
  var new: NamespaceKinds = []
  /// Init unshares its cgroup namespace.
  var newCgroup = false
  /// Handles of namespaces to join, in the order of config.json, the user namespace apart.
  var joined: [(kind: NamespaceKinds, handle: SharedDescriptor)] = []
  var joinedUser: SharedDescriptor?
  var joinedMount: SharedDescriptor?
  /// Whether the host wears them. It would not get back out of them into its own, which only the host's root may enter;
  /// elsewhere an intermediate enters them.
  var areWorn: Bool {
    get throws(Failure) { joined.isEmpty && timeOffsets.isEmpty ? true : try UserNamespace.runsHostRoot }
  }
  /// Offsets of a new time namespace, as lines of /proc/self/timens_offsets.
  var timeOffsets: [String] = []

  /// Whether init has a mount namespace apart from the host's.
  var hasMountNamespace: Bool { new.contains(.mount) || joinedMount != nil }
  var hasUserNamespace: Bool { new.contains(.user) || joinedUser != nil }

  static func plan(_ spec: Spec) throws(Failure) -> NamespacePlan {
    let linux = spec.linux
    var plan = NamespacePlan()
    for namespace in linux.namespaces {
      let kind = NamespaceKinds(namespace.type)
      if let path = namespace.path {
        try plan.join(try open(path, expecting: kind, named: namespace.type.rawValue), kind)
      } else if kind == .cgroup {
        plan.newCgroup = true
      } else {
        plan.new.insert(kind)
      }
    }
    try plan.refuseChangesOfTheHost(spec)
    plan.timeOffsets = linux.timeOffsets.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.secs) \($0.value.nanosecs)\n" }
    return plan
  }

  /// A path may lead to the runtime's own namespace: what config.json sets in it would then be set for the host.
  private func refuseChangesOfTheHost(_ spec: Spec) throws(Failure) {
    if let joinedMount, try NamespacePlan.isOwn(joinedMount, .mount) {
      throw Failure(
        "the mount namespace to join is the host's own, whose root would become the container's",
        hint: "without a mount namespace in config.json the container shares the host's and gets a root of its own by chroot")
    }
    for (kind, handle) in joined {
      guard let property = NamespacePlan.property(of: spec, setIn: kind) else { continue }
      if try NamespacePlan.isOwn(handle, kind) {
        throw Failure(
          "\(property) is not allowed in the host's \(kind.name) namespace",
          hint: "what is to be joined is the host's own")
      }
    }
  }

  private static func isOwn(_ handle: SharedDescriptor, _ kind: NamespaceKinds) throws(Failure) -> Bool {
    let own = try Descriptor.open(host: "/proc/self/ns/\(kind.fileName)", [.readOnly]).status().inode
    return try handle.descriptor.status().inode == own
  }

  /// A property that changes something in namespaces of this kind.
  private static func property(of spec: Spec, setIn kind: NamespaceKinds) -> String? {
    func sysctl(_ prefixes: [String]) -> String? {
      let key = spec.linux.sysctl.keys.sorted().first { key in
        prefixes.contains { Sysctl(key)?.path.hasPrefix($0) ?? false }
      }
      return key.map { "sysctl \"\($0)\"" }
    }
    switch kind {
    case .network: return spec.linux.netDevices.isEmpty ? sysctl(["net/"]) : "linux.netDevices"
    case .ipc: return sysctl(["kernel/msg", "kernel/sem", "kernel/shm", "fs/mqueue/"])
    case .uts:
      return !spec.hostname.isEmpty ? "hostname" : !spec.domainname.isEmpty ? "domainname" : sysctl(["kernel/domainname"])
    default: return nil
    }
  }

  /// Adds a namespace to join, in place of whatever config.json says of this kind.
  mutating func join(_ handle: SharedDescriptor, _ kind: NamespaceKinds) throws(Failure) {
    new.remove(kind)
    switch kind {
    case .user: joinedUser = handle
    case .mount: joinedMount = handle
    default: joined.append((kind, handle))
    }
  }

  /// Enters what is joined, the user and the mount namespace apart, and makes a time namespace with the offsets: what is born of
  /// this process from then on is in them.
  func enter(_ proc: ProcFS) throws(Failure) {
    for (kind, handle) in joined {
      do { try handle.descriptor.enterNamespace(kind) } catch {
        let failure = error.adding(context: "joining the \(kind.name) namespace")
        guard error.errno == .notPermitted, joinedUser == nil, effectiveUserID != 0 else { throw failure }
        throw failure.adding(hint: "an ordinary user joins it only together with the user namespace it belongs to")
      }
    }
    if timeOffsets.isEmpty { return }
    // Offsets can only be set before the first process is in the namespace, so the clone cannot make this one.
    do { try unshareNamespaces(.time) } catch {
      let failure = error.adding(context: "making a time namespace")
      throw error.errno == .notPermitted ? failure.adding(hint: "linux.timeOffsets take CAP_SYS_ADMIN of apus itself") : failure
    }
    for line in timeOffsets {
      try during("setting the time offset \(line.dropLast())", try proc.write(line, to: "self/timens_offsets"))
    }
  }

  private static func open(_ path: String, expecting kind: NamespaceKinds, named name: String) throws(Failure) -> SharedDescriptor
  {
    let handle = try during("joining the \(name) namespace \(path)", try Descriptor.open(host: path, [.readOnly]))
    guard let found = handle.namespaceKind() else {
      throw Failure(
        "joining the \(name) namespace \(path): the file is not a namespace", hint: "use a path such as /proc/PID/ns/\(name)")
    }
    guard found == kind else {
      throw Failure("joining the \(name) namespace \(path): it is a namespace of another type (\(found.name))")
    }
    return SharedDescriptor(handle)
  }
}

extension NamespaceKinds {
  init(_ kind: NamespaceKind) {
    switch kind {
    case .pid: self = .pid
    case .network: self = .network
    case .mount: self = .mount
    case .ipc: self = .ipc
    case .uts: self = .uts
    case .user: self = .user
    case .cgroup: self = .cgroup
    case .time: self = .time
    }
  }

  /// The spec's name of a single kind.
  var name: String {
    let names: [(NamespaceKinds, String)] = [
      (.pid, "pid"), (.network, "network"), (.mount, "mount"), (.ipc, "ipc"), (.uts, "uts"), (.user, "user"), (.cgroup, "cgroup"),
      (.time, "time"),
    ]
    return names.first { $0.0 == self }?.1 ?? "unknown"
  }

  /// The name of this kind below /proc/PID/ns.
  var fileName: String {
    switch self {
    case .network: "net"
    case .mount: "mnt"
    default: name
    }
  }
}

/// The namespaces the host wears while it clones.
struct WornNamespaces: ~Copyable {
  /// The host's own, in the order in which they were left.
  private var own: [(kind: NamespaceKinds, handle: SharedDescriptor)] = []

  /// What `clone` starts while they are worn. When there is no way back out of them it is ended again: nothing else may be done
  /// then.
  static func spawn(
    in plan: NamespacePlan, _ proc: ProcFS, _ clone: () throws(Failure) -> ProcessHandle
  ) throws(Failure) -> ProcessHandle {
    let worn = try putOn(plan, proc)
    let started = Result { () throws(Failure) in try clone() }
    do { try worn.takeOff() } catch {
      if case .success(let process) = consume started { process.end() }
      throw error
    }
    return try started.get()
  }

  /// Enters them all; when one refuses, the host is back in its own.
  private static func putOn(_ plan: NamespacePlan, _ proc: ProcFS) throws(Failure) -> WornNamespaces {
    var worn = WornNamespaces()
    if try !plan.areWorn { return worn }
    do { try worn.enter(plan, proc) } catch {
      try worn.takeOff()
      throw error
    }
    return worn
  }

  private mutating func enter(_ plan: NamespacePlan, _ proc: ProcFS) throws(Failure) {
    for (kind, _) in plan.joined { try remember(kind) }
    if !plan.timeOffsets.isEmpty { try remember(.time) }
    try plan.enter(proc)
  }

  private mutating func remember(_ kind: NamespaceKinds) throws(Failure) {
    let handle = try Descriptor.open(host: "/proc/self/ns/\(kind.fileName)", [.readOnly])
    own.append((kind, SharedDescriptor(handle)))
  }

  /// Back into the host's own namespaces.
  private consuming func takeOff() throws(Failure) {
    for (kind, handle) in own.reversed() {
      try during("leaving the joined \(kind.name) namespace", try handle.descriptor.enterNamespace(kind))
    }
  }
}
