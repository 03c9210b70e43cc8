import JSON

extension Spec {
  func checkMounts(rootless: Bool, _ found: inout [Problem]) {
    for (index, mount) in mounts.enumerated() {
      let options = MountOptions.parse(mount.options)
      checkMount(mount, options, index, &found)
      checkIDMapping(mount, options, index, rootless: rootless, &found)
      if rootless { checkOwnerOptions(options, index, &found) }
    }
  }

  private func checkMount(_ mount: Mount, _ options: MountOptions, _ index: Int, _ found: inout [Problem]) {
    var path: String { "mounts[\(index)]" }
    if mount.destination.isEmpty { found.add("\(path).destination", "must not be empty", "name the place inside the container") }
    if options.isBind {
      if mount.source.isEmpty, !options.isRemount {
        found.add("\(path).source", "a bind mount needs one", "name the file or directory to bind", given: ["\(path).options"])
      }
      if !options.data.isEmpty {
        let words = options.data.joined(separator: ",").quoted
        found.add(
          "\(path).options", "bind mounts cannot have any filesystem-specific options applied", "remove \(words)",
          rule: "de facto: a bind mount takes no data")
      }
    } else if options.copiesLink || options.sourceNoFollow {
      found.add(
        "\(path).options", "copy-symlink and src-nofollow are for bind mounts", "add bind, or remove them",
        rule: "de facto: crun(1)")
    } else if mount.type.isEmpty, !options.isRemount, options.propagation.isEmpty {
      found.add(
        "\(path).type", "is required", "name a type of /proc/filesystems, or add bind or rbind to options",
        given: ["\(path).options"])
    }
    checkProc(mount, options, index, &found)
  }

  /// A container that can mount over parts of /proc can fake what the runtime itself reads and writes there.
  private func checkProc(_ mount: Mount, _ options: MountOptions, _ index: Int, _ found: inout [Problem]) {
    guard mount.destination.lexicallyNormalPath.isPath(atOrBelow: "/proc") else { return }
    let parts = mount.destination.lexicallyNormalComponents
    var path: String { "mounts[\(index)].destination" }
    if parts.count == 1 {
      if !options.isBind, !mount.type.isEmpty, mount.type != "proc" {
        found.add(
          path, "/proc cannot be mounted because it is not of type proc but \(mount.type.quoted)",
          "make the type proc, or the destination another", rule: .procUntouched,
          given: ["mounts[\(index)].type", "mounts[\(index)].options"])
      }
    } else if !Self.mountableBelowProc.contains(parts.dropFirst().joined(separator: "/")) {
      found.add(
        path, "\(mount.destination.quoted) cannot be mounted because it is inside /proc",
        "only \(Self.mountableBelowProc.sorted().joined(separator: ", ")) can be", rule: .procUntouched)
    }
  }

  /// Files that lxcfs and its kin put their own version on; all else below /proc stays the kernel's.
  private static let mountableBelowProc: Set<String> = [
    "cpuinfo", "diskstats", "meminfo", "stat", "swaps", "uptime", "loadavg", "slabinfo", "sys/kernel/ns_last_pid",
    "sys/crypto/fips_enabled",
  ]

  private func checkIDMapping(
    _ mount: Mount, _ options: MountOptions, _ index: Int, rootless: Bool, _ found: inout [Problem]
  ) {
    var path: String { "mounts[\(index)]" }
    IDMapping.check(mount.uidMappings, at: "\(path).uidMappings", &found)
    IDMapping.check(mount.gidMappings, at: "\(path).gidMappings", &found)
    guard options.idMapping != .none || !mount.uidMappings.isEmpty || !mount.gidMappings.isEmpty else { return }
    let mappings = ["\(path).uidMappings", "\(path).gidMappings"]
    if mount.uidMappings.isEmpty != mount.gidMappings.isEmpty {
      let (missing, there) = mount.uidMappings.isEmpty ? ("uidMappings", "gidMappings") : ("gidMappings", "uidMappings")
      found.add(
        "\(path).\(missing)", "uidMappings and gidMappings only work together", "add it, or remove \(there)", given: mappings)
    } else if mount.uidMappings.isEmpty, !has(.user) {
      found.add(
        "\(path).options", "an id-mapped mount without mappings, in a container without a user namespace",
        "add uidMappings and gidMappings, or remove idmap", given: ["linux.namespaces"] + mappings)
    }
    if options.isRemount {
      found.add(
        "\(path).options", "remount cannot change the id mapping of a mount", "map the ids where it is mounted first",
        rule: "mount_setattr(2)")
    }
    if rootless {
      found.add(
        "\(path).options", "id-mapped mounts are not possible in rootless containers", "remove the mappings and idmap",
        rule: .noPrivilege)
    }
  }

  /// Rootless, the kernel refuses ids without a mapping with a bare EINVAL.
  private func checkOwnerOptions(_ options: MountOptions, _ index: Int, _ found: inout [Problem]) {
    guard !joins(.user) else { return }
    for word in options.data {
      for (name, mappings) in [("uid", linux.uidMappings), ("gid", linux.gidMappings)] {
        guard word.hasPrefix("\(name)="), let id = UInt32(word.dropFirst(4)), !IDMapping.contains(id, in: mappings) else {
          continue
        }
        found.add(
          "mounts[\(index)].options", "cannot specify \(word) for unmapped \(name) in rootless containers", "map it or remove it",
          rule: .noPrivilege, given: ["linux.\(name)Mappings", "linux.namespaces"])
      }
    }
  }
}
