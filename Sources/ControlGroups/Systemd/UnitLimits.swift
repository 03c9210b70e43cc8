import DBus
import Kernel

// What systemd must know of a container's limits. It writes them again when it likes, as at `systemctl daemon-reload`, and
// what it does not know of it sets back to its own defaults.

extension Writes {
  /// The limits in a form that systemd can say too: a whole percent of a processor, rounded up, as it keeps no more of a quota,
  /// and always with the period.
  ///
  /// - Parameter bandwidth: what cpu.max has now, for the number that is not given.
  package func settled(bandwidth: CPUBandwidth) -> Writes {
    replacing { write in
      guard write.file == "cpu.max", let wanted = CPUBandwidth(write.value, over: bandwidth) else { return write.value }
      return .text(wanted.wholePercent.text)
    }
  }

  /// The properties for all that systemd has one for; of the others it does not touch the files.
  ///
  /// - Parameters:
  ///   - version: of systemd.
  ///   - makesScope: the unit is a scope that is to be made; a few properties can be told only then.
  package func unitProperties(version: Int, makesScope: Bool) -> [UnitProperty] {
    var properties: [UnitProperty] = []
    for write in list {
      guard case .text(let text) = write.value else { continue }
      if write.file == "memory.oom.group", !makesScope { continue }
      for property in Writes.properties(write, text, version) {
        // The last word counts, as it does in the files.
        properties.removeAll { $0.name == property.name }
        properties.append(property)
      }
    }
    return properties
  }

  private static func properties(_ write: Write, _ text: String, _ version: Int) -> [UnitProperty] {
    switch write.file {
    case "memory.max": number("MemoryMax", text)
    case "memory.low": number("MemoryLow", text)
    case "memory.high": number("MemoryHigh", text)
    case "memory.min": number("MemoryMin", text)
    case "memory.swap.max": number("MemorySwapMax", text)
    case "pids.max": number("TasksMax", text)
    case "cpu.weight": number("CPUWeight", text)
    // A weight of 0 is its word for idle.
    case "cpu.idle" where version >= 252: [UnitProperty("CPUWeight", .uint64(text == "0" ? 100 : 0))]
    case "cpu.max": bandwidth(text, version)
    case "cpuset.cpus" where version >= 244: bitmap("AllowedCPUs", text)
    case "cpuset.mems" where version >= 244: bitmap("AllowedMemoryNodes", text)
    case "io.weight", "io.bfq.weight": number("IOWeight", write.alternative?.value ?? text)
    case "memory.oom.group" where version >= 253: [UnitProperty("OOMPolicy", .string(text == "0" ? "continue" : "kill"))]
    default: []
    }
  }

  /// None for a text that is no number: the kernel has the last word on such a file.
  private static func number(_ name: String, _ text: String) -> [UnitProperty] {
    let digits = text.hasPrefix("default ") ? String(text.dropFirst("default ".count)) : text
    if digits == "max" { return [UnitProperty(name, .uint64(.max))] }
    return ByteSize(digits).map { [UnitProperty(name, .uint64($0.bytes))] } ?? []
  }

  private static func bandwidth(_ text: String, _ version: Int) -> [UnitProperty] {
    guard let bandwidth = CPUBandwidth(.text(text), over: .none) else { return [] }
    let rate = [UnitProperty("CPUQuotaPerSecUSec", .uint64(bandwidth.perSecond ?? .max))]
    return version >= 242 ? rate + [UnitProperty("CPUQuotaPeriodUSec", .uint64(bandwidth.period))] : rate
  }

  private static func bitmap(_ name: String, _ text: String) -> [UnitProperty] {
    NumberSet(text).map { [UnitProperty(name, .bytes($0.bitmap))] } ?? []
  }
}

/// cpu.max: so many microseconds of processor time in each period.
package struct CPUBandwidth: Equatable, Sendable {
  /// nil: as much as there is.
  package var quota: UInt64?
  package var period: UInt64

  package static let none = CPUBandwidth(quota: nil, period: 100_000)

  package init(quota: UInt64?, period: UInt64) {
    self.quota = quota
    self.period = period
  }

  /// nil for a text that the kernel would not take.
  init?(_ value: Write.Value, over current: CPUBandwidth) {
    switch value {
    case .period(let period): self.init(quota: current.quota, period: period)
    case .text(let text):
      let words = text.split(separator: " ")
      guard (1...2).contains(words.count), let period = words.count == 2 ? UInt64(words[1]) : current.period else { return nil }
      let quota = UInt64(words[0])
      guard quota != nil || words[0] == "max" else { return nil }
      self.init(quota: quota, period: period)
    }
    if period == 0 || period > 1_000_000 || quota ?? 0 > UInt64(Int64.max) / 1_000_000 { return nil }
  }

  var text: String { "\(quota.map(String.init) ?? "max") \(period)" }

  /// Microseconds of processor time in a second, in whole hundredths of it; nil for no limit.
  var perSecond: UInt64? {
    guard let quota else { return nil }
    return (quota * 1_000_000 / period + 9_999) / 10_000 * 10_000
  }

  var wholePercent: CPUBandwidth { CPUBandwidth(quota: perSecond.map { $0 * period / 1_000_000 }, period: period) }
}

/// A number of bytes as the kernel reads it (memparse): `64M`.
private struct ByteSize {
  let bytes: UInt64

  init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let units = ["": 0, "K": 10, "M": 20, "G": 30, "T": 40, "P": 50, "E": 60]
    guard let number = UInt64(digits), let shift = units[text.dropFirst(digits.count).uppercased()],
      number <= UInt64.max >> UInt64(shift)
    else { return nil }
    bytes = number << UInt64(shift)
  }
}

/// Numbers of processors or memory nodes: `0-2,7`.
struct NumberSet {
  /// The lowest number is the lowest bit of the first byte.
  private(set) var bitmap: [UInt8] = []

  /// More than any kernel counts would only cost memory, and a longer text than cpuset takes (cpuset_write_resmask) time.
  private static let count = 8192
  private static let longest = 100 + 6 * count

  init?(_ text: String) {
    guard text.utf8.count <= NumberSet.longest else { return nil }
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first >= 0, first <= last,
        last < NumberSet.count
      else { return nil }
      if bitmap.count <= last / 8 { bitmap += [UInt8](repeating: 0, count: last / 8 + 1 - bitmap.count) }
      for number in first...last { bitmap[number / 8] |= 1 << UInt8(number % 8) }
    }
  }
}
