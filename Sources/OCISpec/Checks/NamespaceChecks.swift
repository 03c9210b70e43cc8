import JSON

extension Spec {
  func checkNamespaces(rootless: Bool, _ found: inout [Problem]) {
    var seen: [NamespaceKind: Int] = [:]
    for (index, namespace) in linux.namespaces.enumerated() {
      var path: String { "linux.namespaces[\(index)]" }
      if let first = seen[namespace.type] {
        found.add(
          "\(path).type", "\(namespace.type.rawValue) is there twice", "remove this one or linux.namespaces[\(first)]",
          given: ["linux.namespaces[\(first)].type"])
      } else {
        seen[namespace.type] = index
      }
      if let target = namespace.path, !target.isAbsolutePath {
        found.add(
          "\(path).path", "must be an absolute path, not \(target.quoted)",
          "write it such as /proc/PID/ns/\(namespace.type.rawValue)")
      }
    }
    checkMappings("linux.uidMappings", linux.uidMappings, &found)
    checkMappings("linux.gidMappings", linux.gidMappings, &found)
    if rootless, !has(.user) {
      found.add(
        "linux.namespaces", "rootless containers need a user namespace",
        "add user as `apus spec --rootless` does", rule: .noPrivilege)
    }
  }

  private func checkMappings(_ path: String, _ mappings: [IDMapping], _ found: inout [Problem]) {
    IDMapping.check(mappings, at: path, &found)
    if !has(.user), !mappings.isEmpty {
      found.add(
        path, "user namespace mappings without a user namespace", "add user to linux.namespaces", given: ["linux.namespaces"])
    } else if has(.user), mappings.isEmpty, !joins(.user) {
      found.add(
        path, "a new user namespace needs at least one mapping", "add one, or the path of a user namespace to join",
        given: ["linux.namespaces"])
    }
  }

  /// An id without a mapping could not be taken on; said here, it names the member instead of setuid(2).
  func checkUserIsMapped(_ found: inout [Problem]) {
    guard let user = process?.user, has(.user), !joins(.user) else { return }
    for (name, id, mappings) in [("uid", user.uid, linux.uidMappings), ("gid", user.gid, linux.gidMappings)]
    where !mappings.isEmpty && !IDMapping.contains(id, in: mappings) {
      found.add(
        "process.user.\(name)", "cannot set \(name) to unmapped user in user namespace: \(id) is not in linux.\(name)Mappings",
        "map it, or take one that is", rule: "user_namespaces(7)", given: ["linux.\(name)Mappings", "linux.namespaces"])
    }
  }

  func checkTimeOffsets(_ found: inout [Problem]) {
    guard !linux.timeOffsets.isEmpty else { return }
    let given = ["linux.namespaces"]
    if !has(.time) {
      found.add(
        "linux.timeOffsets", "time namespace offsets without a time namespace", "add time to linux.namespaces", given: given)
    } else if joins(.time) {
      found.add(
        "linux.timeOffsets", "the offsets of a time namespace that is joined can't be changed",
        "remove them, or the path of the time namespace", rule: "time_namespaces(7)", given: given)
    }
    for (clock, offset) in linux.timeOffsets.sorted(by: { $0.key < $1.key }) {
      let path = "linux.timeOffsets[\(clock.quoted)]"
      if clock != "monotonic", clock != "boottime" {
        found.add(path, "no clock of that name", "expected monotonic or boottime")
      }
      if offset.nanosecs > 999_999_999 {
        found.add(
          "\(path).nanosecs", "\(offset.nanosecs) is out of range", "expected 0 to 999999999", rule: "time_namespaces(7)")
      }
    }
  }

  func checkPaths(noPivot: Bool, _ found: inout [Problem]) {
    for (name, paths) in [("maskedPaths", linux.maskedPaths), ("readonlyPaths", linux.readonlyPaths)] where !paths.isEmpty {
      if !has(.mount) {
        found.add(
          "linux.\(name)", "unable to restrict sys entries without a private MNT namespace", "add mount to linux.namespaces",
          rule: .hostUntouched, given: ["linux.namespaces"])
      }
      for (index, path) in paths.enumerated() where !path.isAbsolutePath {
        found.add("linux.\(name)[\(index)]", "must be an absolute path, not \(path.quoted)", "begin it with a slash")
      }
    }
    if noPivot, linux.rootfsPropagation?.kind == .private {
      found.add(
        "linux.rootfsPropagation", "private is not safe without pivot_root", "leave out --no-pivot or choose slave",
        rule: .noPivot)
    }
  }
}

extension IDMapping {
  /// user_namespaces(7): what the kernel takes in uid_map.
  static func check(_ mappings: [IDMapping], at path: @autoclosure () -> String, _ found: inout [Problem]) {
    if mappings.isEmpty { return }
    let (path, rule) = (path(), "user_namespaces(7)")
    if mappings.count > 340 {
      // Comparing each with each other would take hours for those that a document has room for.
      return found.add(path, "has \(mappings.count) mappings", "the kernel takes 340: join neighbours to one", rule: rule)
    }
    for (index, mapping) in mappings.enumerated() {
      let here = "\(path)[\(index)]"
      if mapping.size == 0 { found.add("\(here).size", "is 0", "must be 1 or more", rule: rule) }
      for (name, first) in [("containerID", mapping.containerID), ("hostID", mapping.hostID)]
      where UInt64(first) + UInt64(mapping.size) > UInt64(UInt32.max) {
        found.add(
          "\(here).\(name)", "\(first) and size \(mapping.size) reach beyond the largest id 4294967294", "make size smaller",
          rule: rule, given: ["\(here).size"])
      }
      if let other = mappings.prefix(index).firstIndex(where: { $0.overlaps(mapping) }) {
        found.add(
          here, "overlaps with \(path)[\(other)]", "give each id of either side once", rule: rule, given: ["\(path)[\(other)]"])
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
