import OCISpec
import SystemPackage
import Testing

@Suite struct PathTextTests {
  @Test(
    "A path is taken apart as swift-system does it, but by bytes",
    arguments: [
      "/", "/a", "/a/b", "a", "", "/a/", "//a", "/a//b", "/./a", "/a/.", "/a/./b", "/..", "/../a", "/a/..", "/a/../b",
      "/a/b/../..", "/.a", "/..a", "/a./b", "/a../b", "/...", "/a/...", "/dev/pts/", "../a", "./a", ".", "..",
      "/a/b/../../../c",
    ])
  func normal(path: String) { #expect(path.lexicallyNormalPath == FilePath("/" + path).lexicallyNormalized().string) }

  @Test("An accent on a slash or a dot makes no other path of it")
  func accents() {
    #expect("/a/../\u{301}b".lexicallyNormalPath == "/\u{301}b")
    #expect("/a/.\u{301}./b".lexicallyNormalPath == "/a/.\u{301}./b")
  }

  @Test("What lies below a path begins with its name and a slash")
  func below() {
    #expect("/proc".isPath(atOrBelow: "/proc") && "/proc/a".isPath(atOrBelow: "/proc") && "/a".isPath(atOrBelow: "/"))
    #expect(!"/process".isPath(atOrBelow: "/proc") && !"/pro".isPath(atOrBelow: "/proc") && !"/".isPath(atOrBelow: "/proc"))
  }

  @Test func pathFromRoot() {
    #expect(String(pathFromRoot: []) == "/" && String(pathFromRoot: ["a", "b"]) == "/a/b")
  }
}
