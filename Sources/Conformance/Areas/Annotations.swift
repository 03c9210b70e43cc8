extension Index {
  static let annotations = Area(
    letters: "ANN", title: "Annotations", page: "annotations", document: .config,
    rows: [
      Row(
        "ANN-01", "text to text; no name is empty", ["annotations"], in: "OCISpec/Checks/Checks.swift",
        shown: "Config/ProcessAttributesTests.oneWithoutANameIsRefused"),
      Row(
        "ANN-02", "unknown names are no error", ["annotations.*"], in: "OCISpec/Spec.swift",
        shown: "Config/ProcessAttributesTests.theyAreInTheState"),
      Row(
        "ANN-03", "`org.opencontainers.` is reserved for names the spec lists",
        status: .ignored("a rule for who writes the document"), in: "OCISpec/Spec.swift",
        shown: "Config/ProcessAttributesTests.theyAreInTheStateOfAHook"),
      Row(
        "ANN-04", "`org.opencontainers.image.*` say what the image was",
        status: .ignored("they are information, kept in the state for engines"), in: "OCISpec/Spec.swift",
        shown: "Config/ProcessAttributesTests.theyAreInTheState"),
      Row(
        "ANN-05", "`org.opencontainers.image.stopSignal`: which signal should stop the container",
        status: .ignored("engines send it themselves with kill, and runc and crun keep TERM as the default"),
        in: "Commands/Kill.swift", shown: "KillTests.theDefaultIsTERM"),
    ])
}
