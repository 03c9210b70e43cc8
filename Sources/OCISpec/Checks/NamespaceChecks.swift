import JSON

extension Spec {
  func checkNamespaces(rootless: Bool, _ found: inout [Problem]) {
    var seen: Set<NamespaceKind> = []
    for (index, namespace) in linux.namespaces.enumerated() {
      let path = "linux.namespaces[\(index)]"
      if !seen.insert(namespace.type).inserted { found.add("\(path).type", "\(namespace.type.rawValue) is there twice") }
      if let target = namespace.path, !target.isAbsolutePath {
        found.add("\(path).path", "must be an absolute path, not \(target.quoted)")
      }
    }
    let mappings = [("uidMappings", linux.uidMappings), ("gidMappings", linux.gidMappings)]
    for (name, list) in mappings {
      IDMapping.check(list, at: "linux.\(name)", &found)
      if has(.user) {
        if list.isEmpty, !joins(.user) {
          found.add("linux.\(name)", "a new user namespace needs at least one mapping, or the path of one to join")
        }
      } else if !list.isEmpty {
        found.add("linux.\(name)", "user namespace mappings without a user namespace, add user to linux.namespaces")
      }
    }
    if rootless, !has(.user) {
      found.add("linux.namespaces", "rootless containers need a user namespace, add user")
    }
  }

  /// An id without a mapping could not be taken on; said here, it names the member instead of setuid(2).
  func checkUserIsMapped(_ found: inout [Problem]) {
    guard let user = process?.user, has(.user), !joins(.user) else { return }
    if !IDMapping.contains(user.uid, in: linux.uidMappings), !linux.uidMappings.isEmpty {
      found.add("process.user.uid", "cannot set uid to unmapped user in user namespace: \(user.uid) is not in linux.uidMappings")
    }
    if !IDMapping.contains(user.gid, in: linux.gidMappings), !linux.gidMappings.isEmpty {
      found.add("process.user.gid", "cannot set gid to unmapped user in user namespace: \(user.gid) is not in linux.gidMappings")
    }
  }

  func checkTimeOffsets(_ found: inout [Problem]) {
    guard !linux.timeOffsets.isEmpty else { return }
    if !has(.time) {
      found.add("linux.timeOffsets", "time namespace offsets without a time namespace, add time to linux.namespaces")
    } else if joins(.time) {
      found.add("linux.timeOffsets", "the offsets of a time namespace that is joined can't be changed")
    }
    for (clock, offset) in linux.timeOffsets.sorted(by: { $0.key < $1.key }) {
      let path = "linux.timeOffsets[\(clock.quoted)]"
      if clock != "monotonic", clock != "boottime" {
        found.add(path, "no clock of that name, expected monotonic or boottime")
      }
      if offset.nanosecs > 999_999_999 {
        found.add("\(path).nanosecs", "\(offset.nanosecs) is out of range, expected 0 to 999999999")
      }
    }
  }

  func checkPaths(noPivot: Bool, _ found: inout [Problem]) {
    for (name, paths) in [("maskedPaths", linux.maskedPaths), ("readonlyPaths", linux.readonlyPaths)] where !paths.isEmpty {
      if !has(.mount) {
        found.add(
          "linux.\(name)", "unable to restrict sys entries without a private MNT namespace, add mount to linux.namespaces")
      }
      for (index, path) in paths.enumerated() where !path.isAbsolutePath {
        found.add("linux.\(name)[\(index)]", "must be an absolute path, not \(path.quoted)")
      }
    }
    if noPivot, linux.rootfsPropagation?.kind == .private {
      found.add("linux.rootfsPropagation", "private is not safe without pivot_root, leave out --no-pivot or choose slave")
    }
  }
}

extension IDMapping {
  /// user_namespaces(7): what the kernel takes in uid_map.
  static func check(_ mappings: [IDMapping], at path: String, _ found: inout [Problem]) {
    if mappings.count > 340 { found.add(path, "has \(mappings.count) mappings, the kernel takes 340") }
    for (index, mapping) in mappings.enumerated() {
      let here = "\(path)[\(index)]"
      if mapping.size == 0 { found.add("\(here).size", "must be 1 or more") }
      for (name, first) in [("containerID", mapping.containerID), ("hostID", mapping.hostID)]
      where UInt64(first) + UInt64(mapping.size) > UInt64(UInt32.max) {
        found.add("\(here).\(name)", "\(first) and size \(mapping.size) reach beyond the largest id 4294967294")
      }
      if let other = mappings.prefix(index).firstIndex(where: { $0.overlaps(mapping) }) {
        found.add(here, "overlaps with \(path)[\(other)]")
      }
    }
  }

  static func contains(_ id: UInt32, in mappings: [IDMapping]) -> Bool {
    mappings.contains { id >= $0.containerID && UInt64(id) < UInt64($0.containerID) + UInt64($0.size) }
  }

  private func overlaps(_ other: IDMapping) -> Bool {
    func meet(_ a: UInt32, _ b: UInt32) -> Bool {
      UInt64(a) < UInt64(b) + UInt64(other.size) && UInt64(b) < UInt64(a) + UInt64(size)
    }
    return meet(containerID, other.containerID) || meet(hostID, other.hostID)
  }
}
