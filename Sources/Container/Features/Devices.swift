import Kernel
import OCISpec

/// A device of the container, and where its node comes from.
struct PlannedDevice {
  let device: Device
  /// nil: init makes the node.
  let node: HostDevice?
}

/// A device of the host that is bound into the container.
enum HostDevice {
  /// A detached mount of its node.
  case tree(SharedDescriptor)
  /// The host has no privilege to copy the mount: init, in its own namespaces, does, as long as the root is the host's.
  case path
}

/// linux.devices and the default devices — config-linux.md "Devices", "Default Devices"
enum Devices {
  /// What every container has (config-linux.md "Default Devices").
  static let defaults: [Device] = [
    ("/dev/null", 1, 3), ("/dev/zero", 1, 5), ("/dev/full", 1, 7), ("/dev/random", 1, 8), ("/dev/urandom", 1, 9),
    ("/dev/tty", 5, 0),
  ].map { Device(type: .c, path: $0, major: $1, minor: $2, fileMode: 0o666, uid: 0, gid: 0) }

  private static let links = [
    ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"),
  ]

  /// The defaults, then what config.json lists; a listed one takes the place of a default at the same path.
  private static func wanted(_ spec: Spec) -> [Device] {
    let listed = Set(spec.linux.devices.map { $0.path })
    return defaults.filter { !listed.contains($0.path) } + spec.linux.devices
  }

  /// A /dev that is the host's, bound into the container, is left as it is.
  private static func leavesDevAlone(_ spec: Spec) -> Bool {
    spec.mounts.contains { mount in
      mount.destination.lexicallyNormalPath == "/dev" && MountOptions.parse(mount.options).isBind
    }
  }

  // MARK: Host

  /// In a user namespace mknod(2) is not allowed, whatever the capabilities: the host's nodes are bound instead.
  private static func areBound(hasUserNamespace: Bool) throws(Failure) -> Bool {
    if hasUserNamespace { return true }
    return try !UserNamespace.isInitial
  }

  /// nil where /dev is left as it is.
  static func plan(_ spec: Spec, _ namespaces: NamespacePlan) throws(Failure) -> [PlannedDevice]? {
    if leavesDevAlone(spec) { return nil }
    let areBound = try areBound(hasUserNamespace: namespaces.hasUserNamespace)
    var planned: [PlannedDevice] = []
    for device in wanted(spec) {
      let node = areBound && device.type != .p ? try during("device \(device.path)", try hostNode(device)) : nil
      planned.append(PlannedDevice(device: device, node: node))
    }
    return planned
  }

  /// How many descriptors the plan holds at most.
  static func descriptorCount(_ spec: Spec, _ namespaces: NamespacePlan) throws(Failure) -> Int {
    try areBound(hasUserNamespace: namespaces.hasUserNamespace) ? wanted(spec).count : 0
  }

  private static func hostNode(_ device: Device) throws(Failure) -> HostDevice {
    do { return .tree(SharedDescriptor(try copy(device))) } catch  where error.errno == .notPermitted {
      return .path
    }
  }

  /// A detached mount of the host's node alone.
  private static func copy(_ device: Device) throws(Failure) -> Descriptor {
    let node = try open(device).cloneMount(recursive: false)
    try node.setMountAttributes(set: [.noSetUserID, .noExecution], recursive: false)
    return node
  }

  private static func open(_ device: Device) throws(Failure) -> Descriptor {
    let node = try Descriptor.open(host: device.path, [.path])
    guard matches(try node.status(), device) else {
      throw Failure("the host's \(device.path) is another device than config.json asks for")
    }
    return node
  }

  /// What `plan` refuses; only looks.
  static func check(_ spec: Spec) throws(Failure) {
    guard try areBound(hasUserNamespace: spec.has(.user)), !leavesDevAlone(spec) else { return }
    for device in wanted(spec) where device.type != .p { _ = try during("device \(device.path)", try open(device)) }
  }

  // MARK: Init

  static func apply(_ plan: Plan, _ rootfs: borrowing Rootfs) throws(Failure) {
    guard let devices = plan.devices else { return }
    let dev = SharedDescriptor(try during("making /dev", try rootfs.openOrMake("/dev", .directory)))
    for planned in devices {
      try during("device \(planned.device.path)", try make(planned, dev, rootfs))
    }
    try during("linking in /dev", try makeLinks(dev.descriptor))
  }

  private static func make(
    _ planned: PlannedDevice, _ dev: SharedDescriptor, _ rootfs: borrowing Rootfs
  ) throws(Failure) {
    let path = planned.device.path.lexicallyNormalPath
    guard let (directory, name) = path.directoryAndName else { throw Failure("the path names no file") }
    if directory == "/dev" { return try make(planned, as: name, in: dev.descriptor) }
    try make(planned, as: name, in: try rootfs.openOrMake(directory, .directory))
  }

  private static func make(_ planned: PlannedDevice, as name: String, in parent: borrowing Descriptor) throws(Failure) {
    let device = planned.device
    switch planned.node {
    case .tree(let node): return try bind(node.descriptor, as: name, in: parent)
    case .path: return try bind(try copy(device), as: name, in: parent)
    case nil: break
    }
    let kind: FileStatus.Kind =
      switch device.type {
      case .c, .u: .characterDevice
      case .b: .blockDevice
      case .p: .fifo
      }
    do {
      try parent.makeDevice(
        name, kind: kind, mode: (device.fileMode ?? 0o666) & 0o7777,
        device: DeviceNumber(major: UInt32(truncatingIfNeeded: device.major), minor: UInt32(truncatingIfNeeded: device.minor)))
      try parent.setOwner(of: name, device.uid ?? 0, device.gid ?? 0)
    } catch  where error.errno == .fileExists {
      // "If a file already exists at path that does not match the requested device, the runtime MUST generate an error."
      guard matches(try parent.status(of: name), device) else {
        throw Failure("a file that is another or no device is already there", errno: .fileExists)
      }
    }
  }

  private static func bind(_ node: borrowing Descriptor, as name: String, in parent: borrowing Descriptor) throws(Failure) {
    do { try parent.makeFile(name) } catch  where error.errno == .fileExists {}
    let place = try parent.open(name, [.path, .noFollow], resolve: .beneath)
    guard try place.status().kind != .symbolicLink else { throw Failure("a symbolic link is already there", errno: .fileExists) }
    try node.attach(to: place)
  }

  private static func matches(_ status: FileStatus, _ device: Device) -> Bool {
    switch device.type {
    case .p: return status.kind == .fifo
    case .c, .u: guard status.kind == .characterDevice else { return false }
    case .b: guard status.kind == .blockDevice else { return false }
    }
    return Int64(status.represents.major) == device.major && Int64(status.represents.minor) == device.minor
  }

  /// runtime-linux.md "Dev symbolic links", and /dev/ptmx. What an image or a mount has there already stays.
  private static func makeLinks(_ dev: borrowing Descriptor) throws(Failure) {
    for (name, target) in links {
      do { try dev.makeSymbolicLink(name, to: target) } catch  where error.errno == .fileExists {}
    }
    // The container's own pts, never that of the image: a node 5:2 there would belong to the host's devpts.
    do { try dev.removeFile("ptmx") } catch  where error.errno == .noSuchFileOrDirectory {}
    try dev.makeSymbolicLink("ptmx", to: "pts/ptmx")
  }
}
