import Kernel
import OCISpec
import SystemPackage

/// mounts[].uidMappings, gidMappings, the options `idmap` and `ridmap` — config.md "POSIX-platform Mounts"
///
/// The kernel takes the maps from a user namespace (mount_setattr(2) MOUNT_ATTR_IDMAP, kernel 5.12), so one is made for
/// them; it lives as long as its descriptor.
enum IDMappedMounts {
  /// The mappings of the mount; with the option alone, those of the container's user namespace. Mappings without the
  /// option mean `idmap`, as engines send them.
  static func plan(_ mount: Mount, _ options: MountOptions, _ linux: Linux, _ proc: ProcFS) throws(Failure) -> SharedDescriptor? {
    var maps = linux
    if !mount.uidMappings.isEmpty || !mount.gidMappings.isEmpty {
      maps.uidMappings = mount.uidMappings
      maps.gidMappings = mount.gidMappings
    } else if options.idMapping == .none {
      return nil
    }
    guard !maps.uidMappings.isEmpty, !maps.gidMappings.isEmpty else {
      throw Failure("the id-mapped mount has no mappings, and there is no user namespace to take them from")
    }
    return try during("making a user namespace for its id mappings", try userNamespace(with: maps, proc))
  }

  static func apply(_ mapping: SharedDescriptor?, _ options: MountOptions, to tree: borrowing Descriptor) throws(Failure) {
    guard let mapping else { return }
    do {
      try tree.setMountAttributes(set: .idMapped, userNamespace: mapping, recursive: options.idMapping == .ridmap)
    } catch  where error.errno == .invalidArgument {
      throw error.adding(context: "mapping its ids").adding(
        hint: "its file system type does not support id-mapped mounts on this kernel")
    } catch { throw error.adding(context: "mapping its ids") }
  }

  private static func userNamespace(with maps: Linux, _ proc: ProcFS) throws(Failure) -> SharedDescriptor {
    let child = try spawn(namespaces: .user) { while true { sleep(milliseconds: 60_000) } }
    let result = Result { () throws(Failure) in
      try IDMappings.write(maps, pid: child.pid, proc)
      return SharedDescriptor(try proc.openNamespace("user", of: child.pid))
    }
    try child.send(signal: Signals.kill)
    _ = try child.reap()
    return try result.get()
  }
}
