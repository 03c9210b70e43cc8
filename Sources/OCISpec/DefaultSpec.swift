import JSON

/// The document `spec` writes: what `runc spec` writes, with this runtime's host name.
package enum DefaultSpec {
  /// - Parameter rootless: host ids of the user who will run it; the container's root is mapped to them.
  package static func document(rootless user: (uid: UInt32, gid: UInt32)? = nil) -> JSONValue {
    [
      "ociVersion": .string(SpecVersion.supported.description),
      "process": process,
      "root": ["path": "rootfs", "readonly": true],
      "hostname": "apus",
      "mounts": .array(mounts(isRootless: user != nil)),
      "linux": .object(linux(user)),
    ]
  }

  private static let process: JSONValue = [
    "terminal": true,
    "user": ["uid": 0, "gid": 0],
    "args": ["sh"],
    "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
    "cwd": "/",
    // Without inheritable and ambient ones: a program that is not root would gain them by any exec (CVE-2022-29162).
    "capabilities": ["bounding": capabilities, "effective": capabilities, "permitted": capabilities],
    "rlimits": [["type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024]],
    "noNewPrivileges": true,
  ]

  private static let capabilities: JSONValue = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]

  private static func mount(_ destination: String, _ type: String, _ source: String, _ options: [String] = []) -> JSONValue {
    var members: [(name: String, value: JSONValue)] = [
      ("destination", .string(destination)), ("type", .string(type)), ("source", .string(source)),
    ]
    if !options.isEmpty { members.append(("options", .strings(options))) }
    return .object(members)
  }

  private static func mounts(isRootless: Bool) -> [JSONValue] {
    // Group 5 (tty) has no mapping in the rootless user namespace.
    let ptsOptions = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"] + (isRootless ? [] : ["gid=5"])
    // A new sysfs needs a network namespace of one's own, which the rootless form does without.
    let sys =
      isRootless
      ? mount("/sys", "none", "/sys", ["rbind", "nosuid", "noexec", "nodev", "ro"])
      : mount("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", "ro"])
    return [
      mount("/proc", "proc", "proc"),
      mount("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
      mount("/dev/pts", "devpts", "devpts", ptsOptions),
      mount("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
      mount("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
      sys,
      mount("/sys/fs/cgroup", "cgroup", "cgroup", ["nosuid", "noexec", "nodev", "relatime", "ro"]),
    ]
  }

  private static func linux(_ user: (uid: UInt32, gid: UInt32)?) -> [(name: String, value: JSONValue)] {
    var members: [(name: String, value: JSONValue)] = []
    var namespaces: [NamespaceKind] = [.pid, .network, .ipc, .uts, .mount, .cgroup]
    if let user {
      members.append(("uidMappings", [idMapping(user.uid)]))
      members.append(("gidMappings", [idMapping(user.gid)]))
      namespaces.removeAll { $0 == .network }
      namespaces.append(.user)
    } else {
      members.append(("resources", ["devices": [["allow": false, "access": "rwm"]]]))
    }
    members.append(("namespaces", .array(namespaces.map { ["type": .string($0.rawValue)] })))
    members.append(("maskedPaths", .strings(maskedPaths)))
    members.append(("readonlyPaths", .strings(readonlyPaths)))
    return members
  }

  private static func idMapping(_ hostID: UInt32) -> JSONValue {
    ["containerID": 0, "hostID": .integer(Int64(hostID)), "size": 1]
  }

  private static let maskedPaths = [
    "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
    "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi", "/sys/devices/virtual/tpm",
  ]

  private static let readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
}
