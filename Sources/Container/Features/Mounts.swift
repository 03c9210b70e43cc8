import Kernel
import OCISpec

/// mounts — config.md "Mounts"
///
/// The source of a bind mount is opened and copied by the host, with its attributes set, before the container exists: the
/// copy is a detached mount that init only has to attach. A file system is made by init, in whose namespaces it belongs; but
/// for an id-mapped one, which takes the host's rights.
struct PlannedMount {
  enum Source {
    /// A detached mount, ready to attach.
    case tree(SharedDescriptor, isDirectory: Bool)
    /// A bind mount the host has no privilege to copy: init, in its own namespaces, does.
    case path(String)
    /// `copy-symlink`: made anew, leading to the same place.
    case link(to: String)
    /// A file system: made by the host, or by init.
    case filesystem(SharedDescriptor?)
  }

  let mount: Mount
  let options: MountOptions
  /// Absolute, in the container.
  let destination: String
  let source: Source
  /// What SELinux is to see in the files of a file system.
  var label = MountLabel()

  /// What the messages call this mount: `mounting proc on /proc`.
  var name: String { "mounting \(mount.source.isEmpty ? mount.type : mount.source) on \(destination)" }

  /// A tree that is not of config.json: another container's /dev/shm.
  static func shared(destination: String, tree: SharedDescriptor) -> PlannedMount {
    PlannedMount(
      mount: Mount(destination: destination, type: "bind", source: destination, options: ["rbind"]),
      options: MountOptions.parse(["rbind"]), destination: destination, source: .tree(tree, isDirectory: true))
  }
}

enum Mounts {
  /// How many descriptors the plan holds at most: one for each mount, and one for the maps of id-mapped ones while it is made.
  static func descriptorCount(_ spec: Spec) -> Int {
    spec.mounts.count + IDMappedMounts.distinctMappings(spec.mounts)
  }

  static func plan(
    _ spec: Spec, _ bundle: BundleDirectory, _ rootfs: RootfsPlan, _ namespaces: NamespacePlan, label: MountLabel, _ proc: ProcFS,
    _ warn: (String) -> Void
  ) throws(Failure) -> [PlannedMount] {
    var planned: [PlannedMount] = []
    planned.reserveCapacity(spec.mounts.count)
    var idMaps = IDMappedMounts(spec.linux, namespaces, proc)
    for mount in spec.mounts {
      let options = MountOptions.parse(mount.options)
      // "SHOULD be absolute"; a relative one is taken from "/" (config.md "Mounts").
      let destination = mount.destination.lexicallyNormalPath
      guard destination != "/" else { throw Failure("mounting \(mount.source) on /: it would hide the root file system") }
      let path = bundle.path(of: mount.source)
      let name = "mounting \(options.isBind ? path : mount.source.isEmpty ? mount.type : mount.source) on \(destination)"
      let idMapping = try during(name, try idMaps.namespace(for: mount, options))
      var source = PlannedMount.Source.filesystem(nil)
      if options.isBind, !options.isRemount {
        source = try during(
          name, try bindSource(mount.source, path, bundle, options, rootfs, idMapping) { warn("\(name): \($0)") })
      }
      var entry = PlannedMount(mount: mount, options: options, destination: destination, source: source, label: label)
      if case .filesystem = source, let idMapping {
        entry = try during(name, try entry.made(with: idMapping))
      }
      planned.append(entry)
    }
    return planned
  }

  private static func bindSource(
    _ source: String, _ path: String, _ bundle: BundleDirectory, _ options: MountOptions, _ rootfs: RootfsPlan,
    _ idMapping: SharedDescriptor?, _ warn: (String) -> Void
  ) throws(Failure) -> PlannedMount.Source {
    let place = try during("opening the source \(path)", try bundle.open(source, openOptions(options)))
    if options.copiesLink, try place.status().kind == .symbolicLink {
      let target = try place.readLink()
      guard let text = target.text else { throw Failure("the link to \(target) is not UTF-8", errno: .illegalByteSequence) }
      return .link(to: text)
    }
    return try copy(of: place, path, options, rootfs, idMapping, warn)
  }

  /// A bind mount that is not of config.json, of a place that is open.
  static func planned(
    _ mount: Mount, copying place: borrowing Descriptor, _ rootfs: RootfsPlan, _ warn: (String) -> Void
  ) throws(Failure) -> PlannedMount {
    let options = MountOptions.parse(mount.options)
    let source = try copy(of: place, mount.source, options, rootfs, nil, warn)
    return PlannedMount(mount: mount, options: options, destination: mount.destination, source: source)
  }

  private static func openOptions(_ options: MountOptions) -> OpenOptions {
    options.sourceNoFollow || options.copiesLink ? [.path, .noFollow] : [.path]
  }

  private static func copy(
    of place: borrowing Descriptor, _ path: String, _ options: MountOptions, _ rootfs: RootfsPlan, _ idMapping: SharedDescriptor?,
    _ warn: (String) -> Void
  ) throws(Failure) -> PlannedMount.Source {
    let isDirectory = try place.status().kind == .directory
    do {
      let tree = try copy(place, options)
      try prepareBind(tree, options, rootfs, warn)
      if let idMapping { try IDMappedMounts.apply(idMapping, options, to: tree) }
      return .tree(SharedDescriptor(tree), isDirectory: isDirectory)
    } catch  where error.errno == .notPermitted && error.cause == "open_tree" && idMapping == nil {
      return .path(path)
    }
  }

  private static func copy(_ place: borrowing Descriptor, _ options: MountOptions) throws(Failure) -> Descriptor {
    do { return try place.cloneMount(recursive: options.isRecursive) } catch
      where error.errno == .invalidArgument && !options.isRecursive
    {
      throw error.adding(hint: "mounts below it that came from outside of this user namespace must come along: use rbind")
    }
  }

  /// The attributes and the propagation of a bind mount, set while nobody can see it.
  private static func prepareBind(
    _ tree: borrowing Descriptor, _ options: MountOptions, _ rootfs: RootfsPlan, _ warn: (String) -> Void
  ) throws(Failure) {
    try rootfs.wantedPropagation.apply(to: tree)
    try BindAttributes.set(options, of: tree, warn)
    for propagation in options.propagation { try propagation.apply(to: tree) }
  }

  // MARK: Init

  /// Mounts everything, in the order of config.json.
  static func apply(
    _ plan: Plan, _ rootfs: borrowing Rootfs, _ readOnlyLater: inout [SharedDescriptor], _ warn: (String) -> Void
  ) throws(Failure) {
    for mount in plan.mounts {
      plan.trace?.child.begin(mount.name)
      try during(mount.name, try attach(mount, plan, rootfs, &readOnlyLater) { warn("\(mount.name): \($0)") })
      plan.trace?.child.end()
    }
  }

  private static func attach(
    _ planned: PlannedMount, _ plan: Plan, _ rootfs: borrowing Rootfs, _ readOnlyLater: inout [SharedDescriptor],
    _ warn: (String) -> Void
  ) throws(Failure) {
    if planned.options.isRemount { return try remount(planned, rootfs, warn) }
    switch planned.source {
    case .tree(let tree, let isDirectory):
      let target = try MountTarget.open(planned, isDirectory: isDirectory, rootfs)
      try tree.descriptor.attach(to: target)
      tree.closeInChild()  // a container with a thousand of them needs room for other files
    case .path(let path):
      let options = openOptions(planned.options)
      let place = try UnreachablePath.explaining(path) { () throws(Failure) in try Descriptor.open(host: path, options) }
      let target = try MountTarget.open(planned, isDirectory: try place.status().kind == .directory, rootfs)
      let tree = try copy(place, planned.options)
      try prepareBind(tree, planned.options, plan.rootfs, warn)
      try tree.attach(to: target)
    case .link(let target): try rootfs.makeLink(planned.destination, to: target)
    case .filesystem(let made?):
      let target = try MountTarget.open(planned, isDirectory: true, rootfs)
      try finish(made.descriptor, planned, on: target, plan, &readOnlyLater)
      made.closeInChild()
    case .filesystem(nil):
      let target = try MountTarget.open(planned, isDirectory: true, rootfs)
      if Filesystems.needsClassicMount(planned) {
        return try mountClassic(planned, on: target, plan, rootfs, &readOnlyLater, warn)
      }
      let tree = try Filesystems.make(planned)
      try finish(tree, planned, on: target, plan, &readOnlyLater)
    }
  }

  /// What only can be done to a new file system: filled with what it covers, left writable until all is in place.
  private static func finish(
    _ tree: borrowing Descriptor, _ planned: PlannedMount, on target: borrowing Descriptor, _ plan: Plan,
    _ readOnlyLater: inout [SharedDescriptor]
  ) throws(Failure) {
    if planned.options.tmpcopyup {
      // An O_PATH descriptor cannot be read: both are opened again.
      let covered = try plan.proc.reopen(target, [.readOnly, .directory])
      let fresh = try tree.open(".", [.readOnly, .directory], resolve: .beneath)
      try during("copying up \(planned.destination)", try covered.copyContents(to: fresh))
      let status = try target.status()
      try fresh.setOwner(status.owner, status.group)
      try fresh.setPermissions(status.permissions)
    }
    try BindAttributes.setRecursively(planned.options, of: tree)
    for propagation in planned.options.propagation { try propagation.apply(to: tree) }
    try tree.attach(to: target)
    if Filesystems.becomesReadOnlyLater(planned) { readOnlyLater.append(SharedDescriptor(try tree.duplicate())) }
  }

  /// A file system whose options the newer calls cannot take. mount(2) gives no descriptor of what it has made, and what its
  /// path leads to a moment later may be another mount. So it is made in a tmpfs of ours, which lies over the root for as
  /// long, and what is attached is a copy from there.
  private static func mountClassic(
    _ planned: PlannedMount, on target: borrowing Descriptor, _ plan: Plan, _ rootfs: borrowing Rootfs,
    _ readOnlyLater: inout [SharedDescriptor], _ warn: (String) -> Void
  ) throws(Failure) {
    let stage = try FilesystemContext(type: "tmpfs").mount(attributes: [])
    try stage.makeDirectory("fs")
    try stage.attach(to: rootfs.root)
    let made = Result { () throws(Failure) in
      try Filesystems.mountClassic(planned, on: try stage.open("fs", [.path, .directory], resolve: .beneath))
      return SharedDescriptor(try stage.open("fs", [.path, .directory], resolve: .beneath).cloneMount(recursive: false))
    }
    try stage.unmount()
    let tree = try made.get()
    var options = planned.options
    if Filesystems.becomesReadOnlyLater(planned) { options.attributes.set.remove(.readonly) }
    try BindAttributes.set(options, of: tree.descriptor, warn)
    try finish(tree.descriptor, planned, on: target, plan, &readOnlyLater)
  }

  /// `remount`: new attributes for what is mounted there already, and new options for its file system.
  private static func remount(
    _ planned: PlannedMount, _ rootfs: borrowing Rootfs, _ warn: (String) -> Void
  ) throws(Failure) {
    let place = try rootfs.open(planned.destination)
    if !planned.options.isBind { try Filesystems.reconfigure(planned, at: place) }
    try BindAttributes.set(planned.options, of: place, warn)
    for propagation in planned.options.propagation { try propagation.apply(to: place) }
  }
}

extension Propagation {
  func apply(to tree: borrowing Descriptor) throws(Failure) {
    let kernel: MountPropagation =
      switch kind {
      case .private: .private
      case .shared: .shared
      case .slave: .slave
      case .unbindable: .unbindable
      }
    try during("making it \(kind)", try tree.setMountAttributes(propagation: kernel, recursive: isRecursive))
  }
}
