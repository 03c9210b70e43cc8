import Kernel

/// io.stat and io.pressure: what went to and from block devices.
package struct IOStatistics: Equatable, Sendable {
  package struct Device: Equatable, Sendable {
    package var major: UInt64
    package var minor: UInt64
    /// Bytes.
    package var read: UInt64?
    package var written: UInt64?
    package var discarded: UInt64?
    package var reads: UInt64?
    package var writes: UInt64?
    package var discards: UInt64?
  }

  package var devices: [Device] = []
  package var pressure: Pressure?

  package init() {}

  /// Lines such as `8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0`. A device whose driver has gone is a number
  /// alone, or not even that; keys of other kinds, of the cost model for one, are passed over.
  init(stat text: String) {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      let number = words.first?.split(separator: ":") ?? []
      guard number.count == 2, let major = UInt64(number[0]), let minor = UInt64(number[1]) else { continue }
      var counts: [Substring: UInt64] = [:]
      for word in words.dropFirst() {
        let parts = word.split(separator: "=")
        if parts.count == 2, let count = UInt64(parts[1]) { counts[parts[0]] = count }
      }
      if counts.isEmpty { continue }
      devices.append(
        Device(
          major: major, minor: minor, read: counts["rbytes"], written: counts["wbytes"], discarded: counts["dbytes"],
          reads: counts["rios"], writes: counts["wios"], discards: counts["dios"]))
    }
  }

  init(of directory: ControlDirectory) throws(Failure) {
    self.init(stat: try directory.readIfThere("io.stat") ?? "")
    pressure = try Pressure(of: directory, "io.pressure")
  }
}
