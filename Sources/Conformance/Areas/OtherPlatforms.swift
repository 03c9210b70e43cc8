extension Index {
  /// Sections for other platforms than Linux. An image that was prepared for several may carry them.
  static let otherPlatforms = Area(
    letters: "OTH", title: "Other platforms", page: "other-platforms", document: .config,
    rows: ["windows", "solaris", "vm", "zos", "freebsd"].enumerated().map { index, name in
      Row(
        "OTH-0\(index + 1)", "the section of another platform", ["\(name).**"],
        status: .ignored("it says nothing about Linux; `apus check` notes it"), in: "OCISpec/Spec.swift",
        shown: "ConformanceTests/PropertiesTests.whatIsNotReadIsIgnored")
    }
      + [
        Row(
          "OTH-06", "the name of a user on Windows", ["process.user.username"],
          status: .ignored("it says nothing about Linux"), in: "OCISpec/User.swift",
          shown: "ConformanceTests/PropertiesTests.whatIsNotReadIsIgnored")
      ])
}
