import CLibc
import CLinux
import CStart

/// What statx(2) says of an open file: enough to verify it before it is trusted.
package struct FileStatus: Sendable {
  package enum Kind: Sendable { case regular, directory, symbolicLink, characterDevice, blockDevice, fifo, socket, unknown }

  package let kind: Kind
  /// Permission bits, set-id bits and the sticky bit.
  package let permissions: UInt32
  package let owner: UInt32
  package let group: UInt32
  package let inode: UInt64
  package let size: UInt64
  /// Of the mount it was reached through (kernel 5.8).
  package let mountID: UInt64
  /// Of the file system the file is on.
  package let device: DeviceNumber
  /// Of the device a device node stands for.
  package let represents: DeviceNumber

  static let wanted: UInt32 = 0x17ff  // STATX_BASIC_STATS | STATX_MNT_ID

  init(_ status: statx) {
    switch CInt(status.stx_mode) & CLibc.S_IFMT {
    case CLibc.S_IFREG: kind = .regular
    case CLibc.S_IFDIR: kind = .directory
    case CLibc.S_IFLNK: kind = .symbolicLink
    case CLibc.S_IFCHR: kind = .characterDevice
    case CLibc.S_IFBLK: kind = .blockDevice
    case CLibc.S_IFIFO: kind = .fifo
    case CLibc.S_IFSOCK: kind = .socket
    default: kind = .unknown
    }
    permissions = UInt32(status.stx_mode) & 0o7777
    owner = status.stx_uid
    group = status.stx_gid
    inode = status.stx_ino
    size = status.stx_size
    mountID = status.stx_mnt_id
    device = DeviceNumber(major: status.stx_dev_major, minor: status.stx_dev_minor)
    represents = DeviceNumber(major: status.stx_rdev_major, minor: status.stx_rdev_minor)
  }
}

package struct DeviceNumber: Hashable, Sendable {
  package let major: UInt32
  package let minor: UInt32
  package init(major: UInt32, minor: UInt32) {
    self.major = major
    self.minor = minor
  }
}

/// fstatfs(2) f_type of the file systems whose identity matters.
package enum FileSystemMagic {
  package static let procfs = 0x9fa0
  package static let sysfs = 0x6265_6572
  package static let devpts = 0x1cd1
  package static let cgroup2 = 0x6367_7270
  package static let resctrl = 0x0765_5821
  /// No kernel has code to write to it.
  static func isUnwritable(_ magic: Int) -> Bool { apus_is_unwritable(UInt64(magic)) != 0 }
  /// The kernel itself decides who may write, by owner, mode and POSIX ACL: ext2 to ext4, XFS, Btrfs, F2FS, tmpfs, overlayfs.
  static func isGuardedByModes(_ magic: Int) -> Bool {
    [0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x0102_1994, 0x794c_7630].contains(magic)
  }
}

private let emptyPath: CInt = 0x1000  // AT_EMPTY_PATH
private let noFollowLink: CInt = 0x100  // AT_SYMLINK_NOFOLLOW

extension FileStatus {
  /// Of a path of the host, links followed.
  static func of(host path: String) throws(Failure) -> FileStatus {
    var result = statx()
    try call("statx") { unsafe apus_statx(AT_FDCWD, path, 0, wanted, &result) }
    return FileStatus(result)
  }
}

extension Descriptor {
  package func status() throws(Failure) -> FileStatus {
    var result = statx()
    try call("statx") { unsafe apus_statx(number, "", emptyPath, FileStatus.wanted, &result) }
    return FileStatus(result)
  }

  /// The status of an entry of this directory; a symbolic link is not followed.
  package func status(of name: String) throws(Failure) -> FileStatus {
    var result = statx()
    try call("statx") { unsafe apus_statx(number, name, noFollowLink, FileStatus.wanted, &result) }
    return FileStatus(result)
  }

  /// f_type of the file system the file is on; see ``FileSystemMagic``.
  package func fileSystemMagic() throws(Failure) -> Int { try fileSystem().magic }

  /// Besides, whether the mount this file was reached through, or its file system, is read-only (statfs(2) ST_RDONLY).
  func fileSystem() throws(Failure) -> (magic: Int, isReadOnly: Bool) {
    var type: UInt64 = 0
    var flags: UInt64 = 0
    try call("fstatfs") { unsafe apus_fstatfs(number, &type, &flags) }
    return (Int(type), flags & 1 != 0)
  }
}
