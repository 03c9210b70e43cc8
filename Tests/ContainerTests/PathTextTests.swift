import Testing

@testable import Container

@Suite struct PathTextTests {
  @Test(arguments: [
    ("/proc/sys", "/proc", true), ("/proc", "/proc", true), ("/proc", "/", true), ("/", "/", true), ("/process", "/proc", false),
    ("/proc", "/proc/sys", false), ("/", "/proc", false), ("/a/proc", "/proc", false),
  ])
  func aPathIsBelowWholeComponentsOnly(path: String, other: String, isBelow: Bool) {
    #expect(path.isPath(atOrBelow: other) == isBelow)
  }

  @Test(arguments: [("/dev/null", "/dev", "null"), ("/null", "/", "null"), ("/a/b/\u{e9}", "/a/b", "\u{e9}")])
  func thePartsOfAPath(path: String, directory: String, name: String) throws {
    let parts = try #require(path.directoryAndName)
    #expect(parts.directory == directory && parts.name == name)
  }

  @Test(arguments: ["/", "name", "/dev/"]) func whatNamesNothing(path: String) { #expect(path.directoryAndName == nil) }
}
