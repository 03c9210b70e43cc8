import Kernel

/// How much of the time something waited for a resource (psi.rst): *some* of the processes, or all of them (*full*).
package struct Pressure: Equatable, Sendable {
  package struct Share: Equatable, Sendable {
    /// Per cent of the last 10, 60 and 300 seconds.
    package var average10: Double = 0
    package var average60: Double = 0
    package var average300: Double = 0
    /// Microseconds.
    package var total: UInt64 = 0
  }

  package var some = Share()
  /// All 0 for the cpu before 5.13.
  package var full = Share()

  /// nil where the kernel measures none: built without it, started with psi=0, or switched off by cgroup.pressure.
  init?(of directory: ControlDirectory, _ file: String) throws(Failure) {
    do {
      guard let text = try directory.readIfThere(file) else { return nil }
      self.init(text)
    } catch let error where error.errno == .notSupported { return nil }
  }

  /// Lines such as `some avg10=0.12 avg60=0.00 avg300=0.00 total=4711`.
  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      var share = Share()
      for word in words.dropFirst() {
        let parts = word.split(separator: "=")
        guard parts.count == 2 else { continue }
        switch parts[0] {
        case "avg10": share.average10 = decimalNumber(parts[1]) ?? 0
        case "avg60": share.average60 = decimalNumber(parts[1]) ?? 0
        case "avg300": share.average300 = decimalNumber(parts[1]) ?? 0
        case "total": share.total = UInt64(parts[1]) ?? 0
        default: continue
        }
      }
      switch words.first {
      case "some": some = share
      case "full": full = share
      default: continue
      }
    }
  }
}
