import Kernel
import OCISpec

/// process.rlimits — config.md "POSIX process"
enum Rlimits {
  static func plan(_ process: OCISpec.Process) throws(Failure) -> [(name: String, number: CInt, soft: UInt64, hard: UInt64)] {
    var limits: [(name: String, number: CInt, soft: UInt64, hard: UInt64)] = []
    for limit in process.rlimits {
      guard let number = resourceLimitNumber(limit.type) else {
        throw Failure("process.rlimits: \(limit.type) is no resource limit")
      }
      limits.append((limit.type, number, limit.soft, limit.hard))
    }
    return limits
  }

  /// Raises the hard limits that are too low, and nothing else: by a process of the host's user namespace, as inside another
  /// limits can only be lowered. That is the host for init, and a joiner for itself before it enters one.
  static func raise(_ plan: ProcessPlan, pid: CInt) throws(Failure) {
    for limit in plan.rlimits {
      let own = try resourceLimit(limit.number)
      if limit.hard > own.hard { try set(limit, soft: own.soft, of: pid) }
    }
  }

  /// Init, as it has nothing left to set up that a low limit could stop: from here on the limits are only lowered.
  static func apply(_ plan: ProcessPlan) throws(Failure) {
    for limit in plan.rlimits { try set(limit, soft: limit.soft, of: 0) }
  }

  private static func set(
    _ limit: (name: String, number: CInt, soft: UInt64, hard: UInt64), soft: UInt64, of pid: CInt
  ) throws(Failure) {
    do { try setResourceLimit(limit.number, soft: soft, hard: limit.hard, of: pid) } catch {
      let failure = error.adding(context: "setting \(limit.name) to \(limit.soft):\(limit.hard)")
      throw error.errno == .notPermitted ? failure.adding(hint: "raising a hard limit takes CAP_SYS_RESOURCE") : failure
    }
  }
}
