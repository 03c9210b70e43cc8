import ControlGroups
import Kernel
import OCISpec

/// All that was resolved, opened and compiled on the host before the container exists: what can fail on the host has
/// failed by then. Init has it by inheriting the memory; nothing is sent or parsed a second time.
struct Plan {
  let id: String
  let spec: Spec
  let bundle: String
  /// /proc of the host; see ``ProcFS``.
  let proc: ProcFS
  var namespaces: NamespacePlan
  /// The directory that becomes `/`.
  var rootfs: RootfsPlan
  var mounts: [PlannedMount] = []
  /// The host's nodes for what a process in a user namespace may not mknod(2).
  var hostDevices: [String: SharedDescriptor] = [:]
  var process: ProcessPlan?
  var console: ConsolePlan?
  var seccomp: SeccompPlan?
  var noPivot: Bool
  var noNewKeyring: Bool
  /// The state directory's name for the hooks' state document.
  var hookState: HookState
}
