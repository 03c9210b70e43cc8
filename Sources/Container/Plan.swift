import ControlGroups
import Kernel
import OCISpec

/// All that was resolved, opened and compiled on the host before the container exists: what can fail on the host has
/// failed by then. Init has it by inheriting the memory; nothing is sent or parsed a second time.
///
/// A class, because it is large and handed on often: a struct would stand several times in each frame on the way.
final class Plan {
  let id: String
  let spec: Spec
  let bundle: String
  /// /proc of the host; see ``ProcFS``.
  let proc: ProcFS
  let namespaces: NamespacePlan
  /// The directory that becomes `/`.
  let rootfs: RootfsPlan
  var mounts: [PlannedMount] = []
  /// The SELinux context of file systems; none without SELinux.
  var mountLabel = MountLabel()
  /// The soft limit of open files to put back; nil when it was not raised.
  var openFileLimit: UInt64?
  /// nil where /dev is left as it is.
  var devices: [PlannedDevice]?
  var process: ProcessPlan?
  var console: ConsolePlan?
  var seccomp: SeccompPlan?
  var resourceControl: ResourceControl?
  let controlGroup: ControlGroupPlan
  /// Whether the user who runs apus may look into init until its program starts, at its namespaces above all: hooks do that,
  /// `exec` into a container that waits for `start`, and whoever sets up its network by its pid. The files of a process that is
  /// not dumpable are root's, so an ordinary user's is, and has id maps to be written. Nobody else can look into a process of
  /// a user namespace that was made for it.
  let isOpenToItsUser: Bool
  let noPivot: Bool
  /// Whether init tells its steps for the debug log.
  let tellsSteps: Bool
  let trace: Trace?
  let noNewKeyring: Bool
  /// What the state documents of hooks have in common.
  let hookState: HookState
  var hookOutput = HookOutput()

  private init(
    _ bundle: Bundle, _ request: CreateRequest, _ runtime: Runtime, directory: String, proc: ProcFS,
    namespaces: NamespacePlan, rootfs: RootfsPlan
  ) throws(Failure) {
    id = request.id
    spec = bundle.spec
    self.bundle = directory
    self.proc = proc
    self.namespaces = namespaces
    self.rootfs = rootfs
    controlGroup = try ControlGroupPlan.plan(spec.linux)
    isOpenToItsUser = effectiveUserID != 0 && namespaces.new.contains(.user)
    noPivot = request.noPivot
    tellsSteps = runtime.debug != nil
    trace = runtime.trace
    noNewKeyring = request.noNewKeyring
    hookState = HookState(ociVersion: spec.ociVersion, id: id, bundle: directory, annotations: spec.annotations)
  }

  /// Resolves, opens and compiles. Nothing outside of this process is changed yet.
  static func make(
    _ bundle: Bundle, _ request: CreateRequest, _ terminal: SharedDescriptor?, _ runtime: Runtime
  ) throws(Failure) -> Plan {
    let (spec, track) = (bundle.spec, runtime.trace?.host)
    track?.begin("namespaces, root, cgroup")
    try ExecLabels.check(spec.process)
    let proc = try ProcFS()
    let namespaces = try NamespacePlan.plan(spec)
    let directory = try BundleDirectory(bundle.path, proc)
    let rootfs = try RootfsPlan.plan(spec, directory, proc)
    let plan = try Plan(
      bundle, request, runtime, directory: directory.path, proc: proc, namespaces: namespaces, rootfs: rootfs)
    plan.openFileLimit = try OpenFileLimit.raise(
      for: Mounts.descriptorCount(spec) + (try Devices.descriptorCount(spec, namespaces)))
    track?.next("mounts, devices")
    plan.mountLabel = MountLabel.plan(spec, warn: runtime.warn)
    plan.mounts = try Mounts.plan(spec, directory, rootfs, namespaces, label: plan.mountLabel, proc, runtime.warn)
    plan.devices = try Devices.plan(spec, namespaces)
    track?.next("process")
    if let process = spec.process {
      plan.process = try ProcessPlan(
        process, spec, inUserNamespace: namespaces.hasUserNamespace, listening: ListenDescriptors.count,
        preserved: request.preserveFDs, runtime.warn)
      if process.terminal, let terminal { plan.console = ConsolePlan.plan(process, receiver: terminal) }
    }
    plan.hookOutput = try HookOutput.open(spec)
    plan.resourceControl = try ResourceControl.plan(spec, id: request.id, proc, runtime.warn)
    track?.next("seccomp")
    plan.seccomp = try SeccompFeature.plan(
      spec.linux.seccomp, cacheDirectory: "\(runtime.root)/\(StateDirectory.cache)/seccomp", warn: runtime.warn,
      debug: { runtime.debug?($0) })
    track?.end()
    return plan
  }
}
