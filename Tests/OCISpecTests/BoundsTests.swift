import JSON
import Testing

@testable import OCISpec

/// A document has 16 MB at most, and whatever is in it is read and refused in a time that grows with its size alone.
@Suite(.timeLimit(.minutes(1))) struct BoundsTests {
  private func problems(_ members: String) throws -> [Problem] {
    let text = #"{"ociVersion": "1.0.0", "root": {"path": "r"}, \#(members)}"#
    return try Spec.draft(Array(text.utf8)).problems(rootless: false)
  }

  private func list(_ count: Int, _ element: (Int) -> String) -> String {
    "[" + (0..<count).map(element).joined(separator: ",") + "]"
  }

  @Test func manyThatCannotBeRead() throws {
    let problems = try problems(#""mounts": \#(list(500_000) { _ in "0" }), "linux": {"maskedPaths": ["x"]}"#)
    // Of the rules nothing is said: what follows from a mistake that is not told could not be left out.
    #expect(problems.count == 101 && problems.last?.path == "" && problems[0].path == "mounts[0]")
  }

  @Test func manyThatBreakARule() throws {
    let problems = try problems(
      #""process": {"args": ["sh"], "cwd": "/", "terminal": 0, "env": \#(list(500_000) { _ in #""x""# })}"#)
    #expect(problems.count == 102 && problems[0].path == "process.terminal" && problems[1].path == "process.env[0]")
    #expect(problems.last?.message == "there are more mistakes than these 100")
  }

  @Test func manyMappings() throws {
    let ids = list(100_000) { #"{"containerID": \#($0), "hostID": \#($0), "size": 1}"# }
    let problems = try problems(#""linux": {"namespaces": [{"type": "user"}], "uidMappings": \#(ids), "gidMappings": \#(ids)}"#)
    #expect(problems.map(\.path) == ["linux.uidMappings", "linux.gidMappings"])
  }

  @Test func manyUnknownMembersBesideManyAnnotations() throws {
    let names = (0..<100_000).map { "\"n\($0)\": \"\"" }.joined(separator: ",")
    let text = #"{"ociVersion": "1.0.0", "annotations": {\#(names)}, \#(names)}"#
    let draft = try Spec.draft(Array(text.utf8), listsUnknown: true)
    #expect(draft.unknown.count == 100_000 && draft.spec.annotations.count == 100_000)
  }
}
