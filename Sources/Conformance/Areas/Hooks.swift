extension Index {
  static let hooks = Area(
    letters: "HOK", title: "Hooks", page: "hooks", document: .config,
    rows: [
      Row(
        "HOK-01", "found and run on the host, once the environment is there and before pivot_root", ["hooks", "hooks.prestart"],
        in: "Container/Features/Hooks.swift", shown: "Config/HooksTests.eachRunsInItsNamespaces"),
      Row(
        "HOK-02", "as prestart, and after it", ["hooks.createRuntime"], in: "Container/Features/Hooks.swift",
        shown: "Config/HooksTests.eachRunsInItsTurn"),
      Row(
        "HOK-03", "found on the host, run in the container's namespaces before pivot_root", ["hooks.createContainer"],
        in: "Container/Processes/InitSteps.swift", shown: "Config/HooksTests.createContainerIsTheHostsProgram"),
      Row(
        "HOK-04", "found and run in the container, by start, before the program", ["hooks.startContainer"],
        in: "Container/Processes/InitSteps.swift", shown: "Config/HooksTests.startContainerIsTheContainersProgram"),
      Row(
        "HOK-05", "on the host, after the program runs and before start returns", ["hooks.poststart"],
        in: "Container/Life/Start.swift", shown: "Config/HooksTests.eachRunsInItsTurn"),
      Row(
        "HOK-06", "on the host, after delete and before it returns", ["hooks.poststop"], in: "Container/Life/Delete.swift",
        shown: "DeleteTests.theHooksAfterwardsRun"),
      Row(
        "HOK-07", "absolute, as execv(3) takes it: no search", hook("path"), in: "OCISpec/Hooks.swift",
        shown: "Config/HooksTests.aRelativePathIsRefused"),
      Row(
        "HOK-08", "the whole argv", hook("args"), in: "Container/Features/Hooks.swift",
        shown: "Config/HooksTests.theArgumentsAreExactlyTheListed"),
      Row(
        "HOK-09", "the whole environment; without a list the runtime's own, or the container's for startContainer", hook("env"),
        in: "Container/Features/Hooks.swift", shown: "Config/HooksTests.theEnvironmentIsExactlyTheListed"),
      Row(
        "HOK-10", "seconds until it is killed; 0 and less are invalid", hook("timeout"), in: "OCISpec/Hooks.swift",
        shown: "Config/HooksTests.aTimeoutThatIsNoneIsRefused"),
      Row(
        "HOK-11", "in the order of the list", in: "Container/Features/Hooks.swift",
        shown: "Config/HooksTests.severalRunInTheOrderOfTheList"),
      Row(
        "HOK-12", "argv[0] and argv[1] arrive as they are written", in: "Container/Features/Hooks.swift",
        shown: "Config/HooksTests.theArgumentsAreExactlyTheListed"),
      Row(
        "HOK-13", "the state on stdin is compact, with slashes as they are", in: "OCISpec/State.swift",
        shown: "OCISpecTests/DocumentTests.isCompactForHooks"),
      Row(
        "HOK-14", "the state is on stdin, with the status of that moment", in: "Container/HookState.swift",
        shown: "Config/HooksTests.theStateIsOnStdin"),
    ])

  private static func hook(_ member: String) -> [String] {
    ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"].map { "hooks.\($0)[].\(member)" }
  }
}
