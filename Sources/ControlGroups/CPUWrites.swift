import Kernel
import OCISpec

// config-linux.md "CPU" in cgroup v2. Times in microseconds.

extension Writes {
  mutating func addCPU(_ cpu: CPUResources) throws(Failure) {
    for (name, value) in [
      ("realtimeRuntime", cpu.realtimeRuntime ?? 0), ("realtimePeriod", Int64(clamping: cpu.realtimePeriod ?? 0)),
    ]
    where value != 0 {
      throw Writes.refusal(
        "cpu.\(name)", instead: "v2 does not divide realtime time among cgroups; process.scheduler gives a container its policy")
    }
    addWeight(cpu)
    try addBandwidth(cpu)
    if !cpu.cpus.isEmpty { limit("cpuset.cpus", cpu.cpus, "cpu.cpus") }
    if !cpu.mems.isEmpty { limit("cpuset.mems", cpu.mems, "cpu.mems") }
  }

  private mutating func addWeight(_ cpu: CPUResources) {
    let shares = cpu.shares ?? 0
    if let idle = cpu.idle {
      // Before the weight: the kernel takes none while the cgroup is idle.
      if idle == 0 { noLimit("cpu.idle", "0", "cpu.idle") } else { limit("cpu.idle", String(idle), "cpu.idle") }
      if idle != 0 && shares != 0 {
        return warn("linux.resources.cpu.shares is ignored: with cpu.idle the cgroup has the least weight there is")
      }
    }
    if shares != 0 { limit("cpu.weight", String(Writes.weight(shares: shares)), "cpu.shares") }
  }

  private mutating func addBandwidth(_ cpu: CPUResources) throws(Failure) {
    let quota = cpu.quota ?? 0
    let period = cpu.period ?? 0
    if let burst = cpu.burst {
      if quota > 0 && burst > UInt64(quota) {
        throw Failure("linux.resources.cpu.burst \(burst) is more than cpu.quota \(quota)")
      }
      // The kernel refuses a burst above the quota, so of an old and a new pair of values one order or the other fits.
      var write = Write("cpu.max.burst", .text(String(burst)), "linux.resources.cpu.burst")
      write.mayBePostponed = true
      write.mayBeMissing = burst == 0
      add(write, needing: burst == 0 ? nil : "cpu")
    }
    // A missing second number leaves the period as it is: 100000 in a new cgroup.
    let suffix = period == 0 ? "" : " \(period)"
    if quota > 0 {
      limit("cpu.max", "\(quota)\(suffix)", "cpu.quota")
    } else if quota < 0 {
      noLimit("cpu.max", "max\(suffix)", "cpu.quota")
    } else if period != 0 {
      add(Write("cpu.max", .period(period), "linux.resources.cpu.period"), needing: "cpu")
    }
  }

  /// cpu.weight (1 to 10000, 100 is usual) for cpu.shares (2 to 262144, 1024 is usual).
  ///
  /// The curve goes through the two ends and the two usual values, which a straight line would not: 1024 would become 39.
  package static func weight(shares: UInt64) -> UInt64 {
    if shares <= 2 { return 1 }
    if shares >= 262_144 { return 10_000 }
    let l = binaryLogarithm(Double(shares))
    let exponent = (l * l + 125 * l) / 612 - 7.0 / 34
    return UInt64(power(10, exponent).rounded(.up))
  }
}
