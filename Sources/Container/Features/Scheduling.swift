import Kernel
import OCISpec

/// process.scheduler — config.md "Linux Process", sched_setattr(2)
enum Scheduling {
  private static func number(_ policy: SchedulerPolicy) -> UInt32 {
    switch policy {
    case .other: 0
    case .fifo: 1
    case .roundRobin: 2
    case .batch: 3
    case .iso: 4
    case .idle: 5
    case .deadline: 6
    }
  }

  private static func bit(_ flag: SchedulerFlag) -> UInt64 {
    switch flag {
    case .resetOnFork: 0x01
    case .reclaim: 0x02
    case .deadlineOverrun: 0x04
    case .keepPolicy: 0x08
    case .keepParams: 0x10
    case .utilClampMin: 0x20
    case .utilClampMax: 0x40
    }
  }

  static func apply(_ process: OCISpec.Process) throws(Failure) {
    guard let scheduler = process.scheduler else { return }
    var attributes = SchedulingAttributes()
    attributes.policy = number(scheduler.policy)
    attributes.nice = scheduler.nice
    attributes.priority = UInt32(truncatingIfNeeded: scheduler.priority)
    attributes.runtime = scheduler.runtime
    attributes.deadline = scheduler.deadline
    attributes.period = scheduler.period
    for flag in scheduler.flags { attributes.flags |= bit(flag) }
    try during("setting the scheduler \(scheduler.policy.rawValue)", try setScheduling(attributes))
  }
}

/// process.ioPriority — config.md "Linux Process", ioprio_set(2)
enum IOPriorities {
  static func apply(_ process: OCISpec.Process) throws(Failure) {
    guard let priority = process.ioPriority else { return }
    let number: CInt =
      switch priority.class {
      case .realTime: 1
      case .bestEffort: 2
      case .idle: 3
      }
    try during("setting the I/O priority \(priority.class.rawValue)", try setIOPriority(class: number, level: priority.priority))
  }
}

/// linux.personality — config-linux.md "Personality", personality(2)
enum Personalities {
  static func apply(_ linux: Linux) throws(Failure) {
    guard let personality = linux.personality else { return }
    try during(
      "setting the personality \(personality.domain.rawValue)", try setPersonality(personality.domain == .linux32 ? 8 : 0))
  }
}

/// linux.memoryPolicy — config-linux.md "Memory Policy", set_mempolicy(2)
enum MemoryPolicies {
  private static func number(_ mode: MemoryPolicyMode) -> CInt {
    switch mode {
    case .default: 0
    case .preferred: 1
    case .bind: 2
    case .interleave: 3
    case .local: 4
    case .preferredMany: 5
    case .weightedInterleave: 6
    }
  }

  private static func bit(_ flag: MemoryPolicyFlag) -> CInt {
    switch flag {
    case .staticNodes: 1 << 15
    case .relativeNodes: 1 << 14
    case .numaBalancing: 1 << 13
    }
  }

  static func apply(_ linux: Linux) throws(Failure) {
    guard let policy = linux.memoryPolicy else { return }
    let mode = policy.flags.reduce(number(policy.mode)) { $0 | bit($1) }
    let nodes = try list(policy.nodes)
    try during("setting the memory policy \(policy.mode.rawValue)", try setMemoryPolicy(mode: mode, nodes: nodes))
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
