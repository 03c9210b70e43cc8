import Kernel
import OCISpec

/// The cpus and memory nodes that the cgroup really has (cpuset.*.effective); none without the controller.
package struct CPUSetStatistics: Equatable, Sendable {
  package var cpus: [Int] = []
  package var memoryNodes: [Int] = []

  package init() {}

  init(of directory: ControlDirectory) throws(Failure) {
    cpus = try CPUSetStatistics.numbers(directory, "cpuset.cpus.effective")
    memoryNodes = try CPUSetStatistics.numbers(directory, "cpuset.mems.effective")
  }

  private static func numbers(_ directory: ControlDirectory, _ file: String) throws(Failure) -> [Int] {
    let text = try directory.readIfThere(file) ?? ""
    guard let list = NumberList(text) else { throw Failure("reading \(directory.path)/\(file): \(text) is no list of numbers") }
    return list.ranges.flatMap(Array.init)
  }
}
