import OCISpec

// What is of the right type and still wrong: a row for each rule, and one for each way to break it.

extension ErrorRow {
  private static let noID = "4294967295 is -1 to the kernel, which means no id at all, expected 0 to 4294967294"
  private static let addUTS = "without a private UTS namespace, add uts to linux.namespaces"
  private static let noUTS = ("linux.namespaces", #"[{"type": "pid"}, {"type": "mount"}]"#)
  private static let noNamespaces = ("linux.namespaces", "[]")
  private static let deadline = "it must be: 1024 ns <= runtime <= deadline <= period"
  private static let slash = "begin it with a slash"

  static let processRules: [ErrorRow] = [
    ErrorRow("BUN-07", "ociVersion", #""1.3""#, #""1.3" is no version in the form of SemVer 2.0.0, write one such as 1.3.0"#),
    ErrorRow(
      "BUN-07", "ociVersion", #""v1.0.2""#, #""v1.0.2" is no version in the form of SemVer 2.0.0, write one such as 1.3.0"#),
    ErrorRow(
      "BUN-07", "ociVersion", #""01.0.2""#, #""01.0.2" is no version in the form of SemVer 2.0.0, write one such as 1.3.0"#),
    ErrorRow("BUN-07", "ociVersion", #""""#, #""" is no version in the form of SemVer 2.0.0, write one such as 1.3.0"#),
    ErrorRow("BUN-07", "ociVersion", #""1.4.0""#, "1.4.0 is not supported, this runtime reads 1.0 to 1.3"),
    ErrorRow("BUN-07", "ociVersion", #""2.0.0""#, "2.0.0 is not supported, this runtime reads 1.0 to 1.3"),
    ErrorRow("BUN-07", "ociVersion", #""0.9.0""#, "0.9.0 is not supported, this runtime reads 1.0 to 1.3"),
    ErrorRow("MNT-01", "root", nil, "is required, add an object with the path of the root file system"),
    ErrorRow("MNT-02", "root.path", #""""#, "must not be empty, name the directory, usually rootfs"),
    ErrorRow("ANN-01", "annotations", #"{"": "x"}"#, "one has an empty name, give it a name such as com.example.key"),
    ErrorRow("PRC-06", "process.args", "[]", "args must not be empty, name the program to run"),
    ErrorRow("PRC-06", "process.args", nil, "args must not be empty, name the program to run"),
    ErrorRow("PRC-06", "process.args", #"["", "x"]"#, "must not be empty, it is the program to run", at: "process.args[0]"),
    ErrorRow(
      "PRC-06", "process.args[0]", #""a\u0000b""#, "contains a null byte, remove it: no system call takes a text with one"),
    ErrorRow("PRC-04", "process.cwd", #""work""#, #"Cwd must be an absolute path, not "work", \#(slash)"#),
    ErrorRow("PRC-04", "process.cwd", #""""#, #"Cwd must be an absolute path, not "", \#(slash)"#),
    ErrorRow("PRC-04", "process.cwd", #""./x""#, #"Cwd must be an absolute path, not "./x", \#(slash)"#),
    ErrorRow("PRC-05", "process.env[0]", #""PATH""#, #""PATH" is not of the form NAME=value, give it a name and an equals sign"#),
    ErrorRow("PRC-05", "process.env[0]", #""=x""#, #""=x" is not of the form NAME=value, give it a name and an equals sign"#),
    ErrorRow("PRC-05", "process.env[0]", #""""#, #""" is not of the form NAME=value, give it a name and an equals sign"#),
    ErrorRow("PRC-05", "process.env[0]", #""A=\u0000""#, "contains a null byte, remove it: no system call takes a text with one"),
    ErrorRow(
      "PRC-08", "process.rlimits[0].type", #""RLIMIT_X""#,
      #"unknown limit "RLIMIT_X", expected one of "# + Rlimit.known.joined(separator: ", ")),
    ErrorRow(
      "PRC-08", "process.rlimits[0].type", #""NOFILE""#,
      #"unknown limit "NOFILE", expected one of "# + Rlimit.known.joined(separator: ", ")),
    ErrorRow("PRC-08", "process.rlimits[0].soft", "1", "1 is more than the hard limit 0, lower soft or raise hard"),
    ErrorRow(
      "PRC-09", "process.rlimits[1]", #"{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}"#,
      "RLIMIT_CORE is there twice, remove this one or process.rlimits[0]", at: "process.rlimits[1].type",
      with: [("process.rlimits", #"[{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]"#)]),
    ErrorRow("PRC-19", "process.oomScoreAdj", "1001", "1001 is out of range, expected -1000 to 1000"),
    ErrorRow("PRC-19", "process.oomScoreAdj", "-1001", "-1001 is out of range, expected -1000 to 1000"),
    ErrorRow(
      "PRC-21", "process.scheduler.policy", #""SCHED_ISO""#, "SCHED_ISO is reserved, Linux never got it, take SCHED_OTHER"),
    ErrorRow("PRC-22", "process.scheduler.nice", "20", "20 is out of range, expected -20 to 19"),
    ErrorRow("PRC-22", "process.scheduler.nice", "-21", "-21 is out of range, expected -20 to 19"),
    ErrorRow(
      "PRC-23", "process.scheduler.priority", "1", "only SCHED_FIFO and SCHED_RR have one, the policy is SCHED_OTHER, remove it"),
    ErrorRow(
      "PRC-23", "process.scheduler", #"{"policy": "SCHED_FIFO"}"#, "0 is out of range, SCHED_FIFO takes 1 to 99",
      at: "process.scheduler.priority"),
    ErrorRow(
      "PRC-23", "process.scheduler", #"{"policy": "SCHED_RR", "priority": 100}"#, "100 is out of range, SCHED_RR takes 1 to 99",
      at: "process.scheduler.priority"),
    ErrorRow(
      "PRC-25", "process.scheduler.runtime", "1",
      "runtime, deadline and period are only for SCHED_DEADLINE, not SCHED_OTHER, remove them, or take SCHED_DEADLINE",
      at: "process.scheduler.policy"),
    ErrorRow(
      "PRC-25", "process.scheduler", #"{"policy": "SCHED_DEADLINE", "runtime": 9, "deadline": 9}"#, "9 is too short, \(deadline)",
      at: "process.scheduler.runtime"),
    ErrorRow(
      "PRC-25", "process.scheduler", #"{"policy": "SCHED_DEADLINE", "runtime": 3000, "deadline": 2000}"#,
      "3000 is longer than the deadline 2000, \(deadline)", at: "process.scheduler.runtime"),
    ErrorRow(
      "PRC-25", "process.scheduler", #"{"policy": "SCHED_DEADLINE", "runtime": 2000, "deadline": 3000, "period": 2500}"#,
      "3000 is longer than the period 2500, \(deadline)", at: "process.scheduler.deadline"),
    ErrorRow("PRC-27", "process.ioPriority.priority", "8", "8 is out of range, expected 0 (highest) to 7"),
    ErrorRow("PRC-27", "process.ioPriority.priority", "-1", "-1 is out of range, expected 0 (highest) to 7"),
    ErrorRow("PRC-28", "process.execCPUAffinity.initial", #""0-""#, #""0-" is no list of cpus, write it such as 0-3,7"#),
    ErrorRow("PRC-29", "process.execCPUAffinity.final", #""3-1""#, #""3-1" is no list of cpus, write it such as 0-3,7"#),
    ErrorRow("PRC-30", "process.user.uid", "4294967295", noID), ErrorRow("PRC-31", "process.user.gid", "4294967295", noID),
    ErrorRow("PRC-33", "process.user.additionalGids[0]", "4294967295", noID),
    ErrorRow("PRC-32", "process.user.umask", "512", "512 is more than 511 (0777), note that JSON numbers are decimal"),
    ErrorRow("PRC-34", "hostname", "\"\(String(repeating: "h", count: 65))\"", "has 65 bytes, the kernel takes 64 at most"),
    ErrorRow("PRC-35", "domainname", "\"\(String(repeating: "d", count: 65))\"", "has 65 bytes, the kernel takes 64 at most"),
    ErrorRow("DEF-01", "hostname", #""a""#, "unable to set hostname \(addUTS)", with: [noUTS]),
    ErrorRow("DEF-01", "domainname", #""a""#, "unable to set domainname \(addUTS)", with: [noUTS]),
    ErrorRow(
      "HOK-07", "hooks.prestart[0].path", #""bin/hook""#,
      #"must be an absolute path, not "bin/hook", hooks are not searched in PATH"#),
    ErrorRow("HOK-07", "hooks.poststop[0].path", #""""#, #"must be an absolute path, not "", hooks are not searched in PATH"#),
    ErrorRow(
      "HOK-10", "hooks.createRuntime[0].timeout", "0", "0 is out of range, must be 1 second or more; leave it out for no limit"),
    ErrorRow(
      "HOK-10", "hooks.startContainer[0].timeout", "-5", "-5 is out of range, must be 1 second or more; leave it out for no limit"
    ),
  ]

  private static let bound = ("mounts", #"[{"destination": "/a", "source": "/b", "options": ["bind"]}]"#)
  private static let procFiles =
    "only cpuinfo, diskstats, loadavg, meminfo, slabinfo, stat, swaps, sys/crypto/fips_enabled, sys/kernel/ns_last_pid, "
    + "uptime can be"
  private static let nullByte = "mount field contains null byte, remove it: no system call takes a text with one"

  static let mountRules: [ErrorRow] = [
    ErrorRow("MNT-05", "mounts[0].destination", #""""#, "must not be empty, name the place inside the container"),
    ErrorRow(
      "MNT-06", "mounts[0]", #"{"destination": "/a", "options": ["rbind"]}"#,
      "a bind mount needs one, name the file or directory to bind", at: "mounts[0].source"),
    ErrorRow(
      "MNT-07", "mounts[0]", #"{"destination": "/a", "source": "/b"}"#,
      "is required, name a type of /proc/filesystems, or add bind or rbind to options", at: "mounts[0].type"),
    ErrorRow(
      "MNT-08", "mounts[0].type", #""""#, "is required, name a type of /proc/filesystems, or add bind or rbind to options"),
    ErrorRow("DEF-12", "mounts[0].destination", #""/a\u0000""#, nullByte),
    ErrorRow("DEF-12", "mounts[0].source", #""\u0000""#, nullByte),
    ErrorRow("DEF-12", "mounts[0].type", #""tmp\u0000fs""#, nullByte),
    ErrorRow("DEF-12", "mounts[0].options[0]", #""size=1\u0000""#, nullByte),
    ErrorRow(
      "DEF-06", "mounts[0].options", #"["bind", "size=1", "mode=2"]"#,
      #"bind mounts cannot have any filesystem-specific options applied, remove "size=1,mode=2""#, with: [bound]),
    ErrorRow(
      "DEF-14", "mounts[0].destination", #""/proc/self/attr""#,
      #""/proc/self/attr" cannot be mounted because it is inside /proc, \#(procFiles)"#),
    ErrorRow(
      "DEF-14", "mounts[0].destination", #""/a/..//proc/./sys""#,
      #""/a/..//proc/./sys" cannot be mounted because it is inside /proc, \#(procFiles)"#),
    ErrorRow(
      "DEF-14", "mounts[0].destination", #""proc/cpuinfo/../keys""#,
      #""proc/cpuinfo/../keys" cannot be mounted because it is inside /proc, \#(procFiles)"#),
    ErrorRow(
      "DEF-14", "mounts[0].destination", #""/proc""#,
      #"/proc cannot be mounted because it is not of type proc but "tmpfs", make the type proc, or the destination another"#),
    ErrorRow(
      "MNT-43", "mounts[0].options", #"["bind", "idmap"]"#,
      "an id-mapped mount without mappings, in a container without a user namespace, add uidMappings and gidMappings, "
        + "or remove idmap", with: [bound]),
    ErrorRow(
      "MNT-45", "mounts[0].uidMappings", nil, "uidMappings and gidMappings only work together, add it, or remove gidMappings"),
    ErrorRow(
      "MNT-46", "mounts[0].gidMappings", nil, "uidMappings and gidMappings only work together, add it, or remove uidMappings"),
    ErrorRow("MNT-45", "mounts[0].uidMappings[0].size", "0", "is 0, must be 1 or more"),
    ErrorRow("MNT-46", "mounts[0].gidMappings[0].size", "0", "is 0, must be 1 or more"),
    ErrorRow(
      "MNT-45", "mounts[0].uidMappings[0].hostID", "4294967295",
      "4294967295 and size 1000 reach beyond the largest id 4294967294, make size smaller"),
    ErrorRow(
      "DEF-08", "mounts[0].options", #"["remount"]"#,
      "remount cannot change the id mapping of a mount, map the ids where it is mounted first",
      with: [
        (
          "mounts",
          #"[{"destination": "/a", "type": "tmpfs", "uidMappings": [{"containerID": 0, "hostID": 0, "size": 1}], "#
            + #""gidMappings": [{"containerID": 0, "hostID": 0, "size": 1}]}]"#
        )
      ]),
    ErrorRow(
      "DEF-08", "mounts", #"[{"destination": "/a", "source": "/b", "options": ["bind", "idmap"]}]"#,
      "id-mapped mounts are not possible in rootless containers, remove the mappings and idmap", at: "mounts[0].options",
      with: userNamespace.map { ($0.0, Optional($0.1)) }, rootless: true),
    ErrorRow(
      "DEF-08", "mounts", #"[{"destination": "/a", "type": "tmpfs", "options": ["gid=5000"]}]"#,
      "cannot specify gid=5000 for unmapped gid in rootless containers, map it or remove it", at: "mounts[0].options",
      with: userNamespace.map { ($0.0, Optional($0.1)) }, rootless: true),
  ]

  private static let noMNT = "unable to restrict sys entries without a private MNT namespace, add mount to linux.namespaces"

  static let namespaceRules: [ErrorRow] =
    ["pid", "network", "ipc", "uts", "mount", "cgroup"].enumerated().map { index, kind in
      ErrorRow(
        "LNX-06", "linux.namespaces[6]", #"{"type": "\#(kind)"}"#,
        "\(kind) is there twice, remove this one or linux.namespaces[\(index)]", at: "linux.namespaces[6].type")
    } + [
      ErrorRow(
        "LNX-03", "linux.namespaces[0].path", #""ns/pid""#,
        #"must be an absolute path, not "ns/pid", write it such as /proc/PID/ns/pid"#),
      ErrorRow(
        "DEF-03", "linux.uidMappings", nil,
        "a new user namespace needs at least one mapping, add one, or the path of a user namespace to join"),
      ErrorRow(
        "DEF-03", "linux.gidMappings", "[]",
        "a new user namespace needs at least one mapping, add one, or the path of a user namespace to join"),
      ErrorRow(
        "DEF-03", "linux.namespaces", #"[{"type": "mount"}]"#,
        "user namespace mappings without a user namespace, add user to linux.namespaces", at: "linux.uidMappings",
        with: [("linux.uidMappings", #"[{"containerID": 0, "hostID": 0, "size": 1}]"#)]),
      ErrorRow(
        "LNX-07", "linux.uidMappings[1]", #"{"containerID": 5000, "hostID": 9000, "size": 0}"#, "is 0, must be 1 or more",
        at: "linux.uidMappings[1].size"),
      ErrorRow(
        "LNX-07", "linux.gidMappings[1]", #"{"containerID": 5000, "hostID": 9000, "size": 0}"#, "is 0, must be 1 or more",
        at: "linux.gidMappings[1].size"),
      ErrorRow(
        "LNX-07", "linux.uidMappings[0].hostID", "4294966296",
        "4294966296 and size 1000 reach beyond the largest id 4294967294, make size smaller"),
      ErrorRow(
        "LNX-07", "linux.gidMappings[1]", #"{"containerID": 5, "hostID": 9000, "size": 1}"#,
        "overlaps with linux.gidMappings[0], give each id of either side once"),
      ErrorRow(
        "LNX-07", "linux.uidMappings[1]", #"{"containerID": 5000, "hostID": 1500, "size": 1}"#,
        "overlaps with linux.uidMappings[0], give each id of either side once"),
      ErrorRow(
        "LNX-07", "linux.uidMappings",
        "[\((0..<341).map { #"{"containerID": \#($0), "hostID": \#($0), "size": 1}"# }.joined(separator: ","))]",
        "has 341 mappings, the kernel takes 340: join neighbours to one"),
      ErrorRow(
        "PRC-30", "linux.uidMappings[0].containerID", "1",
        "cannot set uid to unmapped user in user namespace: 0 is not in linux.uidMappings, map it, or take one that is",
        at: "process.user.uid"),
      ErrorRow(
        "PRC-31", "linux.gidMappings[0].containerID", "1",
        "cannot set gid to unmapped user in user namespace: 0 is not in linux.gidMappings, map it, or take one that is",
        at: "process.user.gid"),
      ErrorRow(
        "LNX-02", "hostname", nil, "rootless containers need a user namespace, add user as `apus spec --rootless` does",
        at: "linux.namespaces", rootless: true),
      ErrorRow(
        "DEF-04", "linux.timeOffsets", #"{"boottime": {"secs": 1}}"#,
        "time namespace offsets without a time namespace, add time to linux.namespaces"),
      ErrorRow(
        "DEF-04", "linux.timeOffsets", #"{"boottime": {"secs": 1}}"#,
        "the offsets of a time namespace that is joined can't be changed, remove them, or the path of the time namespace",
        with: [("linux.namespaces[6]", #"{"type": "time", "path": "/proc/1/ns/time"}"#)]),
      ErrorRow(
        "LNX-08", #"linux.timeOffsets["realtime"]"#, "{}", "no clock of that name, expected monotonic or boottime"),
      ErrorRow(
        "LNX-08", #"linux.timeOffsets["monotonic"].nanosecs"#, "1000000000",
        "1000000000 is out of range, expected 0 to 999999999"),
      ErrorRow("DEF-02", "linux.maskedPaths", #"["/a"]"#, noMNT, with: [noNamespaces]),
      ErrorRow("DEF-02", "linux.readonlyPaths", #"["/a"]"#, noMNT, with: [noNamespaces]),
      ErrorRow(
        "LNX-28", "linux.maskedPaths", #"["/a", "b"]"#, #"must be an absolute path, not "b", \#(slash)"#,
        at: "linux.maskedPaths[1]"),
      ErrorRow(
        "LNX-29", "linux.readonlyPaths", #"[""]"#, #"must be an absolute path, not "", \#(slash)"#, at: "linux.readonlyPaths[0]"),
      ErrorRow(
        "DEF-15", "linux.rootfsPropagation", #""private""#,
        "private is not safe without pivot_root, leave out --no-pivot or choose slave", noPivot: true),
      ErrorRow(
        "DEF-15", "linux.rootfsPropagation", #""rprivate""#,
        "private is not safe without pivot_root, leave out --no-pivot or choose slave", noPivot: true),
    ]
}
