extension Index {
  static let bundle = Area(
    letters: "BUN", title: "Bundle and document", page: "bundle", document: .config,
    rows: [
      Row(
        "BUN-01", "config.json lies at the top of the bundle, under exactly that name", in: "Container/Bundle.swift",
        shown: "ErrorsTests.noConfiguration"),
      Row(
        "BUN-02", "the directory that `root.path` names is the container's root, and nothing else of the bundle is seen",
        in: "Container/Features/Rootfs.swift", shown: "Config/RootTests.theHostsRootIsOutOfSight"),
      Row(
        "BUN-03", "UTF-8, no member twice, their order without meaning", in: "JSON/Strictness.swift",
        shown: "JSONTests/SyntaxTests.isRefused"),
      Row("BUN-04", "unknown properties are no error", in: "JSON/Reader.swift", shown: "OCISpecTests/DecodeTests.linux"),
      Row(
        "BUN-05", "an invalid or unsupported value is an error", in: "OCISpec/Checks/Checks.swift",
        shown: "ErrorsTests.severalMistakesAreReportedAtOnce"),
      Row(
        "BUN-06", "a legal value that is not supported is an error", in: "Container/Features/Scheduler.swift",
        shown: "Config/ProcessAttributesTests.aSchedulerTheKernelHasNotIsRefused"),
      Row(
        "BUN-07", "SemVer 2.0.0; every 1.x up to the newest known is taken", ["ociVersion"], in: "OCISpec/SpecVersion.swift",
        shown: "ErrorsTests.aVersionThatIsNotKnown"),
      Row(
        "BUN-08", "a change of config.json after create changes nothing", in: "Container/StateDirectory.swift",
        shown: "ConfigCopiedTests.aChangeAfterCreateChangesNothing"),
    ])
}
