import CLinux
import Glibc
import SystemPackage

// Changes below an open directory. A name is one component or a path whose every directory is ours; a name that comes
// from a config is resolved by `open(_:_:resolve:)` first.
extension Descriptor {
  package func makeDirectory(_ name: String, mode: UInt32 = 0o755) throws(Failure) {
    try call("mkdirat") { unsafe apus_mkdirat(number, name, mode) }
  }

  package func makeDevice(_ name: String, kind: FileStatus.Kind, mode: UInt32, device: DeviceNumber) throws(Failure) {
    let type: UInt32 =
      switch kind {
      case .characterDevice: S_IFCHR
      case .blockDevice: S_IFBLK
      case .fifo: S_IFIFO
      default: S_IFREG
      }
    try call("mknodat") { unsafe apus_mknodat(number, name, type | mode, device.major, device.minor) }
  }

  package func makeSymbolicLink(_ name: String, to target: String) throws(Failure) {
    try call("symlinkat") { unsafe apus_symlinkat(target, number, name) }
  }

  /// Creates an empty regular file; EEXIST when anything, a link too, has the name.
  package func makeFile(_ name: String, mode: UInt32 = 0o644) throws(Failure) {
    try call("mknodat") { unsafe apus_mknodat(number, name, S_IFREG | mode, 0, 0) }
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

  /// The names in this directory, without `.` and `..`. The descriptor must not be a `.path` one.
  package func entries() throws(Failure) -> [String] {
    var names: [String] = []
    try rewind()  // a second listing of the same descriptor would be empty otherwise
    while true {
      var failure: Failure?
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 32 << 10) { buffer, count in
        do throws(Failure) {
          count = try call("getdents64") { unsafe apus_getdents64(number, buffer.baseAddress, buffer.count) }
        } catch { failure = error }
      }
      if let failure { throw failure }
      if bytes.isEmpty { return names }
      var offset = 0
      while offset < bytes.count {
        // struct linux_dirent64: u64 inode, s64 offset, u16 length of the record, u8 type, then the name and its NUL.
        let length = Int(bytes[offset + 16]) | Int(bytes[offset + 17]) << 8
        let name = bytes[(offset + 19)..<(offset + length)].prefix { $0 != 0 }
        if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) { names.append(String(decoding: name, as: UTF8.self)) }
        offset += length
      }
    }
  }

  /// Removes all that is below this directory, never crossing into another mount or through a link.
  package func removeContents() throws(Failure) {
    for name in try entries() {
      do { try removeFile(name) } catch  where error.errno == .isDirectory || error.errno == .notPermitted {
        let below = try open(name, [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks, .noCrossDevice])
        try below.removeContents()
        try removeDirectory(name)
      }
    }
  }

  /// Copies what a fresh tmpfs must show of the directory it covers: kinds, contents, owners, modes and
  /// extended attributes (the `tmpcopyup` mount option).
  package func copyContents(to target: borrowing Descriptor) throws(Failure) {
    for name in try entries() {
      try during("copying \(name)", try copyEntry(name, to: target))
    }
  }

  private func copyEntry(_ name: String, to target: borrowing Descriptor) throws(Failure) {
    let status = try status(of: name)
    switch status.kind {
    case .symbolicLink:
      try target.makeSymbolicLink(name, to: try readLink(name))
    case .directory:
      try target.makeDirectory(name, mode: 0o700)
      let source = try open(name, [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks])
      let copy = try target.open(name, [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks])
      try source.copyContents(to: copy)
      try copy.takeOver(from: source, status)
    case .regular:
      let source = try open(name, [.readOnly, .noFollow], resolve: [.beneath, .noSymlinks])
      let copy = try target.open(
        name, [.writeOnly, .create, .exclusive, .noFollow], resolve: [.beneath, .noSymlinks], mode: 0o600)
      while true {
        let bytes = try source.read(atMost: 256 << 10)
        if bytes.isEmpty { break }
        try copy.writeAll(bytes)
      }
      try copy.takeOver(from: source, status)
    case .socket, .unknown:
      return  // a socket without its listener is of no use to anyone
    case .characterDevice, .blockDevice, .fifo:
      try target.makeDevice(name, kind: status.kind, mode: status.permissions, device: status.represents)
    }
    if status.kind != .directory && status.kind != .regular { try target.setOwner(of: name, status.owner, status.group) }
  }

  /// Gives this copy the owner, the mode and the extended attributes of its original. Owner first: chown(2) clears set-id bits.
  private func takeOver(from original: borrowing Descriptor, _ status: FileStatus) throws(Failure) {
    try setOwner(status.owner, status.group)
    try setPermissions(status.permissions)
    for name in try original.extendedAttributeNames() {
      let value = try original.extendedAttribute(name)
      do {
        try setExtendedAttribute(name, value)
      } catch  where error.errno == .notSupported || error.errno == .notPermitted {
        continue  // tmpfs takes only trusted.* and security.* (user.* since 6.6), and those only from the initial user namespace
      }
    }
  }

  package func setExtendedAttribute(_ name: String, _ value: [UInt8]) throws(Failure) {
    try call("fsetxattr") { unsafe apus_setxattr(number, name, value, value.count) }
  }

  private func extendedAttributeNames() throws(Failure) -> [String] {
    var bytes = [CChar](repeating: 0, count: 64 << 10)
    do {
      let count = try call("flistxattr") { unsafe apus_listxattr(number, &bytes, bytes.count) }
      return bytes[..<count].split(separator: 0).map { String(decoding: $0.map(UInt8.init(bitPattern:)), as: UTF8.self) }
    } catch  where error.errno == .notSupported { return [] }
  }

  private func extendedAttribute(_ name: String) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = try call("fgetxattr") { unsafe apus_getxattr(number, name, &bytes, bytes.count) }
    return Array(bytes[..<count])
  }
}

/// mkdir(2) on the host; a directory that is there already is taken as it is.
package func makeDirectory(host path: String, mode: UInt32) throws(Failure) {
  do { try call("mkdir") { unsafe apus_mkdirat(AT_FDCWD, path, mode) } } catch  where error.errno == .fileExists {}
}
