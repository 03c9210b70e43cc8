import Kernel
import OCISpec
import SystemPackage

/// process — config.md "Process": what can be settled on the host.
struct ProcessPlan {
  let process: OCISpec.Process
  let capabilities: CapabilityPlan
  /// Number, soft and hard limit of each of process.rlimits.
  let rlimits: [(name: String, number: CInt, soft: UInt64, hard: UInt64)]
  /// Descriptors 3..<3+passedDescriptors go on to the container's process: those of LISTEN_FDS, then --preserve-fds.
  let passedDescriptors: CInt
  let listenDescriptors: Int

  static func plan(
    _ process: OCISpec.Process, _ namespaces: NamespacePlan, _ request: CreateRequest, _ warn: (String) -> Void
  ) throws(Failure) -> ProcessPlan {
    let listening = ListenDescriptors.count
    let passed = CInt(listening + request.preserveFDs)
    return ProcessPlan(
      process: process, capabilities: CapabilityPlan.plan(process.capabilities, namespaces, warn),
      rlimits: try Rlimits.plan(process),
      passedDescriptors: passed, listenDescriptors: listening)
  }
}
