extension Index {
  static let features = Area(
    letters: "FEA", title: "Features document", page: "features", document: .features,
    rows: [
      document("FEA-01", "1.0.0", ["ociVersionMin"]),
      document("FEA-02", "the newest that is taken", ["ociVersionMax"]),
      document("FEA-03", "what is unknown is left out, and not written as empty", []),
      document("FEA-04", "the same on every host", [], "worksWithoutRoot"),
      document("FEA-05", "the six kinds", ["hooks"]),
      document("FEA-06", "the words that are no file system's", ["mountOptions"], "theExtensionsThatEnginesLookForAreThere"),
      document("FEA-07", "the eight kinds", ["linux", "linux.namespaces"], "theExtensionsThatEnginesLookForAreThere"),
      document("FEA-08", "the CAP_ names", ["linux.capabilities"]),
      document(
        "FEA-09", "which managers there are, whatever the host has",
        ["linux.cgroup"] + ["v1", "v2", "systemd", "systemdUser", "rdma"].map { "linux.cgroup.\($0)" }),
      document("FEA-10", "true", ["linux.seccomp", "linux.seccomp.enabled"], "theExtensionsThatEnginesLookForAreThere"),
      document("FEA-11", "the names that are known", ["actions", "operators", "archs"].map { "linux.seccomp.\($0)" }),
      document("FEA-12", "the flags that are known", ["linux.seccomp.knownFlags"]),
      document("FEA-13", "those that library and kernel have", ["linux.seccomp.supportedFlags"]),
      document(
        "FEA-14", "true: labels are set where the host has the module",
        ["linux.apparmor", "linux.apparmor.enabled", "linux.selinux", "linux.selinux.enabled"]),
      document("FEA-15", "whether there is support", ["linux.intelRdt", "linux.intelRdt.enabled"]),
      document("FEA-16", "whether there is support", ["linux.intelRdt.schemata", "linux.intelRdt.monitoring"]),
      document("FEA-17", "the MPOL_ names", ["linux.memoryPolicy", "linux.memoryPolicy.modes", "linux.memoryPolicy.flags"]),
      document(
        "FEA-18", "true", ["linux.mountExtensions", "linux.mountExtensions.idmap", "linux.mountExtensions.idmap.enabled"],
        "theExtensionsThatEnginesLookForAreThere"),
      document("FEA-19", "whether there is support", ["linux.netDevices", "linux.netDevices.enabled"]),
      document("FEA-20", "facts about the runtime", ["annotations", "annotations.*"]),
      document("FEA-21", "the annotations that change what is done", ["potentiallyUnsafeConfigAnnotations"]),
    ])

  private static func document(
    _ id: String, _ statement: String, _ properties: [String], _ test: String = "onlyJSONAndNothingElse"
  ) -> Row {
    Row(id, statement, properties, in: "Container/FeaturesDocument.swift", shown: "FeaturesVerbTests.\(test)")
  }
}
