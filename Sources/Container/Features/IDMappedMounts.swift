import Kernel
import OCISpec

/// mounts[].uidMappings, gidMappings, the options `idmap` and `ridmap` — config.md "POSIX-platform Mounts", "Linux mount options"
///
/// The kernel takes the maps from a user namespace (mount_setattr(2) MOUNT_ATTR_IDMAP, kernel 5.12). It asks for rights in
/// that namespace and in the one the file system was made in, and for a mount that nobody has seen yet; so all of it is done
/// by the host.
struct IDMappedMounts {
  private let linux: Linux
  private let namespaces: NamespacePlan
  private let proc: ProcFS
  /// The namespaces made so far: mounts with equal maps share one.
  private var made: [(maps: Maps, namespace: SharedDescriptor)] = []

  private struct Maps: Equatable {
    var users: [IDMapping]
    var groups: [IDMapping]
  }

  init(_ linux: Linux, _ namespaces: NamespacePlan, _ proc: ProcFS) {
    self.linux = linux
    self.namespaces = namespaces
    self.proc = proc
  }

  /// How many namespaces `mounts` need.
  static func distinctMappings(_ mounts: [Mount]) -> Int {
    var found: [Maps] = []
    for mount in mounts where isWanted(mount) {
      let maps = Maps(users: mount.uidMappings, groups: mount.gidMappings)
      if !found.contains(maps) { found.append(maps) }
    }
    return found.count
  }

  /// Mappings without the option mean `idmap`, as engines send them.
  private static func isWanted(_ mount: Mount) -> Bool {
    !mount.uidMappings.isEmpty || !mount.gidMappings.isEmpty || mount.options.contains { $0 == "idmap" || $0 == "ridmap" }
  }

  /// The user namespace whose maps are those of the mount; nil for one that is not id-mapped. With the option alone they
  /// are those of the container's user namespace: the joined one itself, or another with the maps the new one will have.
  mutating func namespace(for mount: Mount, _ options: MountOptions) throws(Failure) -> SharedDescriptor? {
    guard IDMappedMounts.isWanted(mount) else { return nil }
    var maps = Maps(users: mount.uidMappings, groups: mount.gidMappings)
    if maps.users.isEmpty, maps.groups.isEmpty {
      if let joined = namespaces.joinedUser { return joined }
      maps = Maps(users: linux.uidMappings, groups: linux.gidMappings)
    }
    if let there = made.first(where: { $0.maps == maps }) { return there.namespace }
    let namespace = try during("making a user namespace for its id mappings", try makeNamespace(with: maps))
    made.append((maps, namespace))
    return namespace
  }

  /// `ridmap` maps all below the mount as well; `idmap` the mount alone, even of an `rbind`.
  static func apply(_ namespace: SharedDescriptor, _ options: MountOptions, to tree: borrowing Descriptor) throws(Failure) {
    do {
      try tree.setMountAttributes(set: .idMapped, userNamespace: namespace, recursive: options.idMapping == .ridmap)
    } catch  where error.errno == .invalidArgument {
      throw error.adding(context: "mapping its ids").adding(
        hint: "its file system type does not support id-mapped mounts on this kernel")
    } catch  where error.errno == .notPermitted {
      throw error.adding(context: "mapping its ids").adding(
        hint: "it may be id-mapped already, or belong to another user namespace")
    } catch { throw error.adding(context: "mapping its ids") }
  }

  /// A namespace lives as long as its descriptor; the process in it only until the maps are written.
  private func makeNamespace(with maps: Maps) throws(Failure) -> SharedDescriptor {
    var linux = Linux()
    linux.uidMappings = maps.users
    linux.gidMappings = maps.groups
    let ends = try SocketPair()
    let child = try spawn(namespaces: .user) {
      ends.closeHostEndInChild()
      _ = Result { () throws(Failure) in try ends.child.receive() }  // nobody speaks: it ends with us, should we be killed
      endProcess(0)
    }
    let result = Result { () throws(Failure) in
      try IDMappings.write(linux, pid: child.pid, proc)
      return SharedDescriptor(try proc.openNamespace("user", of: child.pid))
    }
    try child.send(signal: Signals.kill)
    _ = try child.reap()
    return try result.get()
  }
}

extension PlannedMount {
  /// With the file system made here, on the host, and its ids mapped: a user namespace of a container owns what is made in it,
  /// and the kernel maps nothing for such an owner.
  func made(with idMapping: SharedDescriptor) throws(Failure) -> PlannedMount {
    if Filesystems.needsClassicMount(self) {
      throw Failure(
        "an id-mapped mount cannot have iversion, silent, or an option of 256 bytes and more",
        hint: "only mount(2) takes these, and what it mounts is seen at once")
    }
    let tree = try Filesystems.make(self)
    try IDMappedMounts.apply(idMapping, options, to: tree)
    return PlannedMount(
      mount: mount, options: options, destination: destination, source: .filesystem(SharedDescriptor(tree)), label: label)
  }
}
