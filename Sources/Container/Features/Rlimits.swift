import Kernel
import OCISpec
import SystemPackage

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

  /// Host side, first of all: hard limits above those of the host are made possible. In a user namespace init could not
  /// raise its own, and a host without CAP_SYS_RESOURCE is only refused where config.json asks for more.
  static func raise(_ plan: ProcessPlan, pid: CInt) throws(Failure) {
    for limit in plan.rlimits {
      let current = try resourceLimit(limit.number, of: pid)
      if limit.hard <= current.hard { continue }
      do { try setResourceLimit(limit.number, soft: current.soft, hard: limit.hard, of: pid) } catch {
        let failure = error.adding(context: "raising \(limit.name) to \(limit.hard) from \(current.hard)")
        throw error.errno == .notPermitted ? failure.adding(hint: "that takes CAP_SYS_RESOURCE") : failure
      }
    }
  }

  /// Init, once it has nothing left to set up that a low limit could stop.
  static func apply(_ plan: ProcessPlan) throws(Failure) {
    for limit in plan.rlimits {
      try during(
        "setting \(limit.name) to \(limit.soft):\(limit.hard)",
        try setResourceLimit(limit.number, soft: limit.soft, hard: limit.hard, of: 0))
    }
  }
}
