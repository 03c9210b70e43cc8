import Kernel
import OCISpec

/// linux.intelRdt — config-linux.md "IntelRdt", resctrl.rst: a share of the cache and of the memory bandwidth.
///
/// A class of service is a directory of the resctrl file system, which the administrator mounts; `schemata` in it says
/// the shares, `tasks` who has them. What is ours in it is known by name, and removed with the container: a class that
/// config.json gives no name to, and the monitoring group. A class with a name may have other containers in it by then.
struct ResourceControl {
  let mount: ResourceControlMount
  /// The class below the mount; empty for the default class, which is the mount itself.
  let group: String
  let isMade: Bool
  /// The class is the container's alone, to be removed with it.
  let isPrivate: Bool
  /// What is written to `schemata`, each with the member of config.json it is from.
  let lines: [(property: String, text: String)]
  /// Below the mount; nil without monitoring.
  let monitoringGroup: String?

  // MARK: Host

  static func plan(_ spec: Spec, id: String, _ proc: ProcFS, _ warn: (String) -> Void) throws(Failure) -> ResourceControl? {
    guard let rdt = spec.linux.intelRdt else { return nil }
    for (name, isSet) in [("enableCMT", rdt.enableCMT), ("enableMBM", rdt.enableMBM)] where isSet {
      warn("linux.intelRdt.\(name) is ignored: since 1.3 of the spec enableMonitoring takes its place")
    }
    return try during("linux.intelRdt", try plan(rdt, id: id, try ResourceControlMount.find(proc)))
  }

  /// The groups of a container that there is, for one more process of it.
  static func existing(_ spec: Spec, id: String, _ proc: ProcFS) throws(Failure) -> ResourceControl? {
    guard let rdt = spec.linux.intelRdt else { return nil }
    return try during("linux.intelRdt", try existing(rdt, id: id, try ResourceControlMount.find(proc)))
  }

  static func existing(_ rdt: IntelRDT, id: String, _ mount: ResourceControlMount) throws(Failure) -> ResourceControl {
    let group = className(rdt, id)
    return ResourceControl(
      mount: mount, group: group, isMade: false, isPrivate: rdt.closID.isEmpty, lines: [],
      monitoringGroup: monitoringGroup(rdt, group, id))
  }

  private static func className(_ rdt: IntelRDT, _ id: String) -> String {
    rdt.closID == "/" ? "" : rdt.closID.isEmpty ? id : rdt.closID
  }

  private static func monitoringGroup(_ rdt: IntelRDT, _ group: String, _ id: String) -> String? {
    rdt.enableMonitoring ? (group.isEmpty ? "" : "\(group)/") + "mon_groups/\(id)" : nil
  }

  static func plan(_ rdt: IntelRDT, id: String, _ mount: ResourceControlMount) throws(Failure) -> ResourceControl {
    let group = className(rdt, id)
    var fixed: [(property: String, text: String)] = []
    if !rdt.l3CacheSchema.isEmpty { fixed.append(("l3CacheSchema", rdt.l3CacheSchema)) }
    if !rdt.memBwSchema.isEmpty { fixed.append(("memBwSchema", rdt.memBwSchema)) }
    let lines = fixed + rdt.schemata.map { (property: "schemata", text: $0) }
    for (property, text) in lines { try during("\(property) \(text)", try mount.checkResource(of: text)) }
    let exists = try mount.has(group.isEmpty ? "tasks" : group)
    if exists, rdt.closID.isEmpty {
      throw Failure(
        "\(mount.path)/\(group) is there already", errno: .fileExists, hint: "without closID the class is the container's own")
    }
    if !exists, !rdt.closID.isEmpty, lines.isEmpty {
      throw Failure(
        "closID \(rdt.closID): there is no \(mount.path)/\(group)", hint: "make it first, or say with a schema what it shall be")
    }
    if exists, !fixed.isEmpty { try compare(fixed, with: try mount.read("schemata", of: group), closID: rdt.closID) }
    if rdt.enableMonitoring, try !mount.has("mon_groups") {
      throw Failure("enableMonitoring: \(mount.path) has no mon_groups", hint: "this machine's processors cannot monitor")
    }
    return ResourceControl(
      mount: mount, group: group, isMade: !exists, isPrivate: rdt.closID.isEmpty, lines: lines,
      monitoringGroup: monitoringGroup(rdt, group, id))
  }

  /// "MUST compare ... with schemata file, and generate an error if doesn't match": the class is somebody else's too.
  private static func compare(
    _ lines: [(property: String, text: String)], with schemata: String, closID: String
  ) throws(Failure) {
    let there = schemata.split(separator: "\n").compactMap { ResourceSchema(String($0)) }
    for (property, text) in lines {
      if let wanted = ResourceSchema(text), there.contains(where: wanted.holds(in:)) { continue }
      let found = there.map { $0.description }.joined(separator: " ")
      throw Failure("\(property) \(text) is not what the class \(closID) has (\(found))", hint: "other containers may be in it")
    }
  }

  /// What is removed with the container, in this order.
  var ownGroups: [String] { isPrivate ? [group] : monitoringGroup.map { [$0] } ?? [] }

  /// Makes the groups and writes the shares. A failure leaves nothing.
  func make() throws(Failure) {
    do throws(Failure) {
      if isMade { try during("making \(mount.path)/\(group)", try mount.makeGroup(group)) }
      for (property, text) in lines { try during("\(property) \(text)", try mount.write(text + "\n", to: "schemata", of: group)) }
      if let monitoringGroup { try during("making \(mount.path)/\(monitoringGroup)", try mount.makeGroup(monitoringGroup)) }
    } catch {
      discard()
      throw error.adding(context: "linux.intelRdt")
    }
  }

  /// Undoes `make` when the container comes to nothing. A class with a name stays when another container is in it by now.
  func discard() {
    // What cannot be removed is left for the administrator; the failure that led here matters more.
    _ = Result { () throws(Failure) in
      if let monitoringGroup { try mount.removeGroup(monitoringGroup) }
      guard isMade else { return }
      if !isPrivate, try !mount.read("tasks", of: group).isEmpty { return }
      try mount.removeGroup(group)
    }
  }

  /// The process, and all that it starts. The class comes first: only its members can be in a monitoring group of it.
  func add(_ pid: CInt) throws(Failure) {
    for group in [group] + (monitoringGroup.map { [$0] } ?? []) {
      try during("linux.intelRdt", try mount.write("\(pid)", to: "tasks", of: group))
    }
  }

  /// When the container is deleted. Without the mount there are no groups any more.
  static func remove(_ groups: [String], _ proc: ProcFS) throws(Failure) {
    if groups.isEmpty { return }
    let mount: ResourceControlMount
    do { mount = try ResourceControlMount.find(proc) } catch  where error.cause == ResourceControlMount.isMissing { return }
    for group in groups { try during("removing \(mount.path)/\(group)", try mount.removeGroup(group)) }
  }
}

extension ResourceControl {
  /// What `update` writes to `schemata` of the container's class, whoever else is in it, as runc does.
  struct Rewrite {
    private let control: ResourceControl?
    private let lines: [(property: String, text: String)]

    init(_ new: IntelRDT, _ spec: Spec, id: String, _ proc: ProcFS) throws(Failure) {
      try self.init(new, spec, id: id) { () throws(Failure) in try ResourceControlMount.find(proc) }
    }

    /// - Parameter mount: asked for only when there is something to write.
    init(_ new: IntelRDT, _ spec: Spec, id: String, mount: () throws(Failure) -> ResourceControlMount) throws(Failure) {
      lines = [("l3CacheSchema", new.l3CacheSchema), ("memBwSchema", new.memBwSchema)].filter { !$0.1.isEmpty }
      let problems = new.check()
      if !problems.isEmpty {
        throw Failure(ConfigurationError(document: "the new shares", problems: problems).description)
      }
      control = lines.isEmpty ? nil : try during("linux.intelRdt", try Self.target(lines, spec, id, try mount()))
    }

    private static func target(
      _ lines: [(property: String, text: String)], _ spec: Spec, _ id: String, _ mount: ResourceControlMount
    ) throws(Failure) -> ResourceControl {
      guard let rdt = spec.linux.intelRdt else {
        throw Failure("the container has no class of service", hint: "its config.json has no linux.intelRdt")
      }
      for (property, text) in lines { try during("\(property) \(text)", try mount.checkResource(of: text)) }
      return try existing(rdt, id: id, mount)
    }

    /// Writes the shares, then does the rest; when that fails, the old ones are there again.
    func run(_ rest: () throws(Failure) -> Void) throws(Failure) {
      guard let control else { return try rest() }
      let (mount, group) = (control.mount, control.group)
      let old = try during("linux.intelRdt", try mount.read("schemata", of: group))
      // At once: the kernel takes all lines of one write or none.
      try during("linux.intelRdt", try mount.write(lines.map { "\($0.text)\n" }.joined(), to: "schemata", of: group))
      do { try rest() } catch {
        let resources = lines.compactMap { ResourceSchema($0.text)?.resource }
        let lost = old.split(separator: "\n").filter { resources.contains(ResourceSchema(String($0))?.resource ?? "") }
        do throws(Failure) { try mount.write(lost.map { "\($0)\n" }.joined(), to: "schemata", of: group) } catch let second {
          throw error.adding(hint: "and the old shares cannot be written again: \(second.message)")
        }
        throw error
      }
    }
  }
}

/// One line of `schemata`: `L3:0=7ff;1=7ff`. The kernel pads it with blanks and zeros.
struct ResourceSchema: CustomStringConvertible {
  let resource: String
  /// The share in each domain, such as the cache of a socket.
  private let shares: [(domain: Substring, share: Substring)]

  init?(_ line: String) {
    guard let colon = line.firstIndex(of: ":") else { return nil }
    resource = String(line[..<colon].drop { $0 == " " })
    var shares: [(domain: Substring, share: Substring)] = []
    for item in line[line.index(after: colon)...].split(separator: ";") {
      let sides = item.split(separator: "=")
      guard sides.count == 2 else { return nil }
      shares.append((Self.withoutPadding(sides[0]), Self.withoutPadding(sides[1])))
    }
    self.shares = shares
  }

  private static func withoutPadding(_ text: Substring) -> Substring {
    let number = text.drop { $0 == " " || $0 == "0" }.prefix { $0 != " " }
    return number.isEmpty ? "0" : number
  }

  /// Whether each domain named here has the same share there.
  func holds(in other: ResourceSchema) -> Bool {
    resource == other.resource
      && shares.allSatisfy { mine in
        other.shares.contains { $0.domain == mine.domain && $0.share.lowercased() == mine.share.lowercased() }
      }
  }

  var description: String { "\(resource):" + shares.map { "\($0.domain)=\($0.share)" }.joined(separator: ";") }
}
