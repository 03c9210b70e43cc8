extension Index {
  static let state = Area(
    letters: "STA", title: "State document", page: "state", document: .state,
    rows: [
      Row(
        "STA-01", "the version of the spec it complies with", ["ociVersion"], in: "OCISpec/State.swift",
        shown: "StateTests.ofACreatedContainer"),
      Row("STA-02", "the container's id", ["id"], in: "OCISpec/State.swift", shown: "StateTests.ofACreatedContainer"),
      Row(
        "STA-03", "creating, created, running, stopped, and paused for a frozen one", ["status"],
        in: "Container/ContainerStatus.swift", shown: "StateTests.ofAPausedContainer"),
      Row(
        "STA-04", "the process as the runtime sees it, or as the container does in its own hooks", ["pid"],
        in: "Container/HookState.swift", shown: "Config/HooksTests.theStateIsOnStdin"),
      Row(
        "STA-05", "the bundle, absolute", ["bundle"], in: "OCISpec/State.swift",
        shown: "CreateTests.aRelativeBundleIsMadeAbsolute"),
      Row(
        "STA-06", "the annotations of config.json", ["annotations", "annotations.*"], in: "OCISpec/State.swift",
        shown: "Config/ProcessAttributesTests.theyAreInTheState"),
      Row(
        "STA-07", "more members are allowed: rootfs, created, owner, as runc has them", in: "Container/Life/State.swift",
        shown: "StateTests.createdIsATimeOfTheClock"),
      Row(
        "STA-08", "it has the form of the state schema", in: "OCISpec/State.swift",
        shown: "OCISpecTests/DocumentTests.readsWhatItWrites"),
    ])
}
