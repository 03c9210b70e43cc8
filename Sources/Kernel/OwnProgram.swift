import CLibc
import CLinux
import CStart

/// The file this process is the program of.
///
/// A process that enters a container can be made to show it there: as `/proc/self/exe` in process.args, in a `#!` line or
/// as an ELF interpreter, the program of the container *is* the runtime, and root in there opens `/proc/PID/exe` for
/// writing once nothing runs it any more (CVE-2019-5736). So such a process runs from a copy that nobody can write to.
package enum OwnProgram {
  /// Starts this very program again from such a copy, with the same arguments, environment, descriptors and pid, unless it
  /// runs from one already: as a rule the first instructions have seen to that (`CStart`).
  package static func protect() throws(Failure) {
    let own = try open()
    if try isProtected(own) { return try nameProcess() }
    let mount = try readOnlyMount(of: own)
    if mount == nil, try isOutOfReach(own) { return }
    let copy = if let mount { mount } else { try sealedCopy(of: own) }
    try call("execveat") { unsafe apus_fexecve(copy.number, apus_arguments(), apus_environment()) }
  }

  private static func open() throws(Failure) -> Descriptor {
    do throws(Failure) { return try Descriptor.open(host: "/proc/self/exe", .readOnly) } catch {
      let failure = error.adding(context: "opening /proc/self/exe")
      throw error.errno == .noSuchFileOrDirectory ? failure.adding(hint: "is /proc mounted?") : failure
    }
  }

  /// Only the kernel is asked, and nothing that the environment or an argument could pretend.
  private static func isProtected(_ own: borrowing Descriptor) throws(Failure) -> Bool {
    // An ordinary file has no seals at all.
    let seals = apus_fcntl(own.number, getSeals, 0)
    if seals >= 0, seals & sealed == sealed { return true }
    // Read-only is not enough: who maintains the host makes /usr writable for a moment, and the handle is good that long.
    let (magic, isReadOnly) = try own.fileSystem()
    if FileSystemMagic.isUnwritable(magic) { return true }
    // The root of a mount that is in no tree: a read-only mount of the host's could be made writable again.
    guard isReadOnly else { return false }
    let name = try Descriptor.open(host: "/proc/self/exe", [.path, .noFollow]).readLink().text
    return name == "/" || name == "/ (deleted)"
  }

  /// Whether it is a file that root alone may write to, and we are an ordinary user: in a container of such a one are no other
  /// ids than his own and those of /etc/subuid, and no right over files of others. Told by owner and mode, so only where the
  /// kernel itself goes by them: a FUSE file system of that user's may say what it likes.
  private static func isOutOfReach(_ own: borrowing Descriptor) throws(Failure) -> Bool {
    guard try isOrdinaryUser(), FileSystemMagic.isGuardedByModes(try own.fileSystemMagic()) else { return false }
    let status = try own.status()
    return status.owner == 0 && status.permissions & 0o022 == 0  // of an ACL the bits of the group are the most it gives
  }

  /// Neither root, nor able to become root again, nor with any of root's rights.
  private static func isOrdinaryUser() throws(Failure) -> Bool {
    // The saved id is the effective one since the exec.
    if getuid() == 0 || geteuid() == 0 { return false }
    return try Capabilities.permitted() == CapabilitySet()
  }

  /// A read-only mount of the file alone, in no tree. It is gone with the last process that runs from it, and nobody can
  /// change its attributes: that takes a mount of one's own mount namespace.
  private static func readOnlyMount(of own: borrowing Descriptor) throws(Failure) -> Descriptor? {
    do throws(Failure) {
      let mount = try own.cloneMount(recursive: false)
      try mount.setMountAttributes(set: .readOnly, recursive: false)
      return mount
    } catch {
      // EPERM for an ordinary user or in a container that may not mount, EINVAL for a file that is on no mount of ours.
      if error.errno == .notPermitted || error.errno == .invalidArgument { return nil }
      throw error
    }
  }

  private static func sealedCopy(of own: borrowing Descriptor) throws(Failure) -> Descriptor {
    let copy = try executableMemoryFile()
    while true {
      let count = try call("sendfile") {
        let count = sendfile(copy.number, own.number, nil, 1 << 30)
        return count < 0 ? -Int(apus_errno()) : count
      }
      if count == 0 { break }
    }
    try call("fcntl(F_ADD_SEALS)") { apus_fcntl(copy.number, addSeals, sealed) }
    return copy
  }

  private static func executableMemoryFile() throws(Failure) -> Descriptor {
    // MFD_ALLOW_SEALING, and MFD_EXEC for hosts with vm.memfd_noexec.
    let number = unsafe apus_memfd_create("apus", 0x12)
    if number != -EINVAL { return Descriptor(owning: try call("memfd_create") { number }) }
    return Descriptor(owning: try call("memfd_create") { unsafe apus_memfd_create("apus", 2) })  // FALLBACK(kernel < 6.3)
  }

  /// The kernel names a program that was executed by its descriptor after the number of that.
  private static func nameProcess() throws(Failure) {
    let name = ProgramArguments.all.first?.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? "apus"
    try call("prctl(PR_SET_NAME)") { unsafe name.withCString { apus_prctl(15, UInt(bitPattern: $0), 0, 0, 0) } }
  }

  private static let addSeals: CInt = 1033  // F_ADD_SEALS
  private static let getSeals: CInt = 1034  // F_GET_SEALS
  private static let sealed: CInt = 1 | 2 | 4 | 8  // F_SEAL_SEAL, SHRINK, GROW, WRITE
}
