import CLinux

extension Descriptor {
  /// A file in memory without a name in any file system (memfd_create(2)).
  package static func memoryFile(_ name: String) throws(Failure) -> Descriptor {
    Descriptor(owning: try call("memfd_create") { unsafe apus_memfd_create(name, 0) })
  }

  /// Moves the read and write position to the start.
  package func rewind() throws(Failure) { try call("lseek") { apus_rewind(number) } }

  /// Whether this process, with its effective ids, may execute the file (faccessat2(2) AT_EACCESS, kernel 5.8).
  package func isExecutable() throws(Failure) -> Bool {
    do {
      try call("faccessat2") { unsafe apus_faccessat2(number, "", 1, 0x1000 | 0x200) }
      return true
    } catch  where error.errno == .permissionDenied { return false }
  }
}
