extension Index {
  static let intelRDT = Area(
    letters: "RDT", title: "Intel RDT", page: "intelrdt", document: .config,
    rows: [
      rdt(
        "RDT-01", "the process is put into the CLOS; no mounted resctrl is an error", ["linux.intelRdt"],
        "withoutANameTheClassIsTheContainersOwn"),
      rdt("RDT-02", "unset: resctrl is not touched", [], "theMountPointIsFound"),
      rdt("RDT-03", "the name of the CLOS, `/` for the root's", ["linux.intelRdt.closID"], "theDefaultClassIsTheMountItself"),
      rdt("RDT-04", "written first", ["linux.intelRdt.l3CacheSchema"], "aNamedClassIsMadeAndStays"),
      rdt("RDT-05", "written second", ["linux.intelRdt.memBwSchema"], "aNamedClassIsMadeAndStays"),
      rdt("RDT-06", "written last, a line each", ["linux.intelRdt.schemata"], "aNamedClassIsMadeAndStays"),
      rdt("RDT-07", "with none of these the schemata file is not written", [], "aNamedClassWithoutSchemaMustBeThere"),
      rdt("RDT-08", "without closID the container's id, and a CLOS of its own", [], "withoutANameTheClassIsTheContainersOwn"),
      rdt("RDT-09", "closID with a schema: made if it is not there", [], "aNamedClassIsMadeAndStays"),
      rdt("RDT-10", "closID with a schema, and there: another schema is an error", [], "aNamedClassThatIsThereIsCompared"),
      rdt("RDT-11", "closID without a schema: it has to be there", [], "aNamedClassWithoutSchemaMustBeThere"),
      rdt(
        "RDT-12", "removed with the container only if it was made for it without a closID", [],
        "aNamedClassThatWasMadeIsUndoneWhenEmpty"),
      rdt(
        "RDT-13", "a monitoring group of its own; enableCMT and enableMBM of 1.1 and 1.2 are warned of",
        ["linux.intelRdt.enableMonitoring"],
        "aNamedClassIsMonitoredInAGroupOfTheContainers"),
    ])

  private static func rdt(_ id: String, _ statement: String, _ properties: [String], _ test: String) -> Row {
    Row(
      id, statement, properties, in: "Container/Features/ResourceControl.swift",
      shown: "ContainerTests/ResourceControlTests.\(test)")
  }
}
