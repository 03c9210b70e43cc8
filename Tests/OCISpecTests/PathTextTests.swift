import OCISpec
import Testing

@Suite struct PathTextTests {
  @Test(
    "A path is taken apart by bytes, and . and .. without a look at any file",
    arguments: [
      ("/", "/"), ("/a", "/a"), ("/a/b", "/a/b"), ("a", "/a"), ("", "/"), ("/a/", "/a"), ("//a", "/a"), ("/a//b", "/a/b"),
      ("/./a", "/a"), ("/a/.", "/a"), ("/a/./b", "/a/b"), ("/..", "/"), ("/../a", "/a"), ("/a/..", "/"), ("/a/../b", "/b"),
      ("/a/b/../..", "/"), ("/.a", "/.a"), ("/..a", "/..a"), ("/a./b", "/a./b"), ("/a../b", "/a../b"), ("/...", "/..."),
      ("/a/...", "/a/..."), ("/dev/pts/", "/dev/pts"), ("../a", "/a"), ("./a", "/a"), (".", "/"), ("..", "/"),
      ("/a/b/../../../c", "/c"),
    ])
  func normal(path: String, expected: String) { #expect(path.lexicallyNormalPath == expected) }

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

  @Test(arguments: [("", ""), ("/", "/"), ("//", "/"), ("/a", "/a"), ("a//", "a"), ("/a/b/", "/a/b")])
  func withoutTrailingSlashes(path: String, expected: String) { #expect(path.withoutTrailingSlashes == expected) }
}
