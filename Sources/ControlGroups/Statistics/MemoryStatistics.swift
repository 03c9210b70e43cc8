import Kernel

/// memory.*. Bytes; without the controller all is 0.
package struct MemoryStatistics: Equatable, Sendable {
  package struct Usage: Equatable, Sendable {
    /// The largest number there is means no limit.
    package var limit: UInt64
    package var current: UInt64
    /// The most there was at one time; 0 where the kernel does not keep it (memory.peak: since 5.19).
    package var peak: UInt64
    /// How often it was about to go over the limit.
    package var failures: UInt64

    package init(limit: UInt64 = 0, current: UInt64 = 0, peak: UInt64 = 0, failures: UInt64 = 0) {
      self.limit = limit
      self.current = current
      self.peak = peak
      self.failures = failures
    }
  }

  package var memory = Usage()
  /// Swap alone; nil where the kernel does not count it.
  package var swap: Usage?
  /// memory.stat.
  package var details: [String: UInt64] = [:]
  package var pressure: Pressure?

  package init() {}

  init(of directory: ControlDirectory) throws(Failure) {
    pressure = try Pressure(of: directory, "memory.pressure")
    details = try directory.keyedCounts("memory.stat")
    guard let memory = try MemoryStatistics.usage(directory, "memory") else { return }
    self.memory = memory
    swap = try MemoryStatistics.usage(directory, "memory.swap")
  }

  private static func usage(_ directory: ControlDirectory, _ prefix: String) throws(Failure) -> Usage? {
    guard let current = try directory.countIfThere("\(prefix).current") else { return nil }
    return Usage(
      limit: try directory.countIfThere("\(prefix).max") ?? .max, current: current,
      peak: try directory.countIfThere("\(prefix).peak") ?? 0,
      failures: try directory.keyedCounts("\(prefix).events")["max"] ?? 0)
  }
}
