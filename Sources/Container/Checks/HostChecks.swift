import ControlGroups
import JSON
import Kernel
import OCISpec

/// What a config asks of this very host: files, devices, namespaces and numbers that must be there.
///
/// Everything is only looked at. Where `create` finds a thing out in the plan of a feature, that plan is asked here too.
final class HostChecks {
  let spec: Spec
  let bundle: String
  let look: HostLook
  var problems: [Problem] = []
  /// What `create` goes on without, or what cannot be told before.
  var notices: [Problem] = []

  init(_ spec: Spec, bundle: String, _ look: HostLook) {
    self.spec = spec
    self.bundle = bundle
    self.look = look
  }

  func run() {
    checkAbilities(HostAbility.all)
    attempt("root.path") { () throws(Failure) in _ = try RootfsPlan.plan(spec, try directory(), try ProcFS()) }
    checkNamespaces()
    checkMounts()
    checkHooks()
    checkCapabilities()
    checkControlGroup()
    checkNumbers()
    checkDevices()
    checkLabels()
    checkSeccomp()
  }

  /// What `create` asks, before anything is made, beside what it finds out in its plan: what would fail late, in init.
  /// Nothing is looked at for a config that asks for nothing of the kind.
  static func demand(_ spec: Spec, bundle: String) throws(Failure) {
    guard spec.asksOfTheHost else { return }
    let checks = HostChecks(spec, bundle: bundle, HostLook())
    checks.checkAbilities(HostAbility.late)
    checks.checkNumbers()
    if !checks.problems.isEmpty {
      throw Failure(ConfigurationError(document: Bundle.configFile(of: bundle), problems: checks.problems).description)
    }
  }

  /// What a plan refuses.
  private func attempt(_ path: String, _ body: () throws(Failure) -> Void) {
    do { try body() } catch { add(path, error) }
  }

  private func add(_ path: String, _ failure: Failure) {
    var said = failure
    said.hint = nil
    problems.note(Problem(path, said.message, failure.hint ?? "see to it, or change config.json", rule: Self.host))
  }

  private func add(_ path: String, _ message: String, _ remedy: String) {
    problems.note(Problem(path, message, remedy, rule: Self.host))
  }

  private static let host = "this host"

  /// Opened for each question: a bundle that is not there is told at each place it is missed.
  private func directory() throws(Failure) -> BundleDirectory { try BundleDirectory(bundle, try ProcFS()) }

  private func checkAbilities(_ abilities: [HostAbility]) {
    for ability in abilities {
      let paths = ability.neededAt(spec)
      guard !paths.isEmpty, case .no(let why, let remedy) = ability.look(look) else { continue }
      for path in paths { add(path, "needs \(ability.name): \(why)", remedy) }
    }
  }

  /// Each by itself, so that each of them is told.
  private func checkNamespaces() {
    for (index, namespace) in spec.linux.namespaces.enumerated() where namespace.path != nil {
      var one = spec
      one.linux.namespaces = [namespace]
      attempt("linux.namespaces[\(index)].path") { () throws(Failure) in _ = try NamespacePlan.plan(one) }
    }
  }

  private func checkMounts() {
    for (index, mount) in spec.mounts.enumerated() {
      let options = MountOptions.parse(mount.options)
      if options.isBind, !options.isRemount {
        attempt("mounts[\(index)].source") { () throws(Failure) in
          let directory = try directory()
          _ = try during("opening the source \(directory.path(of: mount.source))", try directory.open(mount.source, [.path]))
        }
      } else if !mount.type.isEmpty, !options.isRemount, mount.type != "cgroup", !look.filesystems.contains(mount.type) {
        notices.append(
          Problem(
            "mounts[\(index)].type", "\(mount.type) is not in /proc/filesystems",
            "it works only if the kernel finds a module for it", rule: Self.host))
      }
    }
  }

  private func checkHooks() {
    for (name, hooks) in spec.hooks.all where name != "startContainer" {  // those are files of the container
      for (index, hook) in hooks.enumerated() {
        let problem = Result { () throws(Failure) in
          let file = try Descriptor.open(host: hook.path, [.path])
          guard try file.status().kind == .regular, try file.isExecutable() else { throw Failure("is no executable file") }
        }
        guard case .failure(let failure) = problem else { continue }
        add("hooks.\(name)[\(index)].path", failure.adding(context: hook.path).adding(hint: "install the hook, or remove it"))
      }
    }
  }

  private func checkLabels() {
    _ = MountLabel.plan(spec) { warning in
      notices.append(Problem("linux.mountLabel", warning, "remove it, or run where SELinux is on", rule: Self.host))
    }
    guard spec.linux.intelRdt != nil, look.hasResctrl else { return }
    attempt("linux.intelRdt") { () throws(Failure) in
      _ = try ResourceControl.plan(spec, id: "check", try ProcFS()) { warning in
        notices.append(Problem("linux.intelRdt", warning, "remove it", rule: Self.host))
      }
    }
  }

  /// config.md "Linux Process": an unknown or ungrantable capability is warned of.
  private func checkCapabilities() {
    guard let sets = spec.process?.capabilities else { return }
    let lists = [
      ("bounding", sets.bounding), ("effective", sets.effective), ("inheritable", sets.inheritable),
      ("permitted", sets.permitted), ("ambient", sets.ambient),
    ]
    for (name, list) in lists {
      for (index, capability) in list.enumerated() {
        let path = "process.capabilities.\(name)[\(index)]"
        guard let number = Kernel.Capabilities.number(of: capability), number < Kernel.Capabilities.count else {
          notices.append(
            Problem(path, "unknown capability \(capability), ignored", "write a name of capabilities(7), such as CAP_KILL"))
          continue
        }
        if !spec.has(.user), !Kernel.Capabilities.isBounding(number) {
          notices.append(Problem(path, "\(capability) cannot be granted, because this process lacks it", "run apus with it"))
        }
      }
    }
  }

  private func checkControlGroup() {
    // The lack of cgroup v2 itself is told already.
    guard let hierarchy = try? look.hierarchy() else { return }
    attempt("linux.cgroupsPath") { () throws(Failure) in
      _ = try ControlGroup.path(for: spec.linux.cgroupsPath, id: "check", in: hierarchy)
    }
    for (path, part) in (spec.linux.resources ?? Resources()).parts {
      attempt(path) { () throws(Failure) in
        let writes = try Writes(part)
        for missing in try hierarchy.missing(of: writes.needs) { add(missing.setting, missing.why, missing.remedy) }
        for warning in writes.warnings { notices.append(Problem(path, warning, "remove it")) }
      }
    }
  }

  private func checkDevices() {
    attempt("linux.devices") { () throws(Failure) in try Devices.check(spec) }
    for host in spec.linux.netDevices.keys.sorted() where !look.exists("/sys/class/net/\(host)") {
      add("linux.netDevices[\"\(host)\"]", "there is no network device \(host)", "see /sys/class/net")
    }
  }

  private func checkSeccomp() {
    guard !problems.contains(where: { $0.path.hasPrefix("linux.seccomp") }) else { return }
    var warnings: [String] = []
    attempt("linux.seccomp") { () throws(Failure) in
      _ = try SeccompFeature.plan(spec.linux.seccomp, cacheDirectory: nil, warn: { warnings.append($0) }, debug: { _ in })
    }
    for warning in warnings { notices.append(Problem("linux.seccomp", warning, "see seccomp(2)")) }
  }
}

// MARK: - Numbers

extension HostChecks {
  private func checkNumbers() {
    checkHugepages()
    checkBlockDevices()
    checkLists()
    checkProfile()
  }

  private func checkHugepages() {
    let sizes = look.hugepageSizes
    if sizes.isEmpty { return }  // told as an ability that is missing
    for (index, limit) in (spec.linux.resources?.hugepageLimits ?? []).enumerated() where !sizes.contains(limit.normalized) {
      add(
        "linux.resources.hugepageLimits[\(index)].pageSize", "this kernel has no huge pages of \(limit.pageSize)",
        "it has \(sizes.joined(separator: ", "))")
    }
  }

  private func checkBlockDevices() {
    guard let io = spec.linux.resources?.blockIO else { return }
    var numbers = io.weightDevice.enumerated().map { ("weightDevice[\($0)]", $1.major, $1.minor) }
    let throttles = [
      ("throttleReadBpsDevice", io.throttleReadBpsDevice), ("throttleWriteBpsDevice", io.throttleWriteBpsDevice),
      ("throttleReadIOPSDevice", io.throttleReadIOPSDevice), ("throttleWriteIOPSDevice", io.throttleWriteIOPSDevice),
    ]
    for (name, devices) in throttles { numbers += devices.enumerated().map { ("\(name)[\($0)]", $1.major, $1.minor) } }
    for (name, major, minor) in numbers {
      let path = "linux.resources.blockIO.\(name)"
      if !look.exists("/sys/dev/block/\(major):\(minor)") {
        add(path, "there is no such block device: \(major):\(minor)", "see /sys/dev/block")
      } else if look.exists("/sys/dev/block/\(major):\(minor)/partition") {
        add(path, "\(major):\(minor) is a partition, which has no limits of its own", "name its disk")
      }
    }
  }

  /// cpus and memory nodes the machine does not have.
  private func checkLists() {
    let cpu = spec.linux.resources?.cpu
    let lists = [
      ("linux.resources.cpu.cpus", cpu?.cpus, "/sys/devices/system/cpu/possible"),
      ("linux.resources.cpu.mems", cpu?.mems, "/sys/devices/system/node/possible"),
      ("linux.memoryPolicy.nodes", spec.linux.memoryPolicy?.nodes, "/sys/devices/system/node/online"),
    ]
    for (path, text, file) in lists {
      guard let text, let wanted = NumberList(text), let there = look.list(file) else { continue }
      if !wanted.ranges.allSatisfy({ range in
        there.ranges.contains { $0.contains(range.lowerBound) && $0.contains(range.upperBound) }
      }) {
        add(path, "\(text) is more than there is", "\(file) says \(look.text(file) ?? "")")
      }
    }
  }

  private func checkProfile() {
    guard let profile = spec.process?.apparmorProfile, !profile.isEmpty, profile != "unconfined", look.isAppArmorOn,
      !profile.contains("/"), !profile.hasPrefix(":"), let profiles = look.text("/sys/kernel/security/apparmor/profiles")
    else { return }
    if !profiles.split(separator: "\n").contains(where: { $0.hasPrefix("\(profile) (") }) {
      add("process.apparmorProfile", "the AppArmor profile \(profile) is not loaded", "load it with apparmor_parser")
    }
  }
}

extension Resources {
  /// Each part by itself: a mistake in one does not hide what another needs.
  fileprivate var parts: [(String, Resources)] {
    func part(_ name: String, _ copy: (inout Resources) -> Void) -> (String, Resources) {
      var part = Resources()
      copy(&part)
      return ("linux.resources.\(name)", part)
    }
    return [
      part("pids") { $0.pids = pids }, part("memory") { $0.memory = memory }, part("cpu") { $0.cpu = cpu },
      part("blockIO") { $0.blockIO = blockIO }, part("hugepageLimits") { $0.hugepageLimits = hugepageLimits },
      part("network") { $0.network = network }, part("rdma") { $0.rdma = rdma }, part("unified") { $0.unified = unified },
    ]
  }
}

extension HugepageLimit {
  /// 1024MB is 1GB to the kernel's file names.
  fileprivate var normalized: String {
    let digits = pageSize.prefix { $0.isNumber }
    guard var number = Int(digits) else { return pageSize }
    var unit = pageSize.dropFirst(digits.count)
    for (smaller, larger) in [("KB", "MB"), ("MB", "GB")] where unit == smaller && number % 1024 == 0 {
      number /= 1024
      unit = larger[...]
    }
    return "\(number)\(unit)"
  }
}
