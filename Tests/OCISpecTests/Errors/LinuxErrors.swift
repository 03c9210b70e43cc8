// Rules of config-linux.md: devices, kernel parameters, control groups, seccomp.

extension ErrorRow {
  private static let host =
    "is not in a separate kernel namespace: it would change the host, remove it, or set it on the host itself"
  private static let noName = "is no name of a kernel parameter, write it such as net.ipv4.ip_forward"
  private static let interface = "expected 1 to 15 bytes without slash, colon and blanks, and neither . nor .."
  private static let none = ("linux.namespaces", #"[{"type": "mount"}]"#)

  private static func sysctl(_ key: String, _ text: String, value: String = "1", without namespaces: Bool = false) -> ErrorRow {
    ErrorRow("DEF-05", "linux.sysctl[\"\(key)\"]", "\"\(value)\"", text, with: namespaces ? [none] : [])
  }

  private static func needs(_ kind: String) -> String {
    "is not allowed in the host's \(kind) namespace, add \(kind) to linux.namespaces"
  }

  private static func network(_ name: String) -> ErrorRow {
    ErrorRow("DEF-09", #"linux.netDevices["eth0"].name"#, "\"\(name)\"", "\"\(name)\" is no valid interface name, \(interface)")
  }

  static let linuxRules: [ErrorRow] =
    ["kernel.core_pattern", "kernel/pid_max", "vm.swappiness", "fs.file-max", "fs.mqueue", "kernel.sem.x", "netx.a"].map {
      sysctl($0, host)
    } + ["net", "net..a", ".net", "net/../kernel/core_pattern", "net/"].map { sysctl($0, noName) }
    + [
      "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni",
      "kernel.shm_rmid_forced", "fs.mqueue.msg_max",
    ].map { sysctl($0, needs("ipc"), without: true) } + [
      sysctl("net.ipv4.ip_forward", needs("network"), without: true),
      sysctl("net/core/somaxconn", needs("network"), without: true),
      sysctl("kernel.domainname", needs("uts"), without: true), sysctl("user.max_pid_namespaces", needs("user")),
      sysctl("kernel.hostname", #"is not allowed as it conflicts with the OCI "hostname" field, use that"#),
      ErrorRow(
        "LNX-31", #"linux.sysctl["net.a"]"#, #""1\n2""#, #"the value "1\n2" has a line break, a sysctl is one line"#),
      ErrorRow("LNX-11", "linux.devices[0].path", #""dev/x""#, #"must be an absolute path, not "dev/x", begin it with a slash"#),
      ErrorRow("LNX-12", "linux.devices[0].major", "4096", "4096 is out of range, expected 0 to 4095"),
      ErrorRow("LNX-12", "linux.devices[0].minor", "-1", "-1 is out of range, expected 0 to 1048575"),
      ErrorRow("LNX-13", "linux.devices[0].fileMode", "512", "512 is more than 511 (0777), note that JSON numbers are decimal"),
      ErrorRow(
        "LNX-14", "linux.devices[0].uid", "4294967295",
        "4294967295 is -1 to the kernel, which means no id at all, expected 0 to 4294967294"),
      ErrorRow(
        "LNX-14", "linux.devices[0].gid", "4294967295",
        "4294967295 is -1 to the kernel, which means no id at all, expected 0 to 4294967294"),
      ErrorRow(
        "DEF-09", "linux.netDevices", #"{"eth0": {}}"#,
        "unable to move network devices without a private NET namespace, add network to linux.namespaces", with: [none]),
      ErrorRow(
        "DEF-09", "linux.netDevices", #"{"eth0": {}}"#, "network devices cannot be moved into rootless containers, remove them",
        with: [
          ("linux.namespaces[6]", #"{"type": "user"}"#), ("linux.uidMappings", #"[{"containerID": 0, "hostID": 1, "size": 1}]"#),
          ("linux.gidMappings", #"[{"containerID": 0, "hostID": 1, "size": 1}]"#),
        ], rootless: true),
      ErrorRow(
        "DEF-09", "linux.netDevices", #"{"a b": {}}"#, "is no valid interface name, \(interface)", at: #"linux.netDevices["a b"]"#
      ),
      ErrorRow(
        "DEF-09", "linux.netDevices", #"{"": {}}"#, "is no valid interface name, \(interface)", at: #"linux.netDevices[""]"#),
      network("a/b"), network("a:b"), network("."), network(".."), network("0123456789abcdef"),
      ErrorRow("LNX-33", "linux.personality.flags", #"["A", "B"]"#, #"the spec defines no flags yet, remove "A, B""#),
      ErrorRow(
        "CGR-06", "linux.cgroupsPath", #""/a/../b""#, #""/a/../b" has a `..` in it, write the path without going up"#),
      ErrorRow(
        "CGR-06", "linux.cgroupsPath", #""/""#, #""/" is the root cgroup, which cannot be a container's, name a cgroup below it"#),
      rdt("closID", #"".""#, #"invalid intelRdt.ClosID ".", expected the name of a directory, or / alone"#),
      rdt("closID", #""..""#, #"invalid intelRdt.ClosID "..", expected the name of a directory, or / alone"#),
      rdt("closID", #""a/b""#, #"invalid intelRdt.ClosID "a/b", expected the name of a directory, or / alone"#),
      ErrorRow(
        "RDT-04", "linux.intelRdt.l3CacheSchema", #""L3:0=f\nMB:0=1""#,
        #""L3:0=f\nMB:0=1" has a line break, must be one line"#),
      ErrorRow(
        "RDT-05", "linux.intelRdt.memBwSchema", #""0=70""#,
        #""0=70" is no memory bandwidth schema, must be one line that starts with MB:"#),
      ErrorRow(
        "RDT-05", "linux.intelRdt.memBwSchema", #""MB:0=1\nL3:0=f""#,
        #""MB:0=1\nL3:0=f" is no memory bandwidth schema, must be one line that starts with MB:"#),
      ErrorRow(
        "RDT-06", "linux.intelRdt.schemata", #"["L3:0=f", "a\nb"]"#,
        #""a\nb" has a line break, must be one line, each an element of its own"#, at: "linux.intelRdt.schemata[1]"),
    ] + policies

  private static func rdt(_ member: String, _ json: String, _ text: String) -> ErrorRow {
    ErrorRow("DEF-11", "linux.intelRdt.\(member)", json, text)
  }

  private static func policy(_ id: String, _ json: String, _ member: String, _ text: String) -> ErrorRow {
    ErrorRow(id, "linux.memoryPolicy", json, text, at: "linux.memoryPolicy.\(member)")
  }

  private static let policies: [ErrorRow] =
    ["BIND", "INTERLEAVE", "WEIGHTED_INTERLEAVE", "PREFERRED_MANY"].map {
      policy("LNX-35", #"{"mode": "MPOL_\#($0)"}"#, "nodes", "MPOL_\($0) needs at least one node, name it, such as 0")
    }
    + ["DEFAULT", "LOCAL"].map {
      policy(
        "LNX-35", #"{"mode": "MPOL_\#($0)", "nodes": "0"}"#, "nodes",
        "MPOL_\($0) takes no nodes, remove them or take another mode")
    } + [
      ErrorRow("LNX-35", "linux.memoryPolicy.nodes", #""a""#, #""a" is no list of memory nodes, write it such as 0-3,7"#),
      policy(
        "LNX-36", #"{"mode": "MPOL_LOCAL", "flags": ["MPOL_F_STATIC_NODES"]}"#, "flags",
        "MPOL_LOCAL takes no flags, remove them or take another mode"),
      policy(
        "LNX-36", #"{"mode": "MPOL_PREFERRED", "flags": ["MPOL_F_STATIC_NODES"]}"#, "flags",
        "MPOL_PREFERRED takes flags only with nodes, add nodes or remove them"),
      policy(
        "LNX-36", #"{"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"]}"#, "flags",
        "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other, remove one"),
      policy(
        "LNX-36", #"{"mode": "MPOL_INTERLEAVE", "nodes": "0", "flags": ["MPOL_F_NUMA_BALANCING"]}"#, "flags",
        "MPOL_F_NUMA_BALANCING goes with MPOL_BIND or MPOL_PREFERRED_MANY, not MPOL_INTERLEAVE, remove it"),
    ]

  // MARK: - resources

  private static func resource(_ id: String, _ path: String, _ json: String, _ text: String, at place: String? = nil) -> ErrorRow
  {
    ErrorRow(id, "linux.resources.\(path)", json, text, at: place.map { "linux.resources.\($0)" })
  }

  private static let bytes = "expected bytes, or -1 for unlimited"
  private static let together = "it counts memory and swap together"

  static let resourceRules: [ErrorRow] =
    [
      resource(
        "DEF-13", "devices[0].access", #""""#,
        "device access at 0 field cannot be empty, expected some of r, w and m"),
      resource("CGR-12", "devices[0].access", #""rx""#, #""rx" has other letters than r, w and m, expected some of these"#),
      resource("CGR-12", "devices[0].major", "-2", "-2 is out of range, expected 0 to 4095"),
      resource("CGR-12", "devices[0].minor", "1048576", "1048576 is out of range, expected 0 to 1048575"),
      resource("CGR-13", "memory.limit", "-2", "-2 is out of range, \(bytes)"),
      resource("CGR-14", "memory.reservation", "-2", "-2 is out of range, \(bytes)"),
      resource("CGR-15", "memory.swap", "-2", "-2 is out of range, \(bytes)"),
      resource("DEF-21", "memory.swap", "5", "unable to set swap limit without memory limit, \(together): add limit"),
      resource(
        "DEF-21", "memory", #"{"limit": -1, "swap": 5}"#, "unable to set swap limit without memory limit, \(together): add limit",
        at: "memory.swap"),
      resource(
        "DEF-21", "memory", #"{"limit": 5, "swap": 4}"#,
        "memory+swap limit should be >= memory limit, but 4 is less than 5, \(together): raise it", at: "memory.swap"),
      resource(
        "DEF-18", "memory.swappiness", "60",
        "cannot set memory swappiness with cgroupv2, remove it, vm.swappiness of the host applies to all"),
      resource(
        "DEF-18", "memory.disableOOMKiller", "true",
        "cannot disable OOM killer with cgroupv2, remove it, process.oomScoreAdj -1000 exempts a process"),
      resource(
        "DEF-18", "memory.kernelTCP", "1",
        "cannot set a kernel TCP memory limit with cgroupv2, remove it, limit counts such memory as well"),
      resource(
        "CGR-42", "memory.useHierarchy", "false", "cannot be false with cgroupv2, which always counts hierarchically, remove it"),
      resource(
        "CGR-23", "cpu", #"{"quota": 2000, "burst": 2001}"#, "2001 is more than the quota 2000, lower burst or raise quota",
        at: "cpu.burst"),
      resource("CGR-22", "cpu.quota", "999", "999 is too small, the kernel wants 1000 us or more"),
      resource("CGR-24", "cpu.period", "999", "999 is out of range, expected 1000 to 1000000 us"),
      resource("CGR-24", "cpu.period", "1000001", "1000001 is out of range, expected 1000 to 1000000 us"),
      resource("CGR-28", "cpu.idle", "2", "2 is out of range, expected 0 or 1"),
      resource("CGR-28", "cpu.idle", "-1", "-1 is out of range, expected 0 or 1"),
      resource(
        "CGR-25", "cpu.realtimeRuntime", "1",
        "cannot set realtime limits with cgroupv2, remove it, process.scheduler gives a realtime policy"),
      resource(
        "CGR-25", "cpu.realtimePeriod", "1",
        "cannot set realtime limits with cgroupv2, remove it, process.scheduler gives a realtime policy"),
      resource("CGR-26", "cpu.cpus", #""0-""#, #""0-" is no list of cpus, write it such as 0-3,7"#),
      resource("CGR-26", "cpu.cpus", #""all""#, #""all" is no list of cpus, write it such as 0-3,7"#),
      resource("CGR-27", "cpu.mems", #""1-0""#, #""1-0" is no list of memory nodes, write it such as 0-3,7"#),
      resource("CGR-39", "pids.limit", "-2", "-2 is out of range, expected a number of processes, or -1 for unlimited"),
      resource("CGR-29", "blockIO.weight", "9", "9 is out of range, expected 10 to 1000"),
      resource("CGR-29", "blockIO.weight", "1001", "1001 is out of range, expected 10 to 1000"),
      resource("CGR-30", "blockIO.leafWeight", "10", "cannot set a leaf weight with cgroupv2, remove it"),
      resource(
        "CGR-31", "blockIO.weightDevice[0]", #"{"major": 8, "minor": 0}"#,
        "has no weight, needs at least one of weight and leafWeight"),
      resource("CGR-31", "blockIO.weightDevice[0].weight", "1001", "1001 is out of range, expected 10 to 1000"),
      resource("CGR-31", "blockIO.weightDevice[0].leafWeight", "500", "cannot set a leaf weight with cgroupv2, remove it"),
      resource("CGR-38", "network.classID", "1", network2, at: "network"),
      resource("CGR-38", "network.priorities[0].priority", "2", network2, at: "network"),
      resource(
        "CGR-40", #"rdma["mlx5_1"]"#, "{}", "has no limit, needs at least one of hcaHandles and hcaObjects"),
    ]
    + [(32, "ReadBps"), (33, "WriteBps"), (34, "ReadIOPS"), (35, "WriteIOPS")].map {
      resource("CGR-\($0)", "blockIO.throttle\($1)Device[0].major", "4096", "4096 is out of range, expected 0 to 4095")
    }
    + ["", "MB", "2M", "02MB", "2mb", "2 MB", "0MB"].map {
      resource(
        "CGR-36", "hugepageLimits[0].pageSize", "\"\($0)\"",
        "\"\($0)\" is no page size, expected a number and KB, MB or GB, such as 2MB")
    }
    + ["..", ".", "../memory.max", "a/b"].map {
      resource("CGR-41", "unified[\"\($0)\"]", #""1""#, "is no file of a cgroup, must be the name of one, such as memory.high")
    }

  private static let network2 =
    "cannot set network classes and priorities with cgroupv2, remove it, and match the cgroup in nftables"

  // MARK: - seccomp

  private static let noErrno = "which takes none, remove it, or make the action SCMP_ACT_ERRNO or SCMP_ACT_TRACE"

  static let seccompRules: [ErrorRow] =
    ["KILL", "KILL_PROCESS", "KILL_THREAD", "TRAP", "ALLOW", "LOG"].flatMap { action in
      [
        ErrorRow(
          "SEC-02", "linux.seccomp", #"{"defaultAction": "SCMP_ACT_\#(action)", "defaultErrnoRet": 1}"#,
          "the action is SCMP_ACT_\(action), \(noErrno)", at: "linux.seccomp.defaultErrnoRet"),
        ErrorRow(
          "SEC-09", "linux.seccomp.syscalls[0].action", "\"SCMP_ACT_\(action)\"", "the action is SCMP_ACT_\(action), \(noErrno)",
          at: "linux.seccomp.syscalls[0].errnoRet", with: [("linux.seccomp.syscalls[0].errnoRet", "1")]),
      ]
    } + [
      ErrorRow("SEC-02", "linux.seccomp.defaultErrnoRet", "4096", "4096 is out of range, expected 0 to 4095"),
      ErrorRow("SEC-09", "linux.seccomp.syscalls[0].errnoRet", "4096", "4096 is out of range, expected 0 to 4095"),
      ErrorRow(
        "SEC-09", "linux.seccomp.syscalls[0].action", #""SCMP_ACT_TRACE""#, "65536 is out of range, expected 0 to 65535",
        at: "linux.seccomp.syscalls[0].errnoRet", with: [("linux.seccomp.syscalls[0].errnoRet", "65536")]),
      ErrorRow(
        "SEC-01", "linux.seccomp.defaultAction", #""SCMP_ACT_NOTIFY""#,
        "SCMP_ACT_NOTIFY cannot be used as default action, give it to the system calls by name"),
      ErrorRow(
        "SEC-06", "linux.seccomp.listenerMetadata", #""m""#,
        "must not be set without listenerPath, add listenerPath or remove it"),
      ErrorRow(
        "SEC-05", "linux.seccomp.syscalls[0].action", #""SCMP_ACT_NOTIFY""#,
        "is required, because a rule says SCMP_ACT_NOTIFY, add the socket of the listener", at: "linux.seccomp.listenerPath"),
      ErrorRow(
        "SEC-04", "linux.seccomp.flags", #"["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]"#,
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY, remove it"),
      ErrorRow(
        "SEC-08", "linux.seccomp",
        #"{"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/s", "syscalls": [{"names": ["write"], "#
          + #""action": "SCMP_ACT_NOTIFY"}]}"#,
        "SCMP_ACT_NOTIFY cannot be used for the write syscall, remove write from names", at: "linux.seccomp.syscalls[0].action"),
      ErrorRow(
        "SEC-08", "linux.seccomp",
        #"{"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/s", "syscalls": [{"names": ["sendmsg"], "#
          + #""action": "SCMP_ACT_NOTIFY"}]}"#,
        "SCMP_ACT_NOTIFY cannot be used for the sendmsg syscall, remove sendmsg from names",
        at: "linux.seccomp.syscalls[0].action"),
      ErrorRow(
        "SEC-07", "linux.seccomp.syscalls[0].names", "[]", "must hold at least one system call, name it, or remove the rule"),
      ErrorRow("SEC-10", "linux.seccomp.syscalls[0].args[0].index", "6", "6 is out of range, expected 0 to 5"),
      ErrorRow(
        "BUN-06", "linux.seccomp.syscalls[0].names[0]", #""re\u0000ad""#,
        "contains a null byte, remove it: no system call takes a text with one"),
      ErrorRow("BUN-05", "process.consoleSize.height", "-1", "-1 is out of range, expected 0 to 65535"),
    ]
}
