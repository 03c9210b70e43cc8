extension Index {
  static let process = Area(
    letters: "PRC", title: "Process", page: "process", document: .config,
    rows: [
      Row(
        "PRC-01", "create works without it, start does not", ["process"], in: "Container/Life/Start.swift",
        shown: "Config/ProcessAttributesTests.createWorksAndStartDoesNot"),
      Row(
        "PRC-02", "a pty of its own on 0, 1 and 2", ["process.terminal"], in: "Container/Features/Console.swift",
        shown: "ConsoleSocketTests.itIsTheControllingTerminal"),
      Row(
        "PRC-03", "in characters; without a terminal ignored",
        ["process.consoleSize", "process.consoleSize.height", "process.consoleSize.width"],
        in: "Container/Features/Console.swift", shown: "ConsoleSocketTests.theSizeIsTheConfigured"),
      Row(
        "PRC-04", "absolute", ["process.cwd"], in: "Container/Features/WorkingDirectory.swift",
        shown: "Config/WorkingDirectoryTests.aRelativeOneIsRefused"),
      Row(
        "PRC-05", "the environment", ["process.env"], in: "Container/Features/Environment.swift",
        shown: "Config/EnvironmentTests.itIsTheListAndHOME"),
      Row(
        "PRC-06", "at least one; the first is searched for in the container's PATH", ["process.args"],
        in: "Container/Features/Executable.swift", shown: "Config/EnvironmentTests.theProgramIsFoundInThePATHOfTheContainer"),
      Row(
        "PRC-07", "for Windows", ["process.commandLine"], status: .ignored("the spec gives it a meaning on Windows alone"),
        in: "OCISpec/Process.swift", shown: "ConformanceTests/PropertiesTests.whatIsNotReadIsIgnored"),
      Row(
        "PRC-08", "getrlimit(2)'s types; an unknown one is an error",
        ["process.rlimits"] + ["type", "soft", "hard"].map { "process.rlimits[].\($0)" }, in: "Container/Features/Rlimits.swift",
        shown: "Config/RlimitsTests.eachTypeIsSet"),
      Row(
        "PRC-09", "a type twice is an error", in: "OCISpec/Checks/ProcessChecks.swift",
        shown: "Config/RlimitsTests.oneThatIsThereTwiceIsRefused"),
      Row(
        "PRC-10", "the profile of the exec; an error where AppArmor is off", ["process.apparmorProfile"],
        in: "Container/Features/ExecLabels.swift", shown: "Config/SecurityLabelsTests.theProgramIsUnderTheProfile"),
      Row(
        "PRC-11", "the label of the exec; an error where SELinux is off", ["process.selinuxLabel"],
        in: "Container/Features/ExecLabels.swift", shown: "Config/SecurityLabelsTests.aProcessLabelIsRefused"),
      capabilities("PRC-12", "bounding", extra: ["process.capabilities"]),
      capabilities("PRC-13", "effective"),
      capabilities("PRC-14", "inheritable"),
      capabilities("PRC-15", "permitted"),
      capabilities("PRC-16", "ambient"),
      Row(
        "PRC-17", "a capability that is unknown, or cannot be granted, is warned of", in: "Container/Features/Capabilities.swift",
        shown: "Config/CapabilitiesTests.oneThatCannotBeGrantedIsWarnedOf"),
      Row(
        "PRC-18", "PR_SET_NO_NEW_PRIVS", ["process.noNewPrivileges"], in: "Container/Processes/InitSteps.swift",
        shown: "Config/CapabilitiesTests.noNewPrivilegesHoldsASetUserIDProgram"),
      Row(
        "PRC-19", "written to oom_score_adj", ["process.oomScoreAdj"], in: "Container/Features/OOMScoreAdj.swift",
        shown: "Config/ProcessAttributesTests.oomScoreAdjIsSet"),
      Row(
        "PRC-20", "unset: not touched", in: "Container/Features/OOMScoreAdj.swift",
        shown: "Config/ProcessAttributesTests.oomScoreAdjIsElseTheCallers"),
      scheduler(
        "PRC-21", "SCHED_OTHER, FIFO, RR, BATCH, ISO, IDLE, DEADLINE; one the kernel lacks is an error",
        ["process.scheduler", "process.scheduler.policy"], "aSchedulerTheKernelHasNotIsRefused"),
      scheduler("PRC-22", "the nice value", ["process.scheduler.nice"], "theSchedulerIsSet"),
      scheduler("PRC-23", "the static priority of FIFO and RR", ["process.scheduler.priority"], "aRealtimeSchedulerIsSet"),
      scheduler("PRC-24", "SCHED_FLAG_ words", ["process.scheduler.flags"], "theSchedulerIsSet"),
      scheduler(
        "PRC-25", "nanoseconds, for SCHED_DEADLINE", ["runtime", "deadline", "period"].map { "process.scheduler.\($0)" },
        "aRealtimeSchedulerIsSet"),
      Row(
        "PRC-26", "IOPRIO_CLASS_RT, BE, IDLE", ["process.ioPriority", "process.ioPriority.class"],
        in: "Container/Features/IOPriority.swift", shown: "Config/ProcessAttributesTests.theIOPriorityIsSet"),
      Row(
        "PRC-27", "0 to 7; 0 where it is left out, as the schema allows", ["process.ioPriority.priority"],
        in: "Container/Features/IOPriority.swift", shown: "Config/ProcessAttributesTests.theIOPriorityIsSet"),
      Row(
        "PRC-28", "the processors of exec before it is in the cgroup; no concern of the first process",
        ["process.execCPUAffinity", "process.execCPUAffinity.initial"], in: "Container/Features/CPUAffinity.swift",
        shown: "ExecAttributesTests.execCPUAffinity"),
      Row(
        "PRC-29", "the processors of exec after that; empty: not touched", ["process.execCPUAffinity.final"],
        in: "Container/Features/CPUAffinity.swift", shown: "ExecAttributesTests.execCPUAffinity"),
      Row(
        "PRC-30", "in the container's user namespace", ["process.user", "process.user.uid"], in: "Container/Features/User.swift",
        shown: "Config/UserTests.theIDsAreAllFour"),
      Row(
        "PRC-31", "in the container's user namespace", ["process.user.gid"], in: "Container/Features/User.swift",
        shown: "Config/UserTests.theIDsAreAllFour"),
      Row(
        "PRC-32", "decimal; 0022 where it is left out, as in runc", ["process.user.umask"], in: "Container/Features/User.swift",
        shown: "Config/UserTests.theUmaskIsSet"),
      Row(
        "PRC-33", "the supplementary groups, these and no others", ["process.user.additionalGids"],
        in: "Container/Features/User.swift", shown: "Config/UserTests.theSupplementaryGroupsAreExactlyThese"),
      Row(
        "PRC-34", "of the container's UTS namespace", ["hostname"], in: "Container/Features/Hostname.swift",
        shown: "Config/HostnameTests.theHostnameIsSet"),
      Row(
        "PRC-35", "of the container's UTS namespace", ["domainname"], in: "Container/Features/Hostname.swift",
        shown: "Config/HostnameTests.theDomainnameIsSet"),
    ])

  private static func capabilities(_ id: String, _ set: String, extra: [String] = []) -> Row {
    Row(
      id, "the \(set) set, exactly as listed", extra + ["process.capabilities.\(set)"],
      in: "Container/Features/Capabilities.swift", shown: "Config/CapabilitiesTests.allFiveSetsAreAsListed")
  }

  private static func scheduler(_ id: String, _ statement: String, _ properties: [String], _ test: String) -> Row {
    Row(id, statement, properties, in: "Container/Features/Scheduler.swift", shown: "Config/ProcessAttributesTests.\(test)")
  }
}
