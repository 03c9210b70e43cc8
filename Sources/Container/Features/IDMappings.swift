import Kernel
import OCISpec

/// linux.uidMappings, linux.gidMappings — config-linux.md "User namespace mappings"
enum IDMappings {
  /// Host side: writes the maps of a child that is in a new user namespace and waits (user_namespaces(7)).
  static func write(_ linux: Linux, pid: CInt, _ proc: ProcFS) throws(Failure) {
    if effectiveUserID != 0 {
      // Without CAP_SETGID in the parent namespace a gid map is only taken once setgroups(2) is off for good.
      try during("denying setgroups", try proc.write("deny", to: "\(pid)/setgroups"))
    }
    try during("writing the gid map", try proc.write(lines(linux.gidMappings), to: "\(pid)/gid_map"))
    try during("writing the uid map", try proc.write(lines(linux.uidMappings), to: "\(pid)/uid_map"))
  }

  private static func lines(_ mappings: [IDMapping]) -> String {
    mappings.map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
  }

  /// The id of the host that a container's id is; the id itself without mappings.
  static func host(_ id: UInt32, in mappings: [IDMapping]) -> UInt32? {
    if mappings.isEmpty { return id }
    for mapping in mappings where id >= mapping.containerID && id - mapping.containerID < mapping.size {
      return mapping.hostID + (id - mapping.containerID)
    }
    return nil
  }
}
