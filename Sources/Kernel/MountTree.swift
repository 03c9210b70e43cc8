import CLibc
import CLinux

/// MOUNT_ATTR_* bits of fsmount(2) and mount_setattr(2).
package struct MountAttributes: OptionSet, Sendable {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }
  package static var readOnly: MountAttributes { MountAttributes(rawValue: 0x1) }
  package static var noSetUserID: MountAttributes { MountAttributes(rawValue: 0x2) }
  package static var noDevices: MountAttributes { MountAttributes(rawValue: 0x4) }
  package static var noExecution: MountAttributes { MountAttributes(rawValue: 0x8) }
  package static var idMapped: MountAttributes { MountAttributes(rawValue: 0x10_0000) }
}

package enum MountPropagation: UInt64, Sendable {
  case unbindable = 0x2_0000
  case `private` = 0x4_0000
  case slave = 0x8_0000
  case shared = 0x10_0000
}

private let emptyPath: UInt32 = 0x1000  // AT_EMPTY_PATH
private let recursively: UInt32 = 0x8000  // AT_RECURSIVE
private let cloneTree: UInt32 = 1  // OPEN_TREE_CLONE
private let closeOnExec: UInt32 = 0o2000000  // OPEN_TREE_CLOEXEC

extension Descriptor {
  // MARK: Detached mounts. A mount is made apart from every tree, given its attributes, and only then attached, so
  // that there is no moment in which anyone sees it with wrong flags (open_tree(2), fsmount(2), move_mount(2); kernel 5.2).

  /// A detached copy of the mount this file is on, with this file as its root (open_tree(2) OPEN_TREE_CLONE).
  package func cloneMount(recursive: Bool) throws(Failure) -> Descriptor {
    let flags = emptyPath | cloneTree | closeOnExec | (recursive ? recursively : 0)
    return Descriptor(owning: try call("open_tree") { unsafe apus_open_tree(number, "", flags) })
  }

  /// Attaches this detached mount to `target`, a verified directory or file.
  package func attach(to target: borrowing Descriptor) throws(Failure) {
    let fromAndToAreDescriptors: UInt32 = 0x4 | 0x40  // MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH
    let other = target.number
    try call("move_mount") { unsafe apus_move_mount(number, "", other, "", fromAndToAreDescriptors) }
  }

  /// mount_setattr(2) on the mount whose root this is (kernel 5.12). Bits in `clear` go first, those in `set` after.
  package func setMountAttributes(
    set: MountAttributes = [], clear: MountAttributes = [], propagation: MountPropagation? = nil,
    userNamespace: SharedDescriptor? = nil, recursive: Bool
  ) throws(Failure) {
    var attributes = mount_attr(
      attr_set: set.rawValue, attr_clr: clear.rawValue, propagation: propagation?.rawValue ?? 0,
      userns_fd: UInt64(userNamespace?.descriptor.number ?? 0))
    try call("mount_setattr") {
      unsafe apus_mount_setattr(number, "", emptyPath | (recursive ? recursively : 0), &attributes)
    }
  }

  /// Detaches the mount whose root this is, and all that is mounted below it.
  package func unmount() throws(Failure) {
    let path = "/proc/\(procPath)"
    try call("umount2") { unsafe apus_umount2(path, MNT_DETACH_FLAG) }
  }

  // MARK: The tree of this process

  /// Makes the parent of the working directory's mount this process's root: pivot_root(".", "."), the old root
  /// stacked below and then let go. `self` is the new root and must be a mount.
  package func pivotRoot() throws(Failure) {
    let oldRoot = try Descriptor.open(host: "/", [.path, .directory])
    try changeWorkingDirectory()
    try call("pivot_root") { unsafe apus_pivot_root(".", ".") }
    // The old root now lies over ours. As a slave, what is unmounted here stays mounted on the host.
    try oldRoot.changeWorkingDirectory()
    try oldRoot.setMountAttributes(propagation: .slave, recursive: true)
    try call("umount2") { unsafe apus_umount2(".", MNT_DETACH_FLAG) }
    try call("chdir") { unsafe apus_chdir("/") }
  }

  /// MS_MOVE of this mount over `/` and chroot(2): what is done where pivot_root(2) cannot be (a ramfs root).
  package func moveToRootAndChroot() throws(Failure) {
    try changeWorkingDirectory()
    let root = try Descriptor.open(host: "/", [.path, .directory])
    try attach(to: root)
    try call("chroot") { unsafe apus_chroot(".") }
    try call("chdir") { unsafe apus_chdir("/") }
  }

  package func chroot() throws(Failure) {
    try changeWorkingDirectory()
    try call("chroot") { unsafe apus_chroot(".") }
  }

  package func changeWorkingDirectory() throws(Failure) { try call("fchdir") { apus_fchdir(number) } }
}

private let MNT_DETACH_FLAG: CInt = 2

/// Detaches everything mounted at the host path `path` and below it.
package func unmountTree(host path: String) throws(Failure) {
  try call("umount2") { unsafe apus_umount2(path, MNT_DETACH_FLAG | 8) }  // UMOUNT_NOFOLLOW
}

/// The classic mount(2), for what the newer calls cannot say: an option longer than fsconfig(2) takes (256 bytes),
/// MS_SILENT, MS_I_VERSION. `target` is written as `/proc/self/fd/N` so that even here no path is resolved.
package func mountClassically(
  source: String, on target: borrowing Descriptor, type: String, flags: UInt, data: String
) throws(Failure) {
  let path = "/proc/\(target.procPath)"
  try call("mount") { unsafe apus_mount(source, path, type, flags, data) }
}

/// fsopen(2), fspick(2): a file system being configured. `mount(attributes:)` makes the detached mount of a new one,
/// `reconfigure` gives one that is mounted its new options.
package struct FilesystemContext: ~Copyable {
  private let context: Descriptor

  package init(type: String) throws(Failure) {
    context = Descriptor(owning: try call("fsopen") { unsafe apus_fsopen(type) })
  }

  /// The file system that is mounted at `place`, which must be the root of a mount.
  package init(mountedAt place: borrowing Descriptor) throws(Failure) {
    let number = place.number
    let flags: UInt32 = 0x1 | 0x8  // FSPICK_CLOEXEC | FSPICK_EMPTY_PATH
    context = Descriptor(owning: try call("fspick") { unsafe apus_fspick(number, "", flags) })
  }

  package func set(_ key: String, _ value: String) throws(Failure) {
    try configure("fsconfig(\(key)=\(value))") { unsafe apus_fsconfig(context.number, 1, key, value, 0) }  // FSCONFIG_SET_STRING
  }

  package func setFlag(_ key: String) throws(Failure) {
    try configure("fsconfig(\(key))") { unsafe apus_fsconfig(context.number, 0, key, nil, 0) }  // FSCONFIG_SET_FLAG
  }

  /// Makes the superblock (or finds the one that exists) and a detached mount of it.
  package func mount(attributes: MountAttributes) throws(Failure) -> Descriptor {
    try configure("fsconfig(create)") { apus_fsconfig(context.number, 6, nil, nil, 0) }  // FSCONFIG_CMD_CREATE
    return Descriptor(
      owning: try call("fsmount") { apus_fsmount(context.number, UInt32(truncatingIfNeeded: attributes.rawValue)) })
  }

  package func reconfigure() throws(Failure) {
    try configure("fsconfig(reconfigure)") { apus_fsconfig(context.number, 7, nil, nil, 0) }  // FSCONFIG_CMD_RECONFIGURE
  }

  /// The kernel explains itself in a log that is read from the context: "e tmpfs: Bad value for 'size'".
  private func configure(_ what: String, _ body: () -> CInt) throws(Failure) {
    do { try call("fsconfig", body) } catch {
      var cause = what
      // The log is a courtesy of the file system: where there is none, the errno alone has to do.
      if let line = try? context.read(atMost: 512), line.count > 2 {
        cause += ": " + String(decoding: line.dropFirst(2).prefix { $0 != 0x0a }, as: UTF8.self)
      }
      throw Failure(cause, errno: error.errno)
    }
  }
}
