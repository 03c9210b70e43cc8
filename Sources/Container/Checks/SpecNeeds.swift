import Kernel
import OCISpec

// Which members of a config need something of the host.

extension Spec {
  /// Whether there is anything that ``HostChecks/demand(_:bundle:)`` looks at.
  var asksOfTheHost: Bool {
    let resources = linux.resources
    return process?.scheduler != nil || process?.ioPriority != nil || process?.apparmorProfile.isEmpty == false
      || linux.memoryPolicy != nil || resources?.hugepageLimits.isEmpty == false || resources?.blockIO != nil
      || resources?.cpu?.cpus.isEmpty == false || resources?.cpu?.mems.isEmpty == false || !raisedLimits.isEmpty
  }

  func paths(of kind: NamespaceKind) -> [String] {
    linux.namespaces.indices.filter { linux.namespaces[$0].type == kind }.map { "linux.namespaces[\($0)]" }
  }

  func paths(of action: SeccompAction) -> [String] {
    guard let seccomp = linux.seccomp else { return [] }
    func means(_ other: SeccompAction) -> Bool { other == action || (other == .kill && action == .killThread) }
    let rules = seccomp.syscalls.indices.filter { means(seccomp.syscalls[$0].action) }.map {
      "linux.seccomp.syscalls[\($0)].action"
    }
    return (means(seccomp.defaultAction) ? ["linux.seccomp.defaultAction"] : []) + rules
  }

  /// sched(7), ioprio_set(2): what neither RLIMIT_RTPRIO nor RLIMIT_NICE allows. CAP_SYS_NICE counts on the host only.
  var needsNice: [String] {
    // A limit that cannot be read allows nothing: then the kernel is asked, and says so.
    func allowed(_ limit: String) -> UInt64 { resourceLimitNumber(limit).flatMap { try? resourceLimit($0).soft } ?? 0 }
    var paths: [String] = []
    if let scheduler = process?.scheduler {
      let realtime = [.fifo, .roundRobin].contains(scheduler.policy)
      if scheduler.policy == .deadline || (realtime && UInt64(max(0, scheduler.priority)) > allowed("RLIMIT_RTPRIO")) {
        paths.append("process.scheduler.policy")
      }
      if scheduler.nice < 0, UInt64(20 - Int64(scheduler.nice)) > allowed("RLIMIT_NICE") {
        paths.append("process.scheduler.nice")
      }
    }
    if process?.ioPriority?.class == .realTime { paths.append("process.ioPriority.class") }
    return paths
  }

  /// Hard limits above those of this process, which the container's would inherit.
  var raisedLimits: [String] {
    let limits = process?.rlimits ?? []
    return limits.indices.filter { index in
      guard let number = resourceLimitNumber(limits[index].type), let own = try? resourceLimit(number) else {
        return false  // the name is a mistake of the document, and is told as one
      }
      return limits[index].hard > own.hard
    }.map { "process.rlimits[\($0)].hard" }
  }

  var idMappedMounts: [String] {
    mounts.indices.filter { index in
      !mounts[index].uidMappings.isEmpty || MountOptions.parse(mounts[index].options).idMapping != .none
    }.map { "mounts[\($0)]" }
  }
}

extension SeccompAction {
  /// As /proc/sys/kernel/seccomp/actions_avail names it (seccomp(2)).
  var kernelName: String {
    switch self {
    case .kill, .killThread: "kill_thread"
    case .killProcess: "kill_process"
    case .trap: "trap"
    case .errno: "errno"
    case .trace: "trace"
    case .allow: "allow"
    case .log: "log"
    case .notify: "user_notif"
    }
  }
}
