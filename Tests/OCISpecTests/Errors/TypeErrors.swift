// Every property with a value of the wrong type, left out where it is required, out of its type's range, or a word that
// is none of its words.

extension ErrorRow {
  private enum Wanted: String {
    case string = "a string"
    case flag = "true or false"
    case array = "an array"
    case object = "an object"
    case integer = "an integer"
    case natural = "an integer from 0 up"
    case id = "an integer from 0 to 4294967295"
    case short = "an integer from 0 to 65535"
    case small = "an integer from -2147483648 to 2147483647"
  }

  private typealias Property = (id: String, path: String, wanted: Wanted)

  /// 1.5 is of no property's type.
  static let wrongTypes: [ErrorRow] = (document + process + linux + resources + seccomp).map {
    ErrorRow($0.id, $0.path, "1.5", "is the number 1.5, expected \($0.wanted.rawValue)")
  }

  private static let document: [Property] = [
    ("BUN-07", "ociVersion", .string), ("MNT-01", "root", .object), ("MNT-02", "root.path", .string),
    ("MNT-03", "root.readonly", .flag), ("PRC-34", "hostname", .string), ("PRC-35", "domainname", .string),
    ("ANN-01", "annotations", .object), ("ANN-01", #"annotations["com.example.a"]"#, .string), ("MNT-05", "mounts", .array),
    ("MNT-05", "mounts[0]", .object), ("MNT-05", "mounts[0].destination", .string), ("MNT-06", "mounts[0].source", .string),
    ("MNT-08", "mounts[0].type", .string), ("MNT-09", "mounts[0].options", .array), ("MNT-09", "mounts[0].options[0]", .string),
    ("MNT-45", "mounts[0].uidMappings", .array), ("MNT-45", "mounts[0].uidMappings[0]", .object),
    ("MNT-45", "mounts[0].uidMappings[0].containerID", .id), ("MNT-45", "mounts[0].uidMappings[0].hostID", .id),
    ("MNT-45", "mounts[0].uidMappings[0].size", .id), ("MNT-46", "mounts[0].gidMappings", .array),
    ("MNT-46", "mounts[0].gidMappings[0]", .object), ("MNT-46", "mounts[0].gidMappings[0].containerID", .id),
    ("MNT-46", "mounts[0].gidMappings[0].hostID", .id), ("MNT-46", "mounts[0].gidMappings[0].size", .id),
    ("HOK-07", "hooks", .object), ("HOK-07", "hooks.prestart", .array), ("HOK-07", "hooks.prestart[0]", .object),
    ("HOK-07", "hooks.prestart[0].path", .string), ("HOK-07", "hooks.createRuntime", .array),
    ("HOK-07", "hooks.createRuntime[0]", .object), ("HOK-07", "hooks.createRuntime[0].path", .string),
    ("HOK-07", "hooks.createContainer", .array), ("HOK-07", "hooks.createContainer[0]", .object),
    ("HOK-07", "hooks.createContainer[0].path", .string), ("HOK-07", "hooks.startContainer", .array),
    ("HOK-07", "hooks.startContainer[0]", .object), ("HOK-07", "hooks.startContainer[0].path", .string),
    ("HOK-07", "hooks.poststart", .array), ("HOK-07", "hooks.poststart[0]", .object),
    ("HOK-07", "hooks.poststart[0].path", .string), ("HOK-07", "hooks.poststop", .array),
    ("HOK-07", "hooks.poststop[0]", .object), ("HOK-07", "hooks.poststop[0].path", .string),
    ("HOK-08", "hooks.prestart[0].args", .array), ("HOK-08", "hooks.prestart[0].args[0]", .string),
    ("HOK-09", "hooks.poststop[0].env", .array), ("HOK-09", "hooks.poststop[0].env[0]", .string),
    ("HOK-10", "hooks.poststart[0].timeout", .integer),
  ]

  private static let process: [Property] = [
    ("PRC-01", "process", .object), ("PRC-02", "process.terminal", .flag), ("PRC-03", "process.consoleSize", .object),
    ("PRC-03", "process.consoleSize.height", .short), ("PRC-03", "process.consoleSize.width", .short),
    ("PRC-04", "process.cwd", .string), ("PRC-05", "process.env", .array), ("PRC-05", "process.env[0]", .string),
    ("PRC-06", "process.args", .array), ("PRC-06", "process.args[0]", .string), ("PRC-08", "process.rlimits", .array),
    ("PRC-08", "process.rlimits[0]", .object), ("PRC-08", "process.rlimits[0].type", .string),
    ("PRC-08", "process.rlimits[0].soft", .natural), ("PRC-08", "process.rlimits[0].hard", .natural),
    ("PRC-10", "process.apparmorProfile", .string), ("PRC-11", "process.selinuxLabel", .string),
    ("PRC-12", "process.capabilities", .object), ("PRC-12", "process.capabilities.bounding", .array),
    ("PRC-12", "process.capabilities.bounding[0]", .string), ("PRC-13", "process.capabilities.effective", .array),
    ("PRC-13", "process.capabilities.effective[0]", .string), ("PRC-14", "process.capabilities.inheritable", .array),
    ("PRC-14", "process.capabilities.inheritable[0]", .string), ("PRC-15", "process.capabilities.permitted", .array),
    ("PRC-15", "process.capabilities.permitted[0]", .string), ("PRC-16", "process.capabilities.ambient", .array),
    ("PRC-16", "process.capabilities.ambient[0]", .string), ("PRC-18", "process.noNewPrivileges", .flag),
    ("PRC-19", "process.oomScoreAdj", .integer), ("PRC-21", "process.scheduler", .object),
    ("PRC-21", "process.scheduler.policy", .string), ("PRC-22", "process.scheduler.nice", .small),
    ("PRC-23", "process.scheduler.priority", .small), ("PRC-24", "process.scheduler.flags", .array),
    ("PRC-24", "process.scheduler.flags[0]", .string), ("PRC-25", "process.scheduler.runtime", .natural),
    ("PRC-25", "process.scheduler.deadline", .natural), ("PRC-25", "process.scheduler.period", .natural),
    ("PRC-26", "process.ioPriority", .object), ("PRC-26", "process.ioPriority.class", .string),
    ("PRC-27", "process.ioPriority.priority", .small), ("PRC-28", "process.execCPUAffinity", .object),
    ("PRC-28", "process.execCPUAffinity.initial", .string), ("PRC-29", "process.execCPUAffinity.final", .string),
    ("PRC-30", "process.user", .object), ("PRC-30", "process.user.uid", .id), ("PRC-31", "process.user.gid", .id),
    ("PRC-32", "process.user.umask", .id), ("PRC-33", "process.user.additionalGids", .array),
    ("PRC-33", "process.user.additionalGids[0]", .id),
  ]

  private static let linux: [Property] = [
    ("LNX-02", "linux", .object), ("LNX-02", "linux.namespaces", .array), ("LNX-02", "linux.namespaces[6]", .object),
    ("LNX-02", "linux.namespaces[0].type", .string), ("LNX-03", "linux.namespaces[0].path", .string),
    ("LNX-07", "linux.uidMappings", .array), ("LNX-07", "linux.uidMappings[0]", .object),
    ("LNX-07", "linux.uidMappings[0].containerID", .id), ("LNX-07", "linux.uidMappings[0].hostID", .id),
    ("LNX-07", "linux.uidMappings[0].size", .id), ("LNX-07", "linux.gidMappings", .array),
    ("LNX-07", "linux.gidMappings[0]", .object), ("LNX-07", "linux.gidMappings[0].containerID", .id),
    ("LNX-07", "linux.gidMappings[0].hostID", .id), ("LNX-07", "linux.gidMappings[0].size", .id),
    ("LNX-08", "linux.timeOffsets", .object), ("LNX-08", #"linux.timeOffsets["monotonic"]"#, .object),
    ("LNX-08", #"linux.timeOffsets["monotonic"].secs"#, .integer), ("LNX-08", #"linux.timeOffsets["monotonic"].nanosecs"#, .id),
    ("LNX-09", "linux.devices", .array), ("LNX-09", "linux.devices[0]", .object), ("LNX-10", "linux.devices[0].type", .string),
    ("LNX-11", "linux.devices[0].path", .string), ("LNX-12", "linux.devices[0].major", .integer),
    ("LNX-12", "linux.devices[0].minor", .integer), ("LNX-13", "linux.devices[0].fileMode", .id),
    ("LNX-14", "linux.devices[0].uid", .id), ("LNX-14", "linux.devices[0].gid", .id), ("LNX-22", "linux.netDevices", .object),
    ("LNX-22", #"linux.netDevices["eth0"]"#, .object), ("LNX-23", #"linux.netDevices["eth0"].name"#, .string),
    ("LNX-27", "linux.rootfsPropagation", .string), ("LNX-28", "linux.maskedPaths", .array),
    ("LNX-28", "linux.maskedPaths[0]", .string), ("LNX-29", "linux.readonlyPaths", .array),
    ("LNX-29", "linux.readonlyPaths[0]", .string), ("LNX-30", "linux.mountLabel", .string), ("LNX-31", "linux.sysctl", .object),
    ("LNX-31", #"linux.sysctl["net.a"]"#, .string), ("LNX-32", "linux.personality", .object),
    ("LNX-32", "linux.personality.domain", .string), ("LNX-33", "linux.personality.flags", .array),
    ("LNX-33", "linux.personality.flags[0]", .string), ("LNX-34", "linux.memoryPolicy", .object),
    ("LNX-34", "linux.memoryPolicy.mode", .string), ("LNX-35", "linux.memoryPolicy.nodes", .string),
    ("LNX-36", "linux.memoryPolicy.flags", .array), ("LNX-36", "linux.memoryPolicy.flags[0]", .string),
    ("CGR-06", "linux.cgroupsPath", .string), ("RDT-01", "linux.intelRdt", .object), ("RDT-03", "linux.intelRdt.closID", .string),
    ("RDT-04", "linux.intelRdt.l3CacheSchema", .string), ("RDT-05", "linux.intelRdt.memBwSchema", .string),
    ("RDT-06", "linux.intelRdt.schemata", .array), ("RDT-06", "linux.intelRdt.schemata[0]", .string),
    ("RDT-13", "linux.intelRdt.enableMonitoring", .flag),
  ]

  private static let resources: [Property] = [
    ("CGR-12", "linux.resources", .object), ("CGR-12", "linux.resources.devices", .array),
    ("CGR-12", "linux.resources.devices[0]", .object), ("CGR-12", "linux.resources.devices[0].allow", .flag),
    ("CGR-12", "linux.resources.devices[0].type", .string), ("CGR-12", "linux.resources.devices[0].major", .integer),
    ("CGR-12", "linux.resources.devices[0].minor", .integer), ("CGR-12", "linux.resources.devices[0].access", .string),
    ("CGR-13", "linux.resources.memory", .object), ("CGR-13", "linux.resources.memory.limit", .integer),
    ("CGR-14", "linux.resources.memory.reservation", .integer), ("CGR-15", "linux.resources.memory.swap", .integer),
    ("CGR-16", "linux.resources.memory.kernel", .integer), ("CGR-16", "linux.resources.memory.kernelTCP", .integer),
    ("CGR-17", "linux.resources.memory.swappiness", .natural), ("CGR-18", "linux.resources.memory.disableOOMKiller", .flag),
    ("CGR-19", "linux.resources.memory.useHierarchy", .flag), ("CGR-20", "linux.resources.memory.checkBeforeUpdate", .flag),
    ("CGR-21", "linux.resources.cpu", .object), ("CGR-21", "linux.resources.cpu.shares", .natural),
    ("CGR-22", "linux.resources.cpu.quota", .integer), ("CGR-23", "linux.resources.cpu.burst", .natural),
    ("CGR-24", "linux.resources.cpu.period", .natural), ("CGR-25", "linux.resources.cpu.realtimeRuntime", .integer),
    ("CGR-25", "linux.resources.cpu.realtimePeriod", .natural), ("CGR-26", "linux.resources.cpu.cpus", .string),
    ("CGR-27", "linux.resources.cpu.mems", .string), ("CGR-28", "linux.resources.cpu.idle", .integer),
    ("CGR-29", "linux.resources.blockIO", .object), ("CGR-29", "linux.resources.blockIO.weight", .short),
    ("CGR-30", "linux.resources.blockIO.leafWeight", .short), ("CGR-31", "linux.resources.blockIO.weightDevice", .array),
    ("CGR-31", "linux.resources.blockIO.weightDevice[0]", .object),
    ("CGR-31", "linux.resources.blockIO.weightDevice[0].major", .integer),
    ("CGR-31", "linux.resources.blockIO.weightDevice[0].minor", .integer),
    ("CGR-31", "linux.resources.blockIO.weightDevice[0].weight", .short),
    ("CGR-31", "linux.resources.blockIO.weightDevice[0].leafWeight", .short),
    ("CGR-32", "linux.resources.blockIO.throttleReadBpsDevice", .array),
    ("CGR-32", "linux.resources.blockIO.throttleReadBpsDevice[0]", .object),
    ("CGR-32", "linux.resources.blockIO.throttleReadBpsDevice[0].major", .integer),
    ("CGR-32", "linux.resources.blockIO.throttleReadBpsDevice[0].minor", .integer),
    ("CGR-32", "linux.resources.blockIO.throttleReadBpsDevice[0].rate", .natural),
    ("CGR-33", "linux.resources.blockIO.throttleWriteBpsDevice", .array),
    ("CGR-33", "linux.resources.blockIO.throttleWriteBpsDevice[0]", .object),
    ("CGR-33", "linux.resources.blockIO.throttleWriteBpsDevice[0].major", .integer),
    ("CGR-33", "linux.resources.blockIO.throttleWriteBpsDevice[0].minor", .integer),
    ("CGR-33", "linux.resources.blockIO.throttleWriteBpsDevice[0].rate", .natural),
    ("CGR-34", "linux.resources.blockIO.throttleReadIOPSDevice", .array),
    ("CGR-34", "linux.resources.blockIO.throttleReadIOPSDevice[0]", .object),
    ("CGR-34", "linux.resources.blockIO.throttleReadIOPSDevice[0].major", .integer),
    ("CGR-34", "linux.resources.blockIO.throttleReadIOPSDevice[0].minor", .integer),
    ("CGR-34", "linux.resources.blockIO.throttleReadIOPSDevice[0].rate", .natural),
    ("CGR-35", "linux.resources.blockIO.throttleWriteIOPSDevice", .array),
    ("CGR-35", "linux.resources.blockIO.throttleWriteIOPSDevice[0]", .object),
    ("CGR-35", "linux.resources.blockIO.throttleWriteIOPSDevice[0].major", .integer),
    ("CGR-35", "linux.resources.blockIO.throttleWriteIOPSDevice[0].minor", .integer),
    ("CGR-35", "linux.resources.blockIO.throttleWriteIOPSDevice[0].rate", .natural),
    ("CGR-36", "linux.resources.hugepageLimits", .array), ("CGR-36", "linux.resources.hugepageLimits[0]", .object),
    ("CGR-36", "linux.resources.hugepageLimits[0].pageSize", .string),
    ("CGR-37", "linux.resources.hugepageLimits[0].limit", .natural), ("CGR-38", "linux.resources.network", .object),
    ("CGR-38", "linux.resources.network.classID", .id), ("CGR-38", "linux.resources.network.priorities", .array),
    ("CGR-38", "linux.resources.network.priorities[0]", .object),
    ("CGR-38", "linux.resources.network.priorities[0].name", .string),
    ("CGR-38", "linux.resources.network.priorities[0].priority", .id), ("CGR-39", "linux.resources.pids", .object),
    ("CGR-39", "linux.resources.pids.limit", .integer), ("CGR-40", "linux.resources.rdma", .object),
    ("CGR-40", #"linux.resources.rdma["mlx5_1"]"#, .object), ("CGR-40", #"linux.resources.rdma["mlx5_1"].hcaHandles"#, .id),
    ("CGR-40", #"linux.resources.rdma["mlx5_1"].hcaObjects"#, .id), ("CGR-41", "linux.resources.unified", .object),
    ("CGR-41", #"linux.resources.unified["memory.high"]"#, .string),
  ]

  private static let seccomp: [Property] = [
    ("SEC-01", "linux.seccomp", .object), ("SEC-01", "linux.seccomp.defaultAction", .string),
    ("SEC-02", "linux.seccomp.defaultErrnoRet", .id), ("SEC-03", "linux.seccomp.architectures", .array),
    ("SEC-03", "linux.seccomp.architectures[0]", .string), ("SEC-04", "linux.seccomp.flags", .array),
    ("SEC-04", "linux.seccomp.flags[0]", .string), ("SEC-05", "linux.seccomp.listenerPath", .string),
    ("SEC-06", "linux.seccomp.listenerMetadata", .string), ("SEC-07", "linux.seccomp.syscalls", .array),
    ("SEC-07", "linux.seccomp.syscalls[0]", .object), ("SEC-07", "linux.seccomp.syscalls[0].names", .array),
    ("SEC-07", "linux.seccomp.syscalls[0].names[0]", .string), ("SEC-08", "linux.seccomp.syscalls[0].action", .string),
    ("SEC-09", "linux.seccomp.syscalls[0].errnoRet", .id), ("SEC-10", "linux.seccomp.syscalls[0].args", .array),
    ("SEC-10", "linux.seccomp.syscalls[0].args[0]", .object), ("SEC-10", "linux.seccomp.syscalls[0].args[0].index", .id),
    ("SEC-10", "linux.seccomp.syscalls[0].args[0].value", .natural),
    ("SEC-11", "linux.seccomp.syscalls[0].args[0].valueTwo", .natural),
    ("SEC-12", "linux.seccomp.syscalls[0].args[0].op", .string),
  ]

  /// null is the same as absent (config.md "Extensibility"; engines written in Go send it).
  static let missing: [ErrorRow] = [
    ErrorRow("BUN-07", "ociVersion", nil, "is required, add a string"),
    ErrorRow("MNT-02", "root.path", nil, "is required, add a string"),
    ErrorRow("PRC-04", "process.cwd", nil, "is required, add a string"),
    ErrorRow("PRC-03", "process.consoleSize.height", nil, "is required, add an integer from 0 to 65535"),
    ErrorRow("PRC-03", "process.consoleSize.width", nil, "is required, add an integer from 0 to 65535"),
    ErrorRow("PRC-08", "process.rlimits[0].type", nil, "is required, add a string"),
    ErrorRow("PRC-08", "process.rlimits[0].soft", nil, "is required, add an integer from 0 up"),
    ErrorRow("PRC-08", "process.rlimits[0].hard", nil, "is required, add an integer from 0 up"),
    ErrorRow(
      "PRC-21", "process.scheduler.policy", nil,
      "is required, add one of SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_ISO, SCHED_IDLE, SCHED_DEADLINE"),
    ErrorRow(
      "PRC-26", "process.ioPriority.class", nil, "is required, add one of IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE"),
    ErrorRow("MNT-05", "mounts[0].destination", nil, "is required, add a string"),
    ErrorRow("MNT-45", "mounts[0].uidMappings[0].containerID", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("MNT-45", "mounts[0].uidMappings[0].hostID", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("MNT-45", "mounts[0].uidMappings[0].size", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("MNT-46", "mounts[0].gidMappings[0].containerID", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("MNT-46", "mounts[0].gidMappings[0].hostID", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("MNT-46", "mounts[0].gidMappings[0].size", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("LNX-07", "linux.uidMappings[0].containerID", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("LNX-07", "linux.uidMappings[0].hostID", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("LNX-07", "linux.uidMappings[0].size", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("LNX-07", "linux.gidMappings[0].containerID", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("LNX-07", "linux.gidMappings[0].hostID", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("LNX-07", "linux.gidMappings[0].size", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("HOK-07", "hooks.prestart[0].path", nil, "is required, add a string"),
    ErrorRow("HOK-07", "hooks.createRuntime[0].path", nil, "is required, add a string"),
    ErrorRow("HOK-07", "hooks.createContainer[0].path", nil, "is required, add a string"),
    ErrorRow("HOK-07", "hooks.startContainer[0].path", nil, "is required, add a string"),
    ErrorRow("HOK-07", "hooks.poststart[0].path", nil, "is required, add a string"),
    ErrorRow("HOK-07", "hooks.poststop[0].path", nil, "is required, add a string"),
    ErrorRow(
      "LNX-02", "linux.namespaces[0].type", nil, "is required, add one of cgroup, ipc, mount, network, pid, time, user, uts"),
    ErrorRow("LNX-10", "linux.devices[0].type", nil, "is required, add one of c, b, u, p"),
    ErrorRow("LNX-11", "linux.devices[0].path", nil, "is required, add a string"),
    ErrorRow("LNX-12", "linux.devices[0].major", nil, "is required, add an integer"),
    ErrorRow("LNX-12", "linux.devices[0].minor", nil, "is required, add an integer"),
    ErrorRow("LNX-32", "linux.personality.domain", nil, "is required, add one of LINUX, LINUX32"),
    ErrorRow(
      "LNX-34", "linux.memoryPolicy.mode", nil,
      "is required, add one of MPOL_DEFAULT, MPOL_BIND, MPOL_INTERLEAVE, MPOL_WEIGHTED_INTERLEAVE, MPOL_PREFERRED, MPOL_PREFERRED_MANY, MPOL_LOCAL"
    ),
    ErrorRow("CGR-12", "linux.resources.devices[0].allow", nil, "is required, add true or false"),
    ErrorRow("CGR-31", "linux.resources.blockIO.weightDevice[0].major", nil, "is required, add an integer"),
    ErrorRow("CGR-31", "linux.resources.blockIO.weightDevice[0].minor", nil, "is required, add an integer"),
    ErrorRow("CGR-32", "linux.resources.blockIO.throttleReadBpsDevice[0].major", nil, "is required, add an integer"),
    ErrorRow("CGR-32", "linux.resources.blockIO.throttleReadBpsDevice[0].minor", nil, "is required, add an integer"),
    ErrorRow("CGR-32", "linux.resources.blockIO.throttleReadBpsDevice[0].rate", nil, "is required, add an integer from 0 up"),
    ErrorRow("CGR-33", "linux.resources.blockIO.throttleWriteBpsDevice[0].major", nil, "is required, add an integer"),
    ErrorRow("CGR-33", "linux.resources.blockIO.throttleWriteBpsDevice[0].minor", nil, "is required, add an integer"),
    ErrorRow("CGR-33", "linux.resources.blockIO.throttleWriteBpsDevice[0].rate", nil, "is required, add an integer from 0 up"),
    ErrorRow("CGR-34", "linux.resources.blockIO.throttleReadIOPSDevice[0].major", nil, "is required, add an integer"),
    ErrorRow("CGR-34", "linux.resources.blockIO.throttleReadIOPSDevice[0].minor", nil, "is required, add an integer"),
    ErrorRow("CGR-34", "linux.resources.blockIO.throttleReadIOPSDevice[0].rate", nil, "is required, add an integer from 0 up"),
    ErrorRow("CGR-35", "linux.resources.blockIO.throttleWriteIOPSDevice[0].major", nil, "is required, add an integer"),
    ErrorRow("CGR-35", "linux.resources.blockIO.throttleWriteIOPSDevice[0].minor", nil, "is required, add an integer"),
    ErrorRow("CGR-35", "linux.resources.blockIO.throttleWriteIOPSDevice[0].rate", nil, "is required, add an integer from 0 up"),
    ErrorRow("CGR-36", "linux.resources.hugepageLimits[0].pageSize", nil, "is required, add a string"),
    ErrorRow("CGR-37", "linux.resources.hugepageLimits[0].limit", nil, "is required, add an integer from 0 up"),
    ErrorRow("CGR-38", "linux.resources.network.priorities[0].name", nil, "is required, add a string"),
    ErrorRow("CGR-38", "linux.resources.network.priorities[0].priority", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow(
      "SEC-01", "linux.seccomp.defaultAction", nil,
      "is required, add one of SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP, SCMP_ACT_ERRNO, SCMP_ACT_TRACE, SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_NOTIFY"
    ),
    ErrorRow("SEC-07", "linux.seccomp.syscalls[0].names", nil, "is required, add an array of strings"),
    ErrorRow(
      "SEC-08", "linux.seccomp.syscalls[0].action", nil,
      "is required, add one of SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP, SCMP_ACT_ERRNO, SCMP_ACT_TRACE, SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_NOTIFY"
    ),
    ErrorRow("SEC-10", "linux.seccomp.syscalls[0].args[0].index", nil, "is required, add an integer from 0 to 4294967295"),
    ErrorRow("SEC-10", "linux.seccomp.syscalls[0].args[0].value", nil, "is required, add an integer from 0 up"),
    ErrorRow(
      "SEC-12", "linux.seccomp.syscalls[0].args[0].op", nil,
      "is required, add one of SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ"),
  ]

  static let unknownValues: [ErrorRow] = [
    ErrorRow(
      "LNX-02", "linux.namespaces[0].type", #""net""#,
      #"unknown value "net", expected one of cgroup, ipc, mount, network, pid, time, user, uts"#),
    ErrorRow(
      "LNX-02", "linux.namespaces[0].type", #""mnt""#,
      #"unknown value "mnt", expected one of cgroup, ipc, mount, network, pid, time, user, uts"#),
    ErrorRow(
      "LNX-02", "linux.namespaces[0].type", #""PID""#,
      #"unknown value "PID", expected one of cgroup, ipc, mount, network, pid, time, user, uts"#),
    ErrorRow(
      "LNX-02", "linux.namespaces[0].type", #""""#,
      #"unknown value "", expected one of cgroup, ipc, mount, network, pid, time, user, uts"#),
    ErrorRow("LNX-10", "linux.devices[0].type", #""char""#, #"unknown value "char", expected one of c, b, u, p"#),
    ErrorRow("LNX-10", "linux.devices[0].type", #""C""#, #"unknown value "C", expected one of c, b, u, p"#),
    ErrorRow("CGR-12", "linux.resources.devices[0].type", #""p""#, #"unknown value "p", expected one of a, b, c"#),
    ErrorRow("CGR-12", "linux.resources.devices[0].type", #""u""#, #"unknown value "u", expected one of a, b, c"#),
    ErrorRow(
      "LNX-27", "linux.rootfsPropagation", #""rro""#,
      #"unknown value "rro", expected one of private, shared, slave, unbindable, rprivate, rshared, rslave, runbindable"#),
    ErrorRow(
      "LNX-27", "linux.rootfsPropagation", #""""#,
      #"unknown value "", expected one of private, shared, slave, unbindable, rprivate, rshared, rslave, runbindable"#),
    ErrorRow("LNX-32", "linux.personality.domain", #""LINUX64""#, #"unknown value "LINUX64", expected one of LINUX, LINUX32"#),
    ErrorRow(
      "LNX-34", "linux.memoryPolicy.mode", #""BIND""#,
      #"unknown value "BIND", expected one of MPOL_DEFAULT, MPOL_BIND, MPOL_INTERLEAVE, MPOL_WEIGHTED_INTERLEAVE, MPOL_PREFERRED, MPOL_PREFERRED_MANY, MPOL_LOCAL"#
    ),
    ErrorRow(
      "LNX-36", "linux.memoryPolicy.flags[0]", #""MPOL_F_X""#,
      #"unknown value "MPOL_F_X", expected one of MPOL_F_NUMA_BALANCING, MPOL_F_RELATIVE_NODES, MPOL_F_STATIC_NODES"#),
    ErrorRow(
      "PRC-21", "process.scheduler.policy", #""FIFO""#,
      #"unknown value "FIFO", expected one of SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_ISO, SCHED_IDLE, SCHED_DEADLINE"#
    ),
    ErrorRow(
      "PRC-24", "process.scheduler.flags[0]", #""RESET_ON_FORK""#,
      #"unknown value "RESET_ON_FORK", expected one of SCHED_FLAG_RESET_ON_FORK, SCHED_FLAG_RECLAIM, SCHED_FLAG_DL_OVERRUN, SCHED_FLAG_KEEP_POLICY, SCHED_FLAG_KEEP_PARAMS, SCHED_FLAG_UTIL_CLAMP_MIN, SCHED_FLAG_UTIL_CLAMP_MAX"#
    ),
    ErrorRow(
      "PRC-26", "process.ioPriority.class", #""RT""#,
      #"unknown value "RT", expected one of IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE"#),
    ErrorRow(
      "SEC-01", "linux.seccomp.defaultAction", #""ALLOW""#,
      #"unknown value "ALLOW", expected one of SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP, SCMP_ACT_ERRNO, SCMP_ACT_TRACE, SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_NOTIFY"#
    ),
    ErrorRow(
      "SEC-01", "linux.seccomp.defaultAction", #""SCMP_ACT_DENY""#,
      #"unknown value "SCMP_ACT_DENY", expected one of SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP, SCMP_ACT_ERRNO, SCMP_ACT_TRACE, SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_NOTIFY"#
    ),
    ErrorRow(
      "SEC-08", "linux.seccomp.syscalls[0].action", #""errno""#,
      #"unknown value "errno", expected one of SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP, SCMP_ACT_ERRNO, SCMP_ACT_TRACE, SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_NOTIFY"#
    ),
    ErrorRow(
      "SEC-03", "linux.seccomp.architectures[0]", #""SCMP_ARCH_VAX""#,
      #"unknown value "SCMP_ARCH_VAX", expected one of SCMP_ARCH_X86, SCMP_ARCH_X86_64, SCMP_ARCH_X32, SCMP_ARCH_ARM, SCMP_ARCH_AARCH64, SCMP_ARCH_LOONGARCH64, SCMP_ARCH_M68K, SCMP_ARCH_MIPS, SCMP_ARCH_MIPS64, SCMP_ARCH_MIPS64N32, SCMP_ARCH_MIPSEL, SCMP_ARCH_MIPSEL64, SCMP_ARCH_MIPSEL64N32, SCMP_ARCH_PPC, SCMP_ARCH_PPC64, SCMP_ARCH_PPC64LE, SCMP_ARCH_S390, SCMP_ARCH_S390X, SCMP_ARCH_SH, SCMP_ARCH_SHEB, SCMP_ARCH_PARISC, SCMP_ARCH_PARISC64, SCMP_ARCH_RISCV64"#
    ),
    ErrorRow(
      "SEC-03", "linux.seccomp.architectures[0]", #""amd64""#,
      #"unknown value "amd64", expected one of SCMP_ARCH_X86, SCMP_ARCH_X86_64, SCMP_ARCH_X32, SCMP_ARCH_ARM, SCMP_ARCH_AARCH64, SCMP_ARCH_LOONGARCH64, SCMP_ARCH_M68K, SCMP_ARCH_MIPS, SCMP_ARCH_MIPS64, SCMP_ARCH_MIPS64N32, SCMP_ARCH_MIPSEL, SCMP_ARCH_MIPSEL64, SCMP_ARCH_MIPSEL64N32, SCMP_ARCH_PPC, SCMP_ARCH_PPC64, SCMP_ARCH_PPC64LE, SCMP_ARCH_S390, SCMP_ARCH_S390X, SCMP_ARCH_SH, SCMP_ARCH_SHEB, SCMP_ARCH_PARISC, SCMP_ARCH_PARISC64, SCMP_ARCH_RISCV64"#
    ),
    ErrorRow(
      "SEC-04", "linux.seccomp.flags[0]", #""TSYNC""#,
      #"unknown value "TSYNC", expected one of SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"#
    ),
    ErrorRow(
      "SEC-04", "linux.seccomp.flags[0]", #""SECCOMP_FILTER_FLAG_NEW_LISTENER""#,
      #"unknown value "SECCOMP_FILTER_FLAG_NEW_LISTENER", expected one of SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"#
    ),
    ErrorRow(
      "SEC-12", "linux.seccomp.syscalls[0].args[0].op", #""==""#,
      #"unknown value "==", expected one of SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ"#
    ),
  ]

  static let outOfRange: [ErrorRow] = [
    ErrorRow("PRC-30", "process.user.uid", "-1", "-1 is out of range, expected 0 to 4294967295"),
    ErrorRow("PRC-30", "process.user.uid", "4294967296", "4294967296 is out of range, expected 0 to 4294967295"),
    ErrorRow("PRC-31", "process.user.gid", "-1", "-1 is out of range, expected 0 to 4294967295"),
    ErrorRow("PRC-33", "process.user.additionalGids[0]", "-1", "-1 is out of range, expected 0 to 4294967295"),
    ErrorRow("PRC-32", "process.user.umask", "-1", "-1 is out of range, expected 0 to 4294967295"),
    ErrorRow("PRC-03", "process.consoleSize.height", "65536", "65536 is out of range, expected 0 to 65535"),
    ErrorRow("PRC-03", "process.consoleSize.width", "-1", "-1 is out of range, expected 0 to 65535"),
    ErrorRow("PRC-08", "process.rlimits[0].soft", "-1", "-1 is out of range, expected 0 to 18446744073709551615"),
    ErrorRow("PRC-08", "process.rlimits[0].hard", "-1", "-1 is out of range, expected 0 to 18446744073709551615"),
    ErrorRow("PRC-22", "process.scheduler.nice", "2147483648", "2147483648 is out of range, expected -2147483648 to 2147483647"),
    ErrorRow("PRC-25", "process.scheduler.runtime", "-1", "-1 is out of range, expected 0 to 18446744073709551615"),
    ErrorRow("LNX-07", "linux.uidMappings[0].hostID", "-1", "-1 is out of range, expected 0 to 4294967295"),
    ErrorRow("LNX-07", "linux.gidMappings[0].size", "4294967296", "4294967296 is out of range, expected 0 to 4294967295"),
    ErrorRow("LNX-08", #"linux.timeOffsets["monotonic"].nanosecs"#, "-1", "-1 is out of range, expected 0 to 4294967295"),
    ErrorRow("LNX-13", "linux.devices[0].fileMode", "-1", "-1 is out of range, expected 0 to 4294967295"),
    ErrorRow("LNX-14", "linux.devices[0].uid", "-1", "-1 is out of range, expected 0 to 4294967295"),
    ErrorRow("CGR-21", "linux.resources.cpu.shares", "-1", "-1 is out of range, expected 0 to 18446744073709551615"),
    ErrorRow("CGR-24", "linux.resources.cpu.period", "-1", "-1 is out of range, expected 0 to 18446744073709551615"),
    ErrorRow("CGR-29", "linux.resources.blockIO.weight", "65536", "65536 is out of range, expected 0 to 65535"),
    ErrorRow(
      "CGR-32", "linux.resources.blockIO.throttleReadBpsDevice[0].rate", "-1",
      "-1 is out of range, expected 0 to 18446744073709551615"),
    ErrorRow("CGR-37", "linux.resources.hugepageLimits[0].limit", "-1", "-1 is out of range, expected 0 to 18446744073709551615"),
    ErrorRow(
      "CGR-40", #"linux.resources.rdma["mlx5_1"].hcaHandles"#, "4294967296",
      "4294967296 is out of range, expected 0 to 4294967295"),
    ErrorRow("CGR-38", "linux.resources.network.classID", "-1", "-1 is out of range, expected 0 to 4294967295"),
    ErrorRow("SEC-02", "linux.seccomp.defaultErrnoRet", "-1", "-1 is out of range, expected 0 to 4294967295"),
    ErrorRow("SEC-09", "linux.seccomp.syscalls[0].errnoRet", "-1", "-1 is out of range, expected 0 to 4294967295"),
    ErrorRow("SEC-10", "linux.seccomp.syscalls[0].args[0].value", "-1", "-1 is out of range, expected 0 to 18446744073709551615"),
  ]
}
