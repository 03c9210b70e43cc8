import Kernel

/// cpu.stat and cpu.pressure. The times of use are counted without the controller too. Nanoseconds.
package struct CPUStatistics: Equatable, Sendable {
  package var total: UInt64 = 0
  package var user: UInt64 = 0
  package var kernel: UInt64 = 0
  /// Periods of the bandwidth limit in which there was something to run.
  package var periods: UInt64 = 0
  package var throttledPeriods: UInt64 = 0
  package var throttledTime: UInt64 = 0
  package var pressure: Pressure?

  package init() {}

  init(stat text: String) {
    let counts = flatKeyed(text)
    func nanoseconds(_ key: String) -> UInt64 { (counts[key] ?? 0).multipliedReportingOverflow(by: 1000).partialValue }
    total = nanoseconds("usage_usec")
    user = nanoseconds("user_usec")
    kernel = nanoseconds("system_usec")
    periods = counts["nr_periods"] ?? 0
    throttledPeriods = counts["nr_throttled"] ?? 0
    throttledTime = nanoseconds("throttled_usec")
  }

  init(of directory: ControlDirectory) throws(Failure) {
    self.init(stat: try directory.readIfThere("cpu.stat") ?? "")
    pressure = try Pressure(of: directory, "cpu.pressure")
  }
}
