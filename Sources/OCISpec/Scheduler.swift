import JSON

/// config.md "Linux Process", scheduler: the arguments of sched_setattr(2).
package struct Scheduler: Equatable, Sendable {
  package var policy: SchedulerPolicy
  package var nice: Int32 = 0
  /// Static priority, for FIFO and RR.
  package var priority: Int32 = 0
  package var flags: [SchedulerFlag] = []
  /// Nanoseconds, for DEADLINE, as the two after it.
  package var runtime: UInt64 = 0
  package var deadline: UInt64 = 0
  package var period: UInt64 = 0

  package init(policy: SchedulerPolicy) { self.policy = policy }

  init(_ reader: Reader) {
    policy = reader.choice("policy", .required) ?? .other
    nice = reader.integer("nice") ?? 0
    priority = reader.integer("priority") ?? 0
    flags = reader.choices("flags")
    runtime = reader.integer("runtime") ?? 0
    deadline = reader.integer("deadline") ?? 0
    period = reader.integer("period") ?? 0
  }
}

package enum SchedulerPolicy: String, CaseIterable, Sendable {
  case other = "SCHED_OTHER"
  case fifo = "SCHED_FIFO"
  case roundRobin = "SCHED_RR"
  case batch = "SCHED_BATCH"
  case iso = "SCHED_ISO"
  case idle = "SCHED_IDLE"
  case deadline = "SCHED_DEADLINE"
}

package enum SchedulerFlag: String, CaseIterable, Sendable {
  case resetOnFork = "SCHED_FLAG_RESET_ON_FORK"
  case reclaim = "SCHED_FLAG_RECLAIM"
  case deadlineOverrun = "SCHED_FLAG_DL_OVERRUN"
  case keepPolicy = "SCHED_FLAG_KEEP_POLICY"
  case keepParams = "SCHED_FLAG_KEEP_PARAMS"
  case utilClampMin = "SCHED_FLAG_UTIL_CLAMP_MIN"
  case utilClampMax = "SCHED_FLAG_UTIL_CLAMP_MAX"
}

/// config.md "Linux Process", ioPriority: the arguments of ioprio_set(2).
package struct IOPriority: Equatable, Sendable {
  package var `class`: IOPriorityClass
  /// 0 (highest) to 7.
  package var priority: Int32

  package init(class: IOPriorityClass, priority: Int32) {
    self.class = `class`
    self.priority = priority
  }

  init(_ reader: Reader) {
    `class` = reader.choice("class", .required) ?? .bestEffort
    priority = reader.integer("priority") ?? 0
  }
}

package enum IOPriorityClass: String, CaseIterable, Sendable {
  case realTime = "IOPRIO_CLASS_RT"
  case bestEffort = "IOPRIO_CLASS_BE"
  case idle = "IOPRIO_CLASS_IDLE"
}
