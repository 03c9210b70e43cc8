/// Every statement of the runtime-spec, and of what engines rely on beyond it, with what apus makes of it.
///
/// This is the source of `docs/conformance.md`; `Tests/ConformanceTests` asserts that no property of the spec is without
/// a row, that each named file and test exists, and that the pages say what stands here. Nothing of it is in the binary.
package enum Index {
  package static let specVersion = "1.3.0"

  package static let areas: [Area] = [
    bundle, lifecycle, operations, state, hooks, mounts, process, annotations, linux, controlGroups, intelRDT, seccomp,
    seccompAgent, features, deFacto, otherPlatforms,
  ]

  package static let rows: [Row] = areas.flatMap(\.rows)
}
