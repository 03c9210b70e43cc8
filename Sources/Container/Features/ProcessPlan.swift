import Kernel
import OCISpec

/// process — config.md "Process": what can be settled on the host.
struct ProcessPlan {
  let process: OCISpec.Process
  let capabilities: CapabilityPlan
  /// Number, soft and hard limit of each of process.rlimits.
  let rlimits: [(name: String, number: CInt, soft: UInt64, hard: UInt64)]
  /// Descriptors 3..<3+passedDescriptors go on to the container's process: those of LISTEN_FDS, then --preserve-fds.
  let passedDescriptors: CInt
  let listenDescriptors: Int
  /// See ``NotifySocket``.
  var hasNotifySocket = false

  static func plan(
    _ process: OCISpec.Process, inUserNamespace: Bool, listening: Int, preserved: Int, _ warn: (String) -> Void
  ) throws(Failure) -> ProcessPlan {
    ProcessPlan(
      process: process, capabilities: CapabilityPlan.plan(process.capabilities, inUserNamespace: inUserNamespace, warn),
      rlimits: try Rlimits.plan(process), passedDescriptors: CInt(listening + preserved), listenDescriptors: listening)
  }
}
