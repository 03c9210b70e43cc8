import ControlGroups
import Kernel
import OCISpec

/// One thing that a kernel may not have, or that this process may not be allowed, with what of a config needs it.
package struct HostAbility: Sendable {
  package enum Verdict: Equatable, Sendable {
    /// What there is of it.
    case yes(String)
    /// Why not, and what would change that.
    case no(String, remedy: String)
  }

  /// What `check` calls it, `time namespace`; stable.
  package let name: String
  /// Without it apus runs no container at all.
  let isEssential: Bool
  /// The members of a config that need it.
  let neededAt: @Sendable (Spec) -> [String]
  let look: @Sendable (HostLook) -> Verdict

  init(
    _ name: String, isEssential: Bool = false, neededAt: @escaping @Sendable (Spec) -> [String] = { _ in [] },
    look: @escaping @Sendable (HostLook) -> Verdict
  ) {
    self.name = name
    self.isEssential = isEssential
    self.neededAt = neededAt
    self.look = look
  }

  static let all: [HostAbility] =
    essential + namespaces + RootlessAbility.all + controllers + cgroups + seccomp + security + capabilities + filesystems
    + [mappedMounts] + late

  /// What `create` would find out only when much of the container is made already.
  static let late: [HostAbility] = [nice, limits, memoryPolicy, hugepages]

  // MARK: Without which nothing goes

  private static let essential: [HostAbility] = [
    HostAbility("Linux 5.14 or newer", isEssential: true, neededAt: { _ in [""] }) { look in
      let release = look.text("/proc/sys/kernel/osrelease") ?? "unknown"
      let version = look.kernelVersion
      if version.major > 5 || (version.major == 5 && version.minor >= 14) { return .yes(release) }
      return .no("the kernel is \(release)", remedy: "boot a newer one")
    },
    HostAbility("procfs at /proc", isEssential: true, neededAt: { _ in [""] }) { _ in
      do throws(Failure) { _ = try ProcFS() } catch { return .no(error.message, remedy: "mount -t proc proc /proc") }
      return .yes("")
    },
    HostAbility("cgroup v2", isEssential: true, neededAt: { _ in ["linux.cgroupsPath"] }) { look in
      do throws(Failure) { return .yes("at \(try look.hierarchy().mountPoint)") } catch {
        return .no(error.message, remedy: "mount -t cgroup2 cgroup2 /sys/fs/cgroup")
      }
    },
  ]

  // MARK: Namespaces

  private static let namespaces: [HostAbility] = NamespaceKind.allCases.map { kind in
    let file = NamespaceKinds(kind).fileName
    return HostAbility("\(kind.rawValue) namespace", neededAt: { $0.paths(of: kind) }) { look in
      guard look.exists("/proc/self/ns/\(file)") else {
        return .no("the kernel has none", remedy: "it needs a kernel with \(file == "net" ? "NET" : file.uppercased())_NS")
      }
      let limit = "/proc/sys/user/max_\(file)_namespaces"
      if look.text(limit) == "0" { return .no("\(limit) is 0", remedy: "write a number to it") }
      return .yes(look.text(limit).map { "at most \($0)" } ?? "")
    }
  }

  // MARK: Control groups

  private static let controllers: [HostAbility] = ["cpu", "cpuset", "hugetlb", "io", "memory", "pids", "rdma"].map { name in
    HostAbility("cgroup controller \(name)") { look in
      do throws(Failure) {
        guard let (why, remedy) = try look.hierarchy().absence(of: name) else { return .yes("") }
        return .no(why, remedy: remedy)
      } catch { return .no(error.message, remedy: "see cgroup v2") }
    }
  }

  private static let cgroups: [HostAbility] = [
    HostAbility(
      "swap accounting",
      neededAt: { spec in
        guard let memory = spec.linux.resources?.memory, let swap = memory.swap, swap > 0, swap != memory.limit else { return [] }
        return ["linux.resources.memory.swap"]
      }
    ) { look in
      guard look.exists("/proc/swaps") else { return .no("the kernel has no swap", remedy: "it needs CONFIG_SWAP") }
      // The root cgroup has no such file; without the memory controller none has, which is told with the controller.
      guard let own = look.ownCgroup, look.exists("\(own)/memory.max"), !look.exists("\(own)/memory.swap.max") else {
        return .yes("")
      }
      return .no("\(own) has no memory.swap.max", remedy: "boot without swapaccount=0")
    },
    HostAbility("device rules (eBPF)", neededAt: { $0.has(.user) ? [] : ["linux.resources.devices"] }) { look in
      if !look.may("CAP_SYS_ADMIN"), !look.may("CAP_BPF") || !look.may("CAP_NET_ADMIN") {
        return .no("CAP_SYS_ADMIN is missing", remedy: "run as root of the host: device rules are not in force without it")
      }
      do throws(Failure) {
        _ = try BPF.devicePrograms(of: try look.hierarchy().root.shared.descriptor)
        return .yes("")
      } catch { return .no(error.message, remedy: "the kernel needs CONFIG_BPF_SYSCALL and CONFIG_CGROUP_BPF") }
    },
  ]

  // MARK: seccomp

  private static let seccomp: [HostAbility] =
    SeccompAction.allCases.filter { $0 != .kill }.map { action in
      HostAbility("seccomp \(action.rawValue)", neededAt: { $0.paths(of: action) }) { look in
        guard !look.seccompActions.isEmpty else {
          return .no("/proc/sys/kernel/seccomp/actions_avail is not there", remedy: "the kernel needs CONFIG_SECCOMP_FILTER")
        }
        if look.seccompActions.contains(action.kernelName) { return .yes("") }
        return .no("not in /proc/sys/kernel/seccomp/actions_avail", remedy: "it needs a newer kernel")
      }
    }
    + SeccompFlag.allCases.map { flag in
      HostAbility(
        "seccomp \(flag.rawValue)",
        neededAt: { $0.linux.seccomp?.flags?.contains(flag) == true ? ["linux.seccomp.flags"] : [] }
      ) { _ in
        SeccompFeature.supportedFlags.contains(flag)
          ? .yes("") : .no("the kernel does not know it", remedy: "it needs a newer kernel")
      }
    }

  // MARK: Security modules

  private static let appArmor = HostAbility(
    "AppArmor", neededAt: { $0.process?.apparmorProfile.isEmpty == false ? ["process.apparmorProfile"] : [] }
  ) { look in
    look.isAppArmorOn ? .yes("") : .no("AppArmor is off", remedy: "boot with it in lsm=, or remove the profile")
  }

  private static let security: [HostAbility] = [
    appArmor,
    HostAbility(
      "SELinux", neededAt: { $0.process?.selinuxLabel.isEmpty == false ? ["process.selinuxLabel"] : [] }
    ) { look in
      look.isSELinuxOn
        ? .yes("") : .no("selinux is disabled or not supported", remedy: "boot with it in lsm=, or remove the label")
    },
    HostAbility("resctrl (Intel RDT)", neededAt: { $0.linux.intelRdt == nil ? [] : ["linux.intelRdt"] }) { look in
      look.hasResctrl
        ? .yes("")
        : .no("no resctrl is mounted", remedy: "mount -t resctrl resctrl /sys/fs/resctrl, or remove intelRdt")
    },
    HostAbility("session keyrings") { look in
      look.exists("/proc/keys") ? .yes("") : .no("the kernel has none", remedy: "it needs CONFIG_KEYS; or give --no-new-keyring")
    },
  ]

  // MARK: What this process may do

  private static let capabilities: [HostAbility] = [
    capability("CAP_SYS_ADMIN", "makes namespaces and mounts") { spec in spec.has(.user) ? [] : [""] },
    capability("CAP_SETUID", "becomes the user") { spec in
      spec.has(.user) || (spec.process?.user.uid ?? 0) == 0 ? [] : ["process.user.uid"]
    },
    capability("CAP_SETGID", "sets the groups") { spec in
      spec.has(.user) || (spec.process?.user.gid ?? 0) == 0 ? [] : ["process.user.gid"]
    },
    capability("CAP_SETPCAP", "limits the bounding set") { spec in
      spec.has(.user) || spec.process?.capabilities == nil ? [] : ["process.capabilities.bounding"]
    },
    capability("CAP_MKNOD", "makes devices") { spec in
      spec.has(.user) ? [] : spec.linux.devices.indices.map { "linux.devices[\($0)]" }
    },
    capability("CAP_NET_ADMIN", "sets up the loopback and moves network devices") { spec in
      spec.has(.user) || !spec.has(.network) ? [] : spec.linux.netDevices.isEmpty ? [] : ["linux.netDevices"]
    },
  ]

  private static let nice = capability(
    "CAP_SYS_NICE", "gives a realtime policy, a negative nice value and the I/O class RT"
  ) { $0.needsNice }
  private static let limits = capability("CAP_SYS_RESOURCE", "raises hard limits") { $0.raisedLimits }

  private static func capability(
    _ name: String, _ purpose: String, neededAt: @escaping @Sendable (Spec) -> [String]
  ) -> HostAbility {
    HostAbility(name, neededAt: neededAt) { look in
      look.may(name) ? .yes(purpose) : .no("this process lacks it (it \(purpose))", remedy: "run apus with it")
    }
  }

  // MARK: File systems, memory

  private static let filesystems: [HostAbility] = ["cgroup2", "devpts", "mqueue", "overlay", "proc", "sysfs", "tmpfs"].map {
    type in
    HostAbility("file system \(type)") { look in
      look.filesystems.contains(type)
        ? .yes("") : .no("not in /proc/filesystems", remedy: "it works only if the kernel finds a module for it")
    }
  }

  private static let mappedMounts = HostAbility("id-mapped mounts", neededAt: { $0.idMappedMounts }) { look in
    let version = look.kernelVersion
    if version.major > 5 || (version.major == 5 && version.minor >= 12) { return .yes("") }
    return .no("the kernel has none", remedy: "it needs Linux 5.12")
  }

  private static let memoryPolicy = HostAbility(
    "memory policy (NUMA)", neededAt: { $0.linux.memoryPolicy == nil ? [] : ["linux.memoryPolicy"] }
  ) { look in
    guard let nodes = look.text("/sys/devices/system/node/online") else {
      return .no("/sys/devices/system/node is not there", remedy: "the kernel needs CONFIG_NUMA")
    }
    return .yes("nodes \(nodes)")
  }

  private static let hugepages = HostAbility(
    "huge pages",
    neededAt: { $0.linux.resources?.hugepageLimits.isEmpty == false ? ["linux.resources.hugepageLimits"] : [] }
  ) { look in
    let sizes = look.hugepageSizes
    return sizes.isEmpty
      ? .no("/sys/kernel/mm/hugepages is empty", remedy: "the kernel needs CONFIG_HUGETLBFS")
      : .yes(sizes.joined(separator: ", "))
  }
}
