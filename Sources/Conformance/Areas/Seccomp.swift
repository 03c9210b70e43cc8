extension Index {
  static let seccomp = Area(
    letters: "SEC", title: "Seccomp", page: "seccomp", document: .config,
    rows: [
      seccomp(
        "SEC-01", "for every call that no rule matches", ["linux.seccomp", "linux.seccomp.defaultAction"], "aListOfWhatIsAllowed"),
      seccomp(
        "SEC-02", "the errno of ERRNO and TRACE; for another action an error", ["linux.seccomp.defaultErrnoRet"],
        "anErrnoForAnActionWithoutOneIsRefused"),
      seccomp("SEC-03", "the SCMP_ARCH_ names", ["linux.seccomp.architectures"], "anUnknownArchitectureIsRefused"),
      Row(
        "SEC-04", "TSYNC, LOG, SPEC_ALLOW, WAIT_KILLABLE_RECV", ["linux.seccomp.flags"], in: "Kernel/SeccompFilter.swift",
        shown: "Config/SeccompFlagsTests.withEachFlagTheFilterIsInForce"),
      seccomp("SEC-05", "sent to an agent, one state on each connection", ["linux.seccomp.listenerPath"], "itIsSentWithTheState"),
      seccomp("SEC-06", "sent along; without listenerPath an error", ["linux.seccomp.listenerMetadata"], "itIsSentWithTheState"),
      seccomp(
        "SEC-07", "at least one; names no kernel knows are passed over",
        ["linux.seccomp.syscalls", "linux.seccomp.syscalls[].names"], "aNameThatNoKernelKnowsIsSkipped"),
      seccomp("SEC-08", "the SCMP_ACT_ names", ["linux.seccomp.syscalls[].action"], "anUnknownActionIsRefused"),
      seccomp(
        "SEC-09", "the errno of ERRNO and TRACE; for another action an error", ["linux.seccomp.syscalls[].errnoRet"],
        "theErrnoIsTheListed"),
      seccomp(
        "SEC-10", "compared with an argument",
        ["linux.seccomp.syscalls[].args", "linux.seccomp.syscalls[].args[].index", "linux.seccomp.syscalls[].args[].value"],
        "anArgumentIsCompared"),
      seccomp("SEC-11", "the value under the mask", ["linux.seccomp.syscalls[].args[].valueTwo"], "aMaskIsCompared"),
      seccomp("SEC-12", "the SCMP_CMP_ names", ["linux.seccomp.syscalls[].args[].op"], "anArgumentIsCompared"),
    ])

  static let seccompAgent = Area(
    letters: "SEC", title: "Seccomp: what an agent is sent", page: "seccomp-agent", document: .containerProcessState,
    rows: [
      seccomp(
        "SEC-13", "ociVersion, fds, pid as the runtime sees it, metadata, state", ["ociVersion", "pid", "metadata", "state"],
        "itIsSentWithTheState"),
      seccomp("SEC-14", "the descriptor is named seccompFd", ["fds"], "itIsSentWithTheState"),
      seccomp("SEC-15", "JSON as the payload, the descriptor with the first message", [], "itIsSentWithTheState"),
    ])

  private static func seccomp(_ id: String, _ statement: String, _ properties: [String], _ test: String) -> Row {
    Row(id, statement, properties, in: "Container/Features/Seccomp.swift", shown: "Config/SeccompTests.\(test)")
  }
}
