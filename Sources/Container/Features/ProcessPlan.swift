import Kernel
import OCISpec

/// process — config.md "Process": what can be settled on the host, and what else of config.json belongs to each process.
///
/// A class, as ``Plan`` is: what a copy refers to is counted, and a count that is written in init is a page of its own.
final class ProcessPlan {
  let process: OCISpec.Process
  let personality: Personality?
  let memoryPolicy: MemoryPolicy?
  let keepsGroups: Bool
  let capabilities: CapabilityPlan
  /// Number, soft and hard limit of each of process.rlimits.
  let rlimits: [(name: String, number: CInt, soft: UInt64, hard: UInt64)]
  /// Descriptors 3..<3+passedDescriptors go on to the container's process: those of LISTEN_FDS, then --preserve-fds.
  let passedDescriptors: CInt
  let listenDescriptors: Int
  /// See ``NotifySocket``.
  var hasNotifySocket = false

  /// - Parameters:
  ///   - process: that of config.json, or of `exec`.
  ///   - spec: of the container.
  init(
    _ process: OCISpec.Process, _ spec: Spec, inUserNamespace: Bool, listening: Int, preserved: Int, _ warn: (String) -> Void
  ) throws(Failure) {
    self.process = process
    personality = spec.linux.personality
    memoryPolicy = spec.linux.memoryPolicy
    keepsGroups = Credentials.keepsGroups(spec)
    capabilities = CapabilityPlan.plan(process.capabilities, inUserNamespace: inUserNamespace, warn)
    rlimits = try Rlimits.plan(process)
    passedDescriptors = CInt(listening + preserved)
    listenDescriptors = listening
  }
}
