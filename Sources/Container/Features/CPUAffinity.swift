import Kernel
import OCISpec

/// process.execCPUAffinity — config.md "Linux Process": on which cpus a process begins that joins a running container.
enum CPUAffinity {
  /// The runtime, before there is a process in the container's cgroup.
  static func applyInitial(_ process: OCISpec.Process) throws(Failure) {
    guard let list = process.execCPUAffinity?.initial, !list.isEmpty else { return }
    try set(list, "initial")
  }

  /// The process, in the container's cgroup. Without `final` it may run wherever its cgroup does, whatever the runtime was
  /// bound to; without the whole property nothing is touched.
  static func applyFinal(_ process: OCISpec.Process) throws(Failure) {
    guard let affinity = process.execCPUAffinity else { return }
    if !affinity.final.isEmpty { return try set(affinity.final, "final") }
    if !affinity.initial.isEmpty { try during("undoing execCPUAffinity.initial", try setAffinity(cpus: nil)) }
  }

  private static func set(_ list: String, _ member: String) throws(Failure) {
    guard let cpus = NumberList(list) else { throw Failure("execCPUAffinity.\(member): \(list) is no list such as 0-3,7") }
    do { try setAffinity(cpus: cpus.ranges.flatMap { Array($0) }) } catch {
      let failure = error.adding(context: "execCPUAffinity.\(member) \(list)")
      throw error.errno == .invalidArgument
        ? failure.adding(hint: "none of these cpus is there, or allowed in its cgroup") : failure
    }
  }
}
