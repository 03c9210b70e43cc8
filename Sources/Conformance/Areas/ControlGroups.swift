extension Index {
  static let controlGroups = Area(
    letters: "CGR", title: "Control groups", page: "cgroups", document: .config,
    rows: [
      Row(
        "CGR-01", "a frozen cgroup, or one with processes in it, is refused", in: "ControlGroups/Creation.swift",
        shown: "Config/ControlGroupTests.oneWithProcessesInItIsRefused"),
      Row(
        "CGR-02", "an absolute path is taken from the mount point", ["linux.cgroupsPath"], in: "ControlGroups/Hierarchy.swift",
        shown: "Config/ControlGroupTests.anAbsolutePathIsTakenFromTheRoot"),
      Row(
        "CGR-03", "a relative one beside the runtime's own cgroup", in: "ControlGroups/Hierarchy.swift",
        shown: "Config/ControlGroupTests.withoutASlashItIsTheRuntimesChoice"),
      Row(
        "CGR-04", "the same path is the same place", in: "ControlGroups/Hierarchy.swift",
        shown: "Config/ControlGroupTests.theSamePathIsTheSamePlace"),
      Row(
        "CGR-05", "unset: beside the runtime's own, named for the container", in: "ControlGroups/Hierarchy.swift",
        shown: "ControlGroupsTests/PathTests.path"),
      Row(
        "CGR-06", "one that leads elsewhere is refused", in: "ControlGroups/Hierarchy.swift",
        shown: "Config/ControlGroupTests.aPathThatSaysAnotherPlaceIsRefused"),
      Row(
        "CGR-07", "made if it is not there", in: "ControlGroups/Creation.swift",
        shown: "Config/ControlGroupTests.aNestedPathIsMadeAndRemoved"),
      Row(
        "CGR-08", "given to the container's user only with a cgroup namespace and a writable mount of it",
        in: "Container/Features/ControlGroup.swift", shown: "Config/ControlGroupTests.aReadonlyMountGivesNobodyTheCgroup"),
      Row(
        "CGR-09", "the directory and the files of /sys/kernel/cgroup/delegate, and no others", in: "ControlGroups/Creation.swift",
        shown: "Config/ControlGroupTests.theUserOfTheContainerOwnsIt"),
      Row(
        "CGR-10", "a file that is not there is passed over", in: "ControlGroups/Creation.swift",
        shown: "ControlGroupsTests/ControlGroupTests.delegatesTheListedFilesOnly"),
      Row(
        "CGR-11", "without that list: cgroup.procs, cgroup.subtree_control, cgroup.threads", in: "ControlGroups/Creation.swift",
        shown: "ControlGroupsTests/ControlGroupTests.delegatesTheListedFilesOnly"),
      Row(
        "CGR-12", "in their order, a device program of the kernel",
        ["linux.resources", "linux.resources.devices"]
          + ["allow", "type", "major", "minor", "access"].map { "linux.resources.devices[].\($0)" },
        in: "ControlGroups/DeviceProgram.swift", shown: "Config/DevicesTests.aLaterRuleCounts"),
      memory("CGR-13", "memory.max", ["linux.resources.memory", "linux.resources.memory.limit"], "memoryLimit"),
      memory("CGR-14", "memory.low", ["linux.resources.memory.reservation"], "memoryReservation"),
      memory("CGR-15", "memory.swap.max, less the limit", ["linux.resources.memory.swap"], "memorySwap"),
      Row(
        "CGR-16", "limits of kernel memory", ["linux.resources.memory.kernel", "linux.resources.memory.kernelTCP"],
        status: .refused(
          "cgroup v2 has no limit for it; a limit of all kernel memory, not recommended any more, is only warned of"),
        in: "ControlGroups/MemoryWrites.swift", shown: "Config/ResourcesTests.whatVersion2HasNotIsRefused"),
      Row(
        "CGR-17", "swappiness", ["linux.resources.memory.swappiness"], status: .refused("cgroup v2 has none"),
        in: "ControlGroups/MemoryWrites.swift", shown: "Config/ResourcesTests.whatVersion2HasNotIsRefused"),
      Row(
        "CGR-18", "true: no OOM killer", ["linux.resources.memory.disableOOMKiller"],
        status: .refused("cgroup v2 cannot; false says what is so"), in: "ControlGroups/MemoryWrites.swift",
        shown: "Config/ResourcesTests.whatVersion2HasNotIsRefused"),
      Row(
        "CGR-19", "false: limits that do not reach below", ["linux.resources.memory.useHierarchy"],
        status: .refused("in cgroup v2 they always do; true says what is so"), in: "ControlGroups/MemoryWrites.swift",
        shown: "Config/ResourcesTests.whatVersion2HasNotIsRefused"),
      Row(
        "CGR-20", "a limit below what is in use is refused", ["linux.resources.memory.checkBeforeUpdate"],
        in: "ControlGroups/MemoryWrites.swift", shown: "Config/UnfitControlGroupTests.aLimitBelowTheUsageIsRefusedIfAskedFor"),
      cpu("CGR-21", "cpu.weight", ["linux.resources.cpu", "linux.resources.cpu.shares"], "cpuShares"),
      cpu("CGR-22", "microseconds in each period, cpu.max", ["linux.resources.cpu.quota"], "cpuQuotaAndPeriod"),
      cpu("CGR-23", "cpu.max.burst, not above the quota", ["linux.resources.cpu.burst"], "cpuBurst"),
      cpu("CGR-24", "microseconds, cpu.max", ["linux.resources.cpu.period"], "cpuQuotaAndPeriod"),
      Row(
        "CGR-25", "realtime budgets", ["linux.resources.cpu.realtimeRuntime", "linux.resources.cpu.realtimePeriod"],
        status: .refused("cgroup v2 has none"), in: "ControlGroups/CPUWrites.swift",
        shown: "Config/ResourcesTests.whatVersion2HasNotIsRefused"),
      cpu("CGR-26", "cpuset.cpus", ["linux.resources.cpu.cpus"], "cpusAndMems"),
      cpu("CGR-27", "cpuset.mems", ["linux.resources.cpu.mems"], "cpusAndMems"),
      cpu("CGR-28", "cpu.idle", ["linux.resources.cpu.idle"], "cpuIdle"),
      Row(
        "CGR-29", "io.weight, or io.bfq.weight", ["linux.resources.blockIO", "linux.resources.blockIO.weight"],
        in: "ControlGroups/BlockIOWrites.swift", shown: "ControlGroupsTests/WritesTests.ioWeight"),
      Row(
        "CGR-30", "the weight of leaves", ["linux.resources.blockIO.leafWeight"],
        status: .refused("it went with CFQ, and cgroup v2 has none"), in: "ControlGroups/BlockIOWrites.swift",
        shown: "ControlGroupsTests/WritesTests.version1SettingsAreRefused"),
      Row(
        "CGR-31", "the weight on a device",
        ["linux.resources.blockIO.weightDevice"]
          + ["major", "minor", "weight", "leafWeight"].map { "linux.resources.blockIO.weightDevice[].\($0)" },
        in: "ControlGroups/BlockIOWrites.swift", shown: "ControlGroupsTests/WritesTests.ioOfDevices"),
      throttle("CGR-32", "throttleReadBpsDevice", "rbps"),
      throttle("CGR-33", "throttleWriteBpsDevice", "wbps"),
      throttle("CGR-34", "throttleReadIOPSDevice", "riops"),
      throttle("CGR-35", "throttleWriteIOPSDevice", "wiops"),
      Row(
        "CGR-36", "a size of the kernel's huge pages",
        ["linux.resources.hugepageLimits", "linux.resources.hugepageLimits[].pageSize"],
        in: "OCISpec/Checks/ResourceChecks.swift", shown: "OCISpecTests/ResourceCheckTests.says"),
      Row(
        "CGR-37", "hugetlb.SIZE.max, and rsvd.max where the kernel counts reservations",
        ["linux.resources.hugepageLimits[].limit"], in: "ControlGroups/Writes.swift",
        shown: "ControlGroupsTests/WritesTests.hugepages"
      ),
      Row(
        "CGR-38", "net_cls and net_prio",
        [
          "linux.resources.network", "linux.resources.network.classID", "linux.resources.network.priorities",
          "linux.resources.network.priorities[].name", "linux.resources.network.priorities[].priority",
        ], status: .refused("cgroup v2 has neither controller"), in: "ControlGroups/Writes.swift",
        shown: "Config/ResourcesTests.networkClassesAreRefused"),
      Row(
        "CGR-39", "pids.max; -1 is max", ["linux.resources.pids", "linux.resources.pids.limit"], in: "ControlGroups/Writes.swift",
        shown: "Config/ResourcesTests.pidsLimit"),
      Row(
        "CGR-40", "rdma.max",
        [
          "linux.resources.rdma", "linux.resources.rdma.*", "linux.resources.rdma.*.hcaHandles",
          "linux.resources.rdma.*.hcaObjects",
        ], in: "ControlGroups/Writes.swift", shown: "ControlGroupsTests/WritesTests.rdma"),
      Row(
        "CGR-41", "each file as it is written; a controller that is missing is an error",
        ["linux.resources.unified", "linux.resources.unified.*"], in: "ControlGroups/Writes.swift",
        shown: "Config/ResourcesTests.unifiedIsWritten"),
      Row(
        "CGR-42", "a setting of v1 that v2 has no equivalent for is an error", in: "ControlGroups/MemoryWrites.swift",
        shown: "Config/ResourcesTests.whatVersion2HasNotIsRefused"),
    ])

  private static func memory(_ id: String, _ statement: String, _ properties: [String], _ test: String) -> Row {
    Row(id, statement, properties, in: "ControlGroups/MemoryWrites.swift", shown: "Config/ResourcesTests.\(test)")
  }

  private static func cpu(_ id: String, _ statement: String, _ properties: [String], _ test: String) -> Row {
    Row(id, statement, properties, in: "ControlGroups/CPUWrites.swift", shown: "Config/ResourcesTests.\(test)")
  }

  private static func throttle(_ id: String, _ list: String, _ key: String) -> Row {
    let path = "linux.resources.blockIO.\(list)"
    return Row(
      id, "io.max \(key)", [path] + ["major", "minor", "rate"].map { "\(path)[].\($0)" }, in: "ControlGroups/BlockIOWrites.swift",
      shown: "Config/ResourcesTests.ioThrottles")
  }
}
