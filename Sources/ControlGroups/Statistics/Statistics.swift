import Kernel

/// What the kernel has counted for a cgroup and everything below it (cgroup-v2.rst).
///
/// A controller that is not there counts nothing: its values are 0, and its lists are empty.
package struct Statistics: Equatable, Sendable {
  package var cpu = CPUStatistics()
  package var cpuset = CPUSetStatistics()
  package var memory = MemoryStatistics()
  package var processes = PIDStatistics()
  package var io = IOStatistics()
  /// By size of the page as the kernel spells it, `2MB`.
  package var hugepages: [String: HugepageStatistics] = [:]
}

extension ControlGroup {
  /// Reads them all. ENODEV when the cgroup is removed meanwhile.
  package func statistics() throws(Failure) -> Statistics {
    var result = Statistics()
    result.cpu = try CPUStatistics(of: directory)
    result.cpuset = try CPUSetStatistics(of: directory)
    result.memory = try MemoryStatistics(of: directory)
    result.processes = try PIDStatistics(of: self)
    result.io = try IOStatistics(of: directory)
    result.hugepages = try HugepageStatistics.all(of: directory)
    return result
  }
}

extension ControlDirectory {
  /// The text of a control file; nil where the kernel does not have it: its controller is not enabled here, or the kernel is older.
  func readIfThere(_ file: String) throws(Failure) -> String? {
    do { return try read(file) } catch let error where error.errno == .noSuchFileOrDirectory { return nil }
  }

  /// The number in a control file, where `max` is the largest there is; nil as of ``readIfThere(_:)``.
  func countIfThere(_ file: String) throws(Failure) -> UInt64? {
    guard let text = try readIfThere(file) else { return nil }
    if text == "max" { return .max }
    guard let number = UInt64(text) else { throw Failure("reading \(path)/\(file): \(text) is no number") }
    return number
  }

  /// The numbers of a flat keyed file such as `memory.stat`; none where it is not there.
  func keyedCounts(_ file: String) throws(Failure) -> [String: UInt64] {
    guard let text = try readIfThere(file) else { return [:] }
    return flatKeyed(text)
  }
}

/// The lines `KEY NUMBER` of a flat keyed file (cgroup-v2.rst "Format").
func flatKeyed(_ text: String) -> [String: UInt64] {
  var found: [String: UInt64] = [:]
  for line in text.split(separator: "\n") {
    let words = line.split(separator: " ")
    if words.count == 2, let number = UInt64(words[1]) { found[String(words[0])] = number }
  }
  return found
}
