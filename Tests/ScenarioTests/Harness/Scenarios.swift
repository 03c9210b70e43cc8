import Foundation
import Testing

/// The root of every scenario: each test drives the real binary, so each needs root and a binary. They run one after
/// the other, because "nothing is left behind" can only be asked of a host on which nothing else of ours is running.
@Suite(
  .serialized,
  .enabled(if: Host.isRoot, "creates containers as root"),
  .enabled(if: Runtime.isThere, "the runtime under test is not there; the test `theRuntimeIsThere` says which"))
struct Scenarios {}

/// Stands outside `Scenarios`, so that a missing binary is a failure and not a suite that was quietly skipped.
@Test func theRuntimeIsThere() {
  #expect(Runtime.isThere, "no executable at \(Runtime.binary): build it, or set APUS or RUNTIME")
}
