extension Index {
  static let lifecycle = Area(
    letters: "LIF", title: "Lifecycle", page: "lifecycle", document: .config,
    rows: [
      Row(
        "LIF-01", "create takes a bundle and an id that is unique", in: "Container/Life/Create.swift",
        shown: "CreateTests.aUsedIDIsRefusedAndItsContainerUnharmed"),
      Row(
        "LIF-02", "create makes the environment and does not run the program", in: "Container/Life/Create.swift",
        shown: "CreateTests.doesNotRunTheProcess"),
      Row(
        "LIF-03", "prestart hooks run in their order; one that fails ends the container", in: "Container/Features/Hooks.swift",
        shown: "Config/HooksTests.oneOfCreateEndsIt"),
      Row(
        "LIF-04", "createRuntime hooks run after them; one that fails ends the container", in: "Container/Features/Hooks.swift",
        shown: "Config/HooksTests.eachRunsInItsTurn"),
      Row(
        "LIF-05", "createContainer hooks run after those; one that fails ends the container",
        in: "Container/Processes/InitSteps.swift", shown: "Config/HooksTests.oneOfCreateEndsIt"),
      Row("LIF-06", "start takes the id", in: "Container/Life/Start.swift", shown: "StartTests.runsTheProcess"),
      Row(
        "LIF-07", "startContainer hooks run in the container before the program; one that fails ends it",
        in: "Container/Processes/InitSteps.swift", shown: "Config/HooksTests.oneOfStartDestroysTheContainer"),
      Row(
        "LIF-08", "the program of `process.args` runs", in: "Kernel/Execute.swift",
        shown: "StartTests.theProcessHasTheEnvironmentAndDirectoryOfTheConfiguration"),
      Row(
        "LIF-09", "poststart hooks run before start returns; one that fails is an error and ends the container (1.3)",
        in: "Container/Life/Start.swift", shown: "Config/HooksTests.oneOfStartDestroysTheContainer"),
      Row(
        "LIF-10", "the process ends by itself, by an error, a crash or a signal", in: "Container/ContainerStatus.swift",
        shown: "StateTests.ofAStoppedContainer"),
      Row("LIF-11", "delete takes the id", in: "Container/Life/Delete.swift", shown: "DeleteTests.aStoppedContainerGoes"),
      Row(
        "LIF-12", "what create made is unmade", in: "Container/Life/Delete.swift",
        shown: "Config/RootTests.aDeletedOneLeavesNothing"),
      Row(
        "LIF-13", "poststop hooks run before delete returns; one that fails is a warning and the others run",
        in: "Container/Life/Delete.swift", shown: "Config/HooksTests.poststopOnlyWarns"),
      Row(
        "LIF-14", "after an error all is as if nothing had been tried", in: "Container/Rollback.swift",
        shown: "Config/RootTests.aFailedCreateLeavesNothing"),
      Row(
        "LIF-15", "a warning changes nothing in what is done", in: "Container/Features/Capabilities.swift",
        shown: "Config/CapabilitiesTests.anUnknownOneIsWarnedOf"),
      Row(
        "LIF-16", "every operation works on a container that another call made", in: "Container/SavedState.swift",
        shown: "Config/RootTests.itRunsInItsRootAndLeavesNothing"),
    ])
}
