extension Index {
  static let linux = Area(
    letters: "LNX", title: "Linux: namespaces, devices, file systems", page: "linux", document: .config,
    rows: [
      Row(
        "LNX-01", "/proc, /sys, /dev/pts and /dev/shm are there: the document lists them, and `apus spec` writes them", ["linux"],
        in: "OCISpec/DefaultSpec.swift", shown: "SpecVerbTests.whatItWritesRuns"),
      Row(
        "LNX-02", "pid, network, mount, ipc, uts, user, cgroup, time; another is an error",
        ["linux.namespaces", "linux.namespaces[].type"], in: "OCISpec/Linux/Namespaces.swift",
        shown: "Config/NamespacesTests.anUnknownTypeIsRefused"),
      Row(
        "LNX-03", "joined; one of another type is an error", ["linux.namespaces[].path"],
        in: "Container/Features/Namespaces.swift", shown: "Config/NamespacesTests.aPathOfAnotherTypeIsRefused"),
      Row(
        "LNX-04", "without a path a new one", in: "Container/Features/Namespaces.swift",
        shown: "Config/NamespacesTests.aListedTypeIsANewNamespace"),
      Row(
        "LNX-05", "a type that is not listed is the runtime's", in: "Container/Features/Namespaces.swift",
        shown: "Config/NamespacesTests.aTypeThatIsNotListedIsTheRuntimes"),
      Row(
        "LNX-06", "a type twice is an error", in: "OCISpec/Checks/NamespaceChecks.swift",
        shown: "Config/NamespacesTests.aTypeThatIsThereTwiceIsRefused"),
      Row(
        "LNX-07", "the maps of the user namespace; no file is chowned for them",
        ["linux.uidMappings", "linux.gidMappings"] + mapping("linux.uidMappings") + mapping("linux.gidMappings"),
        in: "Container/Features/IDMappings.swift", shown: "Config/UserNamespaceTests.itIsANewOneWithTheMaps"),
      Row(
        "LNX-08", "written before a task is in the namespace",
        clocks, in: "Container/Features/Namespaces.swift", shown: "Config/TimeNamespaceTests.theOffsetsAreInForce"),
      Row(
        "LNX-09", "each is there", ["linux.devices"], in: "Container/Features/Devices.swift",
        shown: "Config/DevicesTests.aListedOneIsMade"),
      Row(
        "LNX-10", "c, b, u, p", ["linux.devices[].type"], in: "OCISpec/Linux/Devices.swift",
        shown: "Config/DevicesTests.aTypeThatDoesNotExistIsRefused"),
      Row(
        "LNX-11", "the full path; another file that is there is an error", ["linux.devices[].path"],
        in: "Container/Features/Devices.swift", shown: "Config/DevicesTests.oneThatDoesNotMatchIsRefused"),
      Row(
        "LNX-12", "required, but for p", ["linux.devices[].major", "linux.devices[].minor"],
        in: "OCISpec/Checks/DeviceChecks.swift", shown: "OCISpecTests/LinuxCheckTests.says"),
      Row(
        "LNX-13", "decimal, and not cut by the umask", ["linux.devices[].fileMode"], in: "Container/Features/Devices.swift",
        shown: "Config/DevicesTests.theModeIsNotTheUmasks"),
      Row(
        "LNX-14", "the owner in the container", ["linux.devices[].uid", "linux.devices[].gid"],
        in: "Container/Features/Devices.swift", shown: "Config/DevicesTests.aListedOneIsMade"),
      Row(
        "LNX-15", "the same device twice should not be listed",
        status: .ignored("a rule for who writes the document; the later one stands"), in: "Container/Features/Devices.swift",
        shown: "Config/DevicesTests.aListedOneReplacesADefault"),
      Row(
        "LNX-16", "no other device can be used", in: "ControlGroups/DeviceRules.swift",
        shown: "Config/DevicesTests.aNodeOfADeniedDeviceCanBeMadeButNotOpened"),
      Row(
        "LNX-17", "/dev/null, zero, full, random, urandom, tty", in: "Container/Features/Devices.swift",
        shown: "Config/DevicesTests.theDefaultOnesAreThere"),
      Row(
        "LNX-18", "/dev/console is the terminal, where there is one", in: "Container/Features/Console.swift",
        shown: "ConsoleSocketTests.devConsoleIsTheTerminal"),
      Row(
        "LNX-19", "/dev/ptmx is pts/ptmx", in: "Container/Features/Devices.swift",
        shown: "Config/DevicesTests.theMultiplexerMakesTerminalsOfTheContainer"),
      Row(
        "LNX-20", "/dev/fd, stdin, stdout, stderr are links to /proc/self/fd", in: "Container/Features/Devices.swift",
        shown: "Config/DevicesTests.theLinksAreThere"),
      Row(
        "LNX-21", "0, 1 and 2 are open, and what the caller asked for", in: "Container/Features/ListenDescriptors.swift",
        shown: "DescriptorsTests.othersDoNot"),
      Row(
        "LNX-22", "moved into the container's network namespace", ["linux.netDevices", "linux.netDevices.*"],
        in: "Container/Features/NetDevices.swift", shown: "Config/NetDevicesTests.itMovesWithAllThatBelongsToIt"),
      Row(
        "LNX-23", "its new name; one that is taken is an error, `%d` is numbered by the kernel", ["linux.netDevices.*.name"],
        in: "Container/Features/NetDevices.swift", shown: "Config/NetDevicesTests.theKernelNumbersATemplate"),
      Row(
        "LNX-24", "permanent addresses of global scope stay", in: "Container/Features/NetDevices.swift",
        shown: "Config/NetDevicesTests.itMovesWithAllThatBelongsToIt"),
      Row(
        "LNX-25", "up after the move", in: "Container/Features/NetDevices.swift",
        shown: "Config/NetDevicesTests.oneThatWasDownComesUp"),
      Row(
        "LNX-26", "not managed afterwards, not moved back", in: "Container/Features/NetDevices.swift",
        shown: "Config/NetDevicesTests.aFailureLeavesTheInterfacesAsTheyWere"),
      Row(
        "LNX-27", "shared, slave, private, unbindable, and their r forms", ["linux.rootfsPropagation"],
        in: "Container/Features/Rootfs.swift", shown: "Config/MountPropagationTests.shared"),
      Row(
        "LNX-28", "cannot be read inside", ["linux.maskedPaths"], in: "Container/Features/MaskedPaths.swift",
        shown: "Config/PathsTests.theUsualOnesAreMasked"),
      Row(
        "LNX-29", "read-only inside", ["linux.readonlyPaths"], in: "Container/Features/ReadonlyPaths.swift",
        shown: "Config/PathsTests.theUsualOnesAreReadonly"),
      Row(
        "LNX-30", "the SELinux context of the container's file systems; left out with a warning where SELinux is off",
        ["linux.mountLabel"],
        in: "Container/Features/MountLabel.swift", shown: "Config/SecurityLabelsTests.aMountLabelIsLeftOut"),
      Row(
        "LNX-31", "written for the container's namespaces; one of the host's is an error", ["linux.sysctl", "linux.sysctl.*"],
        in: "Container/Features/Sysctl.swift", shown: "Config/SysctlTests.ofTheContainersNamespaces"),
      Row(
        "LNX-32", "LINUX, LINUX32", ["linux.personality", "linux.personality.domain"], in: "Container/Features/Personality.swift",
        shown: "Config/ProcessAttributesTests.thePersonalityIsSet"),
      Row(
        "LNX-33", "the spec defines none", ["linux.personality.flags"],
        status: .refused("a value that does not exist cannot be applied"), in: "OCISpec/Checks/Checks.swift",
        shown: "OCISpecTests/LinuxCheckTests.says"),
      Row(
        "LNX-34", "the MPOL_ modes", ["linux.memoryPolicy", "linux.memoryPolicy.mode"],
        in: "Container/Features/MemoryPolicy.swift", shown: "Config/MemoryPolicyTests.itIsSet"),
      Row(
        "LNX-35", "a list of nodes, where the mode wants one", ["linux.memoryPolicy.nodes"],
        in: "Container/Features/MemoryPolicy.swift", shown: "Config/MemoryPolicyTests.aNodeThatIsNotThereIsRefused"),
      Row(
        "LNX-36", "the MPOL_F_ flags", ["linux.memoryPolicy.flags"], in: "Container/Features/MemoryPolicy.swift",
        shown: "Config/MemoryPolicyTests.theNewerOnesToo"),
    ])

  private static var clocks: [String] {
    ["linux.timeOffsets"]
      + ["monotonic", "boottime"].flatMap { clock in ["", ".secs", ".nanosecs"].map { "linux.timeOffsets.\(clock)\($0)" } }
  }
}
