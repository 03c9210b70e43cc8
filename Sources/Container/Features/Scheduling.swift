import Kernel
import OCISpec

/// process.scheduler — config.md "Linux Process", sched_setattr(2)
enum Scheduling {
  private static let policies: [String: UInt32] = [
    "SCHED_OTHER": 0, "SCHED_FIFO": 1, "SCHED_RR": 2, "SCHED_BATCH": 3, "SCHED_ISO": 4, "SCHED_IDLE": 5, "SCHED_DEADLINE": 6,
  ]
  private static let flags: [String: UInt64] = [
    "SCHED_FLAG_RESET_ON_FORK": 0x01, "SCHED_FLAG_RECLAIM": 0x02, "SCHED_FLAG_DL_OVERRUN": 0x04, "SCHED_FLAG_KEEP_POLICY": 0x08,
    "SCHED_FLAG_KEEP_PARAMS": 0x10, "SCHED_FLAG_UTIL_CLAMP_MIN": 0x20, "SCHED_FLAG_UTIL_CLAMP_MAX": 0x40,
  ]

  static func apply(_ process: OCISpec.Process) throws(Failure) {
    guard let scheduler = process.scheduler else { return }
    var attributes = SchedulingAttributes()
    guard let policy = policies[scheduler.policy] else { throw Failure("process.scheduler.policy: \(scheduler.policy) is unknown") }
    attributes.policy = policy
    attributes.nice = scheduler.nice
    attributes.priority = UInt32(truncatingIfNeeded: scheduler.priority)
    attributes.runtime = scheduler.runtime
    attributes.deadline = scheduler.deadline
    attributes.period = scheduler.period
    for name in scheduler.flags {
      guard let flag = flags[name] else { throw Failure("process.scheduler.flags: \(name) is unknown") }
      attributes.flags |= flag
    }
    try during("setting the scheduler \(scheduler.policy)", try setScheduling(attributes))
  }
}

/// process.ioPriority — config.md "Linux Process", ioprio_set(2)
enum IOPriorities {
  private static let classes: [String: CInt] = ["IOPRIO_CLASS_RT": 1, "IOPRIO_CLASS_BE": 2, "IOPRIO_CLASS_IDLE": 3]

  static func apply(_ process: OCISpec.Process) throws(Failure) {
    guard let priority = process.ioPriority else { return }
    guard let ioClass = classes[priority.class] else { throw Failure("process.ioPriority.class: \(priority.class) is unknown") }
    try during("setting the I/O priority \(priority.class)", try setIOPriority(class: ioClass, level: CInt(priority.priority)))
  }
}

/// linux.personality — config-linux.md "Personality", personality(2)
enum Personalities {
  static func apply(_ linux: Linux) throws(Failure) {
    guard let personality = linux.personality else { return }
    let domains: [String: UInt] = ["LINUX": 0, "LINUX32": 8]
    guard let domain = domains[personality.domain] else { throw Failure("linux.personality.domain: \(personality.domain) is unknown") }
    try during("setting the personality \(personality.domain)", try setPersonality(domain))
  }
}

/// linux.memoryPolicy — config-linux.md "Memory Policy", set_mempolicy(2)
enum MemoryPolicies {
  private static let modes: [String: CInt] = [
    "MPOL_DEFAULT": 0, "MPOL_PREFERRED": 1, "MPOL_BIND": 2, "MPOL_INTERLEAVE": 3, "MPOL_LOCAL": 4, "MPOL_PREFERRED_MANY": 5,
    "MPOL_WEIGHTED_INTERLEAVE": 6,
  ]
  private static let flags: [String: CInt] = [
    "MPOL_F_STATIC_NODES": 1 << 15, "MPOL_F_RELATIVE_NODES": 1 << 14, "MPOL_F_NUMA_BALANCING": 1 << 13,
  ]

  static func apply(_ linux: Linux) throws(Failure) {
    guard let policy = linux.memoryPolicy else { return }
    guard var mode = modes[policy.mode] else { throw Failure("linux.memoryPolicy.mode: \(policy.mode) is unknown") }
    for name in policy.flags {
      guard let flag = flags[name] else { throw Failure("linux.memoryPolicy.flags: \(name) is unknown") }
      mode |= flag
    }
    let nodes = try list(policy.nodes ?? "")
    try during("setting the memory policy \(policy.mode)", try setMemoryPolicy(mode: mode, nodes: nodes))
  }

  /// `0-3,7` as numbers.
  static func list(_ text: String) throws(Failure) -> [Int] {
    var numbers: [Int] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", maxSplits: 1).map { Int($0.filter { $0 != " " }) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last, last < 4096 else {
        throw Failure("\"\(text)\" is no list of numbers such as 0-3,7")
      }
      numbers += first...last
    }
    return numbers
  }
}
