import Kernel

/// hugetlb.SIZE.*. Bytes.
package struct HugepageStatistics: Equatable, Sendable {
  /// What is reserved, where the kernel counts that (since 5.7); what is in use elsewhere.
  package var current: UInt64 = 0
  /// How often it was about to go over the limit.
  package var failures: UInt64 = 0

  /// By size. Which sizes there are is the kernel's and the machine's matter, so the files are asked.
  static func all(of directory: ControlDirectory) throws(Failure) -> [String: HugepageStatistics] {
    var result: [String: HugepageStatistics] = [:]
    let names = try during("listing cgroup \(directory.path)", try directory.listing().entries())
    for size in sizes(names) {
      let prefix = "hugetlb.\(size)"
      guard let current = try directory.countIfThere("\(prefix).current") else { continue }
      result[size] = HugepageStatistics(
        current: try directory.countIfThere("\(prefix).rsvd.current") ?? current,
        failures: try directory.keyedCounts("\(prefix).events")["max"] ?? 0)
    }
    return result
  }

  /// `2MB` of `hugetlb.2MB.current`, and nothing of `hugetlb.2MB.rsvd.current`.
  static func sizes(_ files: [String]) -> [String] {
    files.compactMap { file in
      let parts = file.split(separator: ".")
      return parts.count == 3 && parts[0] == "hugetlb" && parts[2] == "current" ? String(parts[1]) : nil
    }
  }
}
