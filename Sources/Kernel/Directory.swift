import CLibc
import CLinux

// Changes below an open directory. A name is one component or a path whose every directory is ours; a name that comes
// from a config is resolved by `open(_:_:resolve:)` first.
extension Descriptor {
  package func makeDirectory(_ name: String, mode: UInt32 = 0o755) throws(Failure) {
    try call("mkdirat") { unsafe apus_mkdirat(number, name, mode) }
  }

  package func makeDevice(_ name: String, kind: FileStatus.Kind, mode: UInt32, device: DeviceNumber) throws(Failure) {
    try call("mknodat") { unsafe apus_mknodat(number, name, kind.modeBits | mode, device.major, device.minor) }
  }

  package func makeSymbolicLink(_ name: String, to target: String) throws(Failure) {
    try call("symlinkat") { unsafe apus_symlinkat(target, number, name) }
  }

  /// Creates an empty regular file; EEXIST when anything, a link too, has the name.
  package func makeFile(_ name: String, mode: UInt32 = 0o644) throws(Failure) {
    try call("mknodat") { unsafe apus_mknodat(number, name, UInt32(CLibc.S_IFREG) | mode, 0, 0) }
  }

  /// Gives a file of this directory a second name.
  package func link(_ name: String, as other: String) throws(Failure) {
    try call("linkat") { unsafe apus_linkat(number, name, other) }
  }

  package func removeFile(_ name: String) throws(Failure) { try call("unlinkat") { unsafe apus_unlinkat(number, name, 0) } }

  package func removeDirectory(_ name: String) throws(Failure) {
    try call("unlinkat") { unsafe apus_unlinkat(number, name, 0x200) }  // AT_REMOVEDIR
  }

  package func rename(_ name: String, to other: String) throws(Failure) {
    try call("renameat") { unsafe apus_renameat(number, name, other) }
  }

  package func setPermissions(_ mode: UInt32) throws(Failure) { try call("fchmod") { apus_fchmod(number, mode) } }

  package func setOwner(_ user: UInt32, _ group: UInt32) throws(Failure) {
    try call("fchownat") { unsafe apus_fchownat(number, "", user, group, 0x1000) }  // AT_EMPTY_PATH
  }

  /// Changes the owner of an entry; a symbolic link itself, not what it leads to.
  package func setOwner(of name: String, _ user: UInt32, _ group: UInt32) throws(Failure) {
    try call("fchownat") { unsafe apus_fchownat(number, name, user, group, 0x100) }  // AT_SYMLINK_NOFOLLOW
  }

  /// Removes all that is below this directory, never crossing into another mount or through a link.
  package func removeContents() throws(Failure) {
    for name in try entryNames() {
      do { try removeFile(name) } catch  where error.errno == .isDirectory || error.errno == .notPermitted {
        let below = try open(name, [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks, .noCrossDevice])
        try below.removeContents()
        try removeDirectory(name)
      }
    }
  }
}

extension FileStatus.Kind {
  /// CLibc.S_IF*: what mknod(2) makes; a regular file where it can make none.
  var modeBits: UInt32 {
    let bits =
      switch self {
      case .characterDevice: CLibc.S_IFCHR
      case .blockDevice: CLibc.S_IFBLK
      case .fifo: CLibc.S_IFIFO
      default: CLibc.S_IFREG
      }
    return UInt32(bits)
  }
}

/// mkdir(2) on the host; a directory that is there already is taken as it is.
package func makeDirectory(host path: String, mode: UInt32) throws(Failure) {
  do { try call("mkdir") { unsafe apus_mkdirat(AT_FDCWD, path, mode) } } catch  where error.errno == .fileExists {}
}
