extension Index {
  static let deFacto = Area(
    letters: "DEF", title: "What engines rely on beyond the spec", page: "de-facto", document: .config,
    rows: [
      Row(
        "DEF-01", "hostname and domainname need a UTS namespace", in: "OCISpec/Checks/Checks.swift",
        shown: "Config/HostnameTests.withoutAUTSNamespaceItIsRefused"),
      Row(
        "DEF-02", "maskedPaths and readonlyPaths need a mount namespace", in: "OCISpec/Checks/NamespaceChecks.swift",
        shown: "Config/RootTests.pathsToRestrictAreRefused"),
      Row(
        "DEF-03", "a user namespace needs mappings or a path, mappings need a user namespace",
        in: "OCISpec/Checks/NamespaceChecks.swift", shown: "Config/UserNamespaceTests.oneWithoutMappingsIsRefused"),
      Row(
        "DEF-04", "timeOffsets need a time namespace that is new", in: "OCISpec/Checks/NamespaceChecks.swift",
        shown: "Config/TimeNamespaceTests.offsetsOfAJoinedOneAreRefused"),
      Row(
        "DEF-05", "sysctl: what a namespace of the container's own has, and nothing else",
        in: "OCISpec/Checks/SysctlChecks.swift", shown: "Config/SysctlTests.oneOfTheHostIsRefused"),
      Row(
        "DEF-06", "a bind takes no words of a file system", in: "OCISpec/Checks/MountChecks.swift",
        shown: "Config/MountsTests.aBindWithDataIsRefused"),
      Row(
        "DEF-07", "a root that is a symlink is refused", in: "Container/Features/Rootfs.swift",
        shown: "Config/RootTests.aLinkIsRefused"),
      Row(
        "DEF-08", "idmap works on every type, as in crun, and is refused to an ordinary user",
        in: "OCISpec/Checks/MountChecks.swift", shown: "OCISpecTests/MountCheckTests.says"),
      Row(
        "DEF-09", "netDevices need a network namespace, root and a name that can be one", in: "OCISpec/Checks/DeviceChecks.swift",
        shown: "OCISpecTests/LinuxCheckTests.says"),
      Row(
        "DEF-10", "a label where SELinux is off is an error", in: "Container/Features/ExecLabels.swift",
        shown: "Config/SecurityLabelsTests.aProcessLabelIsRefused"),
      Row("DEF-11", "closID is one name", in: "OCISpec/Linux/IntelRDT.swift", shown: "OCISpecTests/LinuxCheckTests.says"),
      Row(
        "DEF-12", "a NUL byte in a mount is refused", in: "OCISpec/Mount.swift",
        shown: "OCISpecTests/DecodeTests.saysAllMistakesOnOneLine"),
      Row(
        "DEF-13", "an empty access of a device is refused", in: "OCISpec/Checks/DeviceChecks.swift",
        shown: "Config/DevicesTests.anEmptyAccessIsRefused"),
      Row(
        "DEF-14", "below /proc only what lxcfs replaces may be mounted", in: "Container/Features/MountTarget.swift",
        shown: "Config/ProcMountTests.aMountInItIsRefused"),
      Row(
        "DEF-15", "rootfsPropagation private together with --no-pivot is refused", in: "OCISpec/Checks/NamespaceChecks.swift",
        shown: "OCISpecTests/LinuxCheckTests.says"),
      Row(
        "DEF-16", "a hook past its timeout is killed, and its output is in the error", in: "Container/Features/Hooks.swift",
        shown: "Config/HooksTests.oneThatTakesTooLongIsKilled"),
      Row(
        "DEF-17", "mknod of anything, and the usual devices, are always allowed", in: "ControlGroups/DeviceRules.swift",
        shown: "Config/DevicesTests.theDefaultListWorks"),
      Row(
        "DEF-18", "what v2 has not is an error, as in crun", in: "ControlGroups/MemoryWrites.swift",
        shown: "Config/ResourcesTests.whatVersion2HasNotIsRefused"),
      Row(
        "DEF-19", "pids.limit 0 is written as 1: the first process is there already", in: "ControlGroups/Writes.swift",
        shown: "Config/ResourcesTests.pidsLimit"),
      Row(
        "DEF-20", "memory: 0 is unset, -1 is max, swap as large as the limit is none", in: "ControlGroups/MemoryWrites.swift",
        shown: "Config/ResourcesTests.memorySwap"),
      Row(
        "DEF-21", "swap needs a limit, and is not below it", in: "OCISpec/Checks/ResourceChecks.swift",
        shown: "Config/ResourcesTests.swapWithoutOrBelowALimitIsRefused"),
      Row(
        "DEF-22", "hooks on the host run in the bundle", in: "Container/Features/Hooks.swift",
        shown: "Config/HooksTests.theDirectoryIsTheBundle"),
      Row(
        "DEF-23", "a container without a mount namespace runs", in: "Container/Features/Rootfs.swift",
        shown: "Config/RootTests.itRunsInItsRootAndLeavesNothing"),
      Row(
        "DEF-24", "huge pages: both files where there are both", in: "ControlGroups/Writes.swift",
        shown: "ControlGroupsTests/WritesTests.hugepages"),
      Row(
        "DEF-25", "lo is up in a new network namespace", in: "Container/Features/Loopback.swift",
        shown: "Config/NamespacesTests.aNewNetworkNamespaceHasALoopbackThatIsUp"),
      Row(
        "DEF-26", "the umask is 0022 unless set", in: "Container/Features/User.swift",
        shown: "Config/UserTests.withoutOneItIsTheUsual"),
      Row(
        "DEF-27", "HOME is taken from the container's /etc/passwd", in: "Container/Features/Environment.swift",
        shown: "Config/EnvironmentTests.HOMEIsFromPasswd"),
      Row(
        "DEF-28", "process.cwd is made where it is missing", in: "Container/Features/WorkingDirectory.swift",
        shown: "Config/WorkingDirectoryTests.aMissingOneIsMade"),
      Row(
        "DEF-29", "a program that is not found is an error of create, with the text engines look for",
        in: "Container/Features/Executable.swift", shown: "ExecutableErrorsTests.notInPath"),
      Row(
        "DEF-30", "seccomp is loaded before capabilities go, or with noNewPrivileges last of all",
        in: "Container/Processes/InitSteps.swift", shown: "Config/SeccompTests.anEnginesProfileRunsAShell"),
    ])
}
