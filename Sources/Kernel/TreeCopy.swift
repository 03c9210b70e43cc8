import CLinux

extension Descriptor {
  /// Copies what a fresh tmpfs must show of the directory it covers: kinds, contents, owners, modes and
  /// extended attributes (the `tmpcopyup` mount option).
  package func copyContents(to target: borrowing Descriptor) throws(Failure) {
    for name in try entryNames() {
      try during("copying \(name)", try copyEntry(name, to: target))
    }
  }

  private func copyEntry(_ name: FileName, to target: borrowing Descriptor) throws(Failure) {
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
      // Not blocking, and looked at once more: who shares the files may have put a FIFO in its place.
      let source = try open(name, [.readOnly, .nonBlocking, .noFollow], resolve: [.beneath, .noSymlinks])
      guard try source.status().kind == .regular else { throw Failure("it changed while it was copied") }
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
      try target.makeNode(name, like: status)
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
    try setExtendedAttribute(name.utf8.map(CChar.init(bitPattern:)) + [0], value)
  }

  private func setExtendedAttribute(_ name: [CChar], _ value: [UInt8]) throws(Failure) {
    try call("fsetxattr") { unsafe apus_setxattr(number, name, value, value.count) }
  }

  /// With the NUL at the end of each.
  private func extendedAttributeNames() throws(Failure) -> [[CChar]] {
    var bytes = [CChar](repeating: 0, count: 64 << 10)
    do {
      let count = try call("flistxattr") { unsafe apus_listxattr(number, &bytes, bytes.count) }
      return bytes[..<count].split(separator: 0).map { $0 + [0] }
    } catch  where error.errno == .notSupported { return [] }
  }

  private func extendedAttribute(_ name: [CChar]) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = try call("fgetxattr") { unsafe apus_getxattr(number, name, &bytes, bytes.count) }
    return Array(bytes[..<count])
  }

  // MARK: Entries of the copy, under the very bytes of their names

  private func makeDirectory(_ name: FileName, mode: UInt32) throws(Failure) {
    try call("mkdirat") { unsafe apus_mkdirat(number, name.bytes, mode) }
  }

  private func makeSymbolicLink(_ name: FileName, to target: FileName) throws(Failure) {
    try call("symlinkat") { unsafe apus_symlinkat(target.bytes, number, name.bytes) }
  }

  private func makeNode(_ name: FileName, like status: FileStatus) throws(Failure) {
    let (mode, device) = (status.kind.modeBits | status.permissions, status.represents)
    try call("mknodat") { unsafe apus_mknodat(number, name.bytes, mode, device.major, device.minor) }
  }

  private func setOwner(of name: FileName, _ user: UInt32, _ group: UInt32) throws(Failure) {
    try call("fchownat") { unsafe apus_fchownat(number, name.bytes, user, group, 0x100) }  // AT_SYMLINK_NOFOLLOW
  }
}
