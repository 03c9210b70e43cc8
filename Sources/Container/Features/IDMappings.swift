import Kernel
import OCISpec

/// linux.uidMappings, linux.gidMappings — config-linux.md "User namespace mappings"
enum IDMappings {
  /// Host side: writes the maps of a child that is in a new user namespace and waits (user_namespaces(7)).
  static func write(_ linux: Linux, pid: CInt, _ proc: ProcFS) throws(Failure) {
    let rights = try Kernel.Capabilities.effective()
    try during(
      "writing the gid map", try writeGroups(linux.gidMappings, pid, proc, rights.contains(Kernel.Capabilities.setGroupIDs)))
    try during(
      "writing the uid map", try writeUsers(linux.uidMappings, pid, proc, rights.contains(Kernel.Capabilities.setUserIDs)))
  }

  private static func writeGroups(_ maps: [IDMapping], _ pid: CInt, _ proc: ProcFS, _ isPrivileged: Bool) throws(Failure) {
    if !isPrivileged {
      guard isOwn(maps, effectiveGroupID) else { return try IDMapHelper.groups.run(maps, pid) }
      // Without CAP_SETGID in the parent namespace a gid map is only taken once setgroups(2) is off for good.
      try during("denying setgroups", try proc.write("deny", to: "\(pid)/setgroups"))
    }
    try write(maps, to: "\(pid)/gid_map", proc, isPrivileged)
  }

  /// Where the kernel takes a gid map only without setgroups(2), the caller's supplementary groups stay those of the container:
  /// what they may do to files of the host it may do too, whatever process.user says.
  static func warnOfGroups(_ spec: Spec, _ warn: (String) -> Void) throws(Failure) {
    guard isOwn(spec.linux.gidMappings, effectiveGroupID), !Credentials.keepsGroups(spec) else { return }
    if try Kernel.Capabilities.effective().contains(Kernel.Capabilities.setGroupIDs) { return }
    let groups = try supplementaryGroups().filter { $0 != effectiveGroupID }
    if groups.isEmpty { return }
    warn(
      "the container has the caller's supplementary groups (\(groups.map(String.init).joined(separator: ", "))): with a map of one "
        + "gid the kernel lets nobody drop them; gidMappings with a range of /etc/subgid would")
  }

  private static func writeUsers(_ maps: [IDMapping], _ pid: CInt, _ proc: ProcFS, _ isPrivileged: Bool) throws(Failure) {
    if !isPrivileged, !isOwn(maps, effectiveUserID) { return try IDMapHelper.users.run(maps, pid) }
    try write(maps, to: "\(pid)/uid_map", proc, isPrivileged)
  }

  /// What the kernel takes from anybody: one id, the writer's own.
  static func isOwn(_ maps: [IDMapping], _ id: UInt32) -> Bool {
    maps.count == 1 && maps[0].size == 1 && maps[0].hostID == id
  }

  private static func write(_ maps: [IDMapping], to file: String, _ proc: ProcFS, _ isPrivileged: Bool) throws(Failure) {
    let lines = maps.map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
    do { try proc.write(lines, to: file) } catch  where error.errno == .notPermitted {
      throw error.adding(
        hint: isPrivileged
          ? "each hostID must be an id of the user namespace apus runs in, see /proc/self/uid_map and gid_map"
          : "user namespaces may be restricted here: see kernel.apparmor_restrict_unprivileged_userns")
    }
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
