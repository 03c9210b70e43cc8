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
    do { try setScheduling(attributes) } catch {
      let failure = error.adding(context: "setting the scheduler \(scheduler.policy.rawValue)")
      guard error.errno == .notPermitted else { throw failure }
      throw failure.adding(hint: "it takes CAP_SYS_NICE, and of a kernel with RT_GROUP_SCHED a cgroup with realtime to give")
    }
  }
}
