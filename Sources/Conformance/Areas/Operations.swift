extension Index {
  static let operations = Area(
    letters: "OPS", title: "Operations", page: "operations", document: .config,
    rows: [
      Row(
        "OPS-01", "state without an id is an error", in: "Commands/Parser.swift",
        shown: "HelpTests.aWrongNumberOfArgumentsIsRefused"),
      Row(
        "OPS-02", "state of an unknown id is an error", in: "Container/StateDirectory.swift",
        shown: "StateTests.anUnknownIDIsRefused"),
      Row("OPS-03", "state gives the state document", in: "Container/Life/State.swift", shown: "StateTests.ofARunningContainer"),
      Row(
        "OPS-04", "create without an id, or without a bundle, is an error", in: "Commands/Create.swift",
        shown: "ErrorsTests.noBundle"),
      Row(
        "OPS-05", "create with an id in use is an error, and its container is unharmed", in: "Container/StateDirectory.swift",
        shown: "CreateTests.aUsedIDIsRefusedAndItsContainerUnharmed"),
      Row(
        "OPS-06", "create with an id that is none is an error", in: "Container/ContainerID.swift",
        shown: "ContainerIDTests.illegalOnes"),
      Row(
        "OPS-07", "create applies all but `process`", in: "Container/Processes/InitSteps.swift",
        shown: "StateTests.startChangesOnlyTheStatus"),
      Row(
        "OPS-08", "create does not run `process.args`", in: "Container/Processes/StartGate.swift",
        shown: "CreateTests.doesNotRunTheProcess"),
      Row(
        "OPS-09", "what cannot be applied is an error and leaves no container", in: "Container/Rollback.swift",
        shown: "EnduranceTests.failures"),
      Row(
        "OPS-10", "the document is checked before anything is made", in: "OCISpec/Checks/Checks.swift",
        shown: "ErrorsTests.severalMistakesAreReportedAtOnce"),
      Row(
        "OPS-11", "start without an id is an error", in: "Commands/Parser.swift",
        shown: "HelpTests.aWrongNumberOfArgumentsIsRefused"),
      Row(
        "OPS-12", "start of a container that is not created is an error without effect", in: "Container/Life/Start.swift",
        shown: "StartTests.aRunningContainerIsRefused"),
      Row("OPS-13", "start runs the program of `process`", in: "Container/Life/Start.swift", shown: "StartTests.runsTheProcess"),
      Row(
        "OPS-14", "start without `process` is an error", in: "Container/Life/Start.swift",
        shown: "Config/ProcessAttributesTests.createWorksAndStartDoesNot"),
      Row(
        "OPS-15", "kill without an id is an error", in: "Commands/Parser.swift",
        shown: "HelpTests.aWrongNumberOfArgumentsIsRefused"),
      Row(
        "OPS-16", "kill of a container that is neither created nor running is an error without effect",
        in: "Container/Life/Kill.swift", shown: "KillTests.aStoppedContainerIsRefused"),
      Row(
        "OPS-17", "kill sends the signal to the container's process", in: "Container/Life/Kill.swift",
        shown: "KillTests.sendsTheSignalThatWasNamed"),
      Row(
        "OPS-18", "delete without an id is an error", in: "Commands/Parser.swift",
        shown: "HelpTests.aWrongNumberOfArgumentsIsRefused"),
      Row(
        "OPS-19", "delete of a running container is an error without effect; a created one is killed first, as engines expect",
        in: "Container/Life/Delete.swift", shown: "DeleteTests.aRunningContainerIsRefused"),
      Row(
        "OPS-20", "delete removes all that create made", in: "Container/Life/Delete.swift",
        shown: "Config/ControlGroupTests.aNestedPathIsMadeAndRemoved"),
      Row(
        "OPS-21", "delete spares what create did not make", in: "ControlGroups/Removal.swift",
        shown: "Config/ControlGroupTests.itsOwnStaysIfItWasThereBefore"),
      Row(
        "OPS-22", "the id of a deleted container can be used again", in: "Container/StateDirectory.swift",
        shown: "DeleteTests.theIDIsFreeAfterwards"),
    ])
}
