import JSON

/// config-linux.md "CPU". Times in microseconds.
package struct CPUResources: Equatable, Sendable {
  package var shares: UInt64?
  /// Per period; -1 is unlimited.
  package var quota: Int64?
  package var burst: UInt64?
  package var period: UInt64?
  /// cgroup v1 only, as the next one.
  package var realtimeRuntime: Int64?
  package var realtimePeriod: UInt64?
  /// A list of cpus, `0-3,7`.
  package var cpus: String
  /// A list of memory nodes.
  package var mems: String
  /// 1: the whole cgroup is SCHED_IDLE.
  package var idle: Int64?

  package init(
    shares: UInt64? = nil, quota: Int64? = nil, burst: UInt64? = nil, period: UInt64? = nil, cpus: String = "",
    mems: String = "", idle: Int64? = nil
  ) {
    self.shares = shares
    self.quota = quota
    self.burst = burst
    self.period = period
    self.cpus = cpus
    self.mems = mems
    self.idle = idle
  }

  init(_ reader: Reader) {
    shares = reader.integer("shares")
    quota = reader.integer("quota")
    burst = reader.integer("burst")
    period = reader.integer("period")
    realtimeRuntime = reader.integer("realtimeRuntime")
    realtimePeriod = reader.integer("realtimePeriod")
    cpus = reader.string("cpus") ?? ""
    mems = reader.string("mems") ?? ""
    idle = reader.integer("idle")
  }
}
