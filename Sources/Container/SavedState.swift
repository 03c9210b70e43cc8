import ControlGroups
import JSON
import Kernel
import OCISpec

/// state.json: what later invocations know of a container. It is private to apus; `state` prints ``State``.
struct SavedState {
  var id: String
  var ociVersion: String
  var bundle: String
  var rootfs: String
  /// RFC 3339, UTC.
  var created: String
  var ownerUID: UInt32
  /// 0 as long as there is no process.
  var pid: CInt
  /// Field 22 of /proc/PID/stat: with it a pid that went to another process is told apart.
  var startTime: UInt64
  /// Where the container's cgroup is and what of it is ours to remove.
  var controlGroup: ControlGroup.Record?
  /// For a container without a mount namespace, whose mounts are the host's: the mount its rootfs was on before them, so
  /// that `delete` removes those and never the engine's own.
  var hostMountID: UInt64?
  /// What `--ipc`, `--network`, `--pid` and `--uts` have made of linux.namespaces.
  var namespaces: [Namespace]?
  /// Groups of the resctrl file system that are removed with the container.
  var resourceControlGroups: [String]
  /// What `update` has changed since create and the cgroup itself does not tell.
  var limits: SavedLimits?
  var annotations: [String: String]
  /// How init has ended, as wait(2) says it, when a `run` has reaped it and the container is kept.
  var waitStatus: CInt?
  /// `--no-new-keyring`: there is no session keyring of the container's own for others to join.
  var noNewKeyring: Bool

  // MARK: The file

  static func load(root: String, id: String) throws(Failure) -> SavedState {
    try load(from: try StateDirectory.open(root: root, id: id, lock: false))
  }

  static func load(from directory: borrowing StateDirectory) throws(Failure) -> SavedState {
    let path = "\(directory.path)/\(StateDirectory.stateFile)"
    let bytes: [UInt8]
    do { bytes = try directory.read(StateDirectory.stateFile) } catch  where error.errno == .noSuchFileOrDirectory {
      throw Failure(
        "container does not exist",
        hint: "\(directory.path) has no state.json: a create that was interrupted, or is at work; `apus delete --force` clears it"
      )
    } catch { throw error.adding(context: "reading \(path)") }
    return try decode(bytes, path: path)
  }

  static func load(_ id: String, from root: borrowing StateRoot) throws(Failure) -> SavedState {
    let bytes = try root.read(StateDirectory.stateFile, of: id)
    return try decode(bytes, path: "\(root.path)/\(id)/\(StateDirectory.stateFile)")
  }

  /// - Parameter path: of the file, for messages.
  static func decode(_ bytes: [UInt8], path: @autoclosure () -> String) throws(Failure) -> SavedState {
    let reader: Reader
    do throws(SyntaxError) { reader = try Reader(parsing: bytes, isOwn: true) } catch {
      throw Failure("\(path()):\(error.line):\(error.column): \(error.message)")
    }
    let state = SavedState(reader)
    guard reader.problems.isEmpty else {
      throw Failure("\(path()): \(reader.problems.map { $0.description }.joined(separator: "; "))")
    }
    return state
  }

  func save(in directory: borrowing StateDirectory) throws(Failure) {
    try directory.write(Array(document.text(.compact).utf8), to: StateDirectory.stateFile)
  }

  /// The first half of saving: nobody sees it yet.
  func prepare(in directory: borrowing StateDirectory) throws(Failure) {
    try directory.prepare(StateDirectory.stateFile, with: Array(document.text(.compact).utf8))
  }

  /// The second half: what was prepared is the state.
  static func putPrepared(in directory: borrowing StateDirectory) throws(Failure) {
    try directory.put(StateDirectory.stateFile)
  }

  init(_ reader: Reader) {
    id = reader.string("id", .required) ?? ""
    ociVersion = reader.string("ociVersion", .required) ?? ""
    bundle = reader.string("bundle", .required) ?? ""
    rootfs = reader.string("rootfs", .required) ?? ""
    created = reader.string("created", .required) ?? ""
    ownerUID = reader.integer("owner", .required) ?? 0
    pid = reader.integer("pid", .required) ?? 0
    startTime = reader.integer("startTime", .required) ?? 0
    controlGroup = reader.object("cgroup") {
      ControlGroup.Record(
        path: $0.string("path", .required) ?? "", inode: $0.integer("inode", .required) ?? 0, created: $0.strings("created"),
        deviceProgram: $0.integer("deviceProgram"),
        unit: $0.object("unit") {
          ControlGroup.Record.Unit(name: $0.string("name", .required) ?? "", isOfUser: $0.flag("ofUser") ?? false)
        })
    }
    hostMountID = reader.integer("hostMountID")
    namespaces = reader.optionalObjects("namespaces", Namespace.init)
    resourceControlGroups = reader.strings("resourceControlGroups")
    limits = reader.object("limits") {
      SavedLimits(memorySwap: $0.integer("memorySwap"), checkBeforeUpdate: $0.flag("checkBeforeUpdate"))
    }
    annotations = reader.stringMap("annotations", opaque: true)
    waitStatus = reader.integer("waitStatus")
    noNewKeyring = reader.flag("noNewKeyring") ?? false
  }

  var document: JSONValue {
    var members: [(name: String, value: JSONValue)] = [
      ("id", .string(id)), ("ociVersion", .string(ociVersion)), ("bundle", .string(bundle)), ("rootfs", .string(rootfs)),
      ("created", .string(created)), ("owner", .integer(Int64(ownerUID))), ("pid", .integer(Int64(pid))),
      ("startTime", .unsigned(startTime)),
    ]
    if !annotations.isEmpty { members.append(("annotations", .map(annotations))) }
    if let waitStatus { members.append(("waitStatus", .integer(Int64(waitStatus)))) }
    if noNewKeyring { members.append(("noNewKeyring", .boolean(true))) }
    if let hostMountID { members.append(("hostMountID", .unsigned(hostMountID))) }
    if let namespaces { members.append(("namespaces", .array(namespaces.map { $0.document }))) }
    if !resourceControlGroups.isEmpty { members.append(("resourceControlGroups", .strings(resourceControlGroups))) }
    if let limits {
      var changed: [(name: String, value: JSONValue)] = []
      if let total = limits.memorySwap { changed.append(("memorySwap", .integer(total))) }
      if let check = limits.checkBeforeUpdate { changed.append(("checkBeforeUpdate", .boolean(check))) }
      members.append(("limits", .object(changed)))
    }
    if let controlGroup {
      var group: [(name: String, value: JSONValue)] = [
        ("path", .string(controlGroup.path)), ("inode", .unsigned(controlGroup.inode)),
        ("created", .strings(controlGroup.created)),
      ]
      if let program = controlGroup.deviceProgram { group.append(("deviceProgram", .unsigned(UInt64(program)))) }
      if let unit = controlGroup.unit {
        group.append(("unit", ["name": .string(unit.name), "ofUser": .boolean(unit.isOfUser)]))
      }
      members.append(("cgroup", .object(group)))
    }
    return .object(members)
  }

  // MARK: Making one

  init(new plan: Plan) {
    id = plan.id
    ociVersion = plan.spec.ociVersion
    bundle = plan.bundle
    rootfs = plan.rootfs.path
    created = Timestamp.now.rfc3339
    ownerUID = effectiveUserID
    pid = 0
    startTime = 0
    controlGroup = nil
    limits = nil
    namespaces = nil
    hostMountID = plan.namespaces.hasMountNamespace ? nil : plan.rootfs.mountID
    resourceControlGroups = plan.resourceControl?.ownGroups ?? []
    annotations = plan.spec.annotations
    waitStatus = nil
    noNewKeyring = plan.noNewKeyring
  }

  /// Gives the listener of the seccomp filter, loaded as the program was about to start, to its supervisor.
  ///
  /// - Parameter joined: the process under the filter, when it is not the container's first.
  func forward(_ listener: borrowing Descriptor, _ spec: Spec, joined: CInt? = nil) throws(Failure) {
    guard let seccomp = spec.linux.seccomp else {
      throw Failure("the container's process sent a seccomp listener without a filter")
    }
    let state = hookState.state(joined == nil ? .created : .running, pid: pid)
    try SeccompStep.forward(listener, seccomp, state, pid: joined ?? pid)
  }

  /// The cgroup was made for this container, so what is in it is this container's.
  var ownsControlGroup: Bool { controlGroup?.isOwned ?? false }

  var hookState: HookState { HookState(ociVersion: ociVersion, id: id, bundle: bundle, annotations: annotations) }

  // MARK: The process

  /// The container's init; nil when it has ended, reaped or not. A signal through the handle reaches it or nobody. Its *pid*
  /// may go to another process once it has ended: who opens a file of /proc/PID asks `hasEnded` afterwards.
  func initProcess(_ proc: ProcFS) throws(Failure) -> ProcessHandle? {
    if pid == 0 { return nil }
    guard let handle = try ProcessHandle.find(pid), try initStatus(proc) != nil else { return nil }
    return handle
  }

  /// The container's init as it is at this moment; nil when it has ended, reaped or not. For who only looks.
  func initStatus(_ proc: ProcFS) throws(Failure) -> ProcessStatus? {
    if pid == 0 { return nil }
    guard let found = try ProcessStatus.read(pid, proc), found.startTime == startTime, !found.hasEnded else { return nil }
    return found
  }
}
