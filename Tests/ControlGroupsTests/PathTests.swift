import Kernel
import Testing

@testable import ControlGroups

@Suite struct PathTests {
  @Test(arguments: [
    ("/a/b", "/x/own", "/a/b"),
    ("//a/./b/", "/x/own", "/a/b"),
    ("rel/c", "/x/own", "/x/rel/c"),
    ("rel", "/own", "/rel"),
    ("rel", "/", "/rel"),
    ("./rel", "/x/y/own.scope", "/x/y/rel"),
    (nil, "/x/own", "/x/c1"),
    ("", "/", "/c1"),
    ("system.slice:apus:c1", "/x/own", "/x/system.slice:apus:c1"),
    ("/a/b", "/../other", "/a/b"),
    ("/a..b/...", "/", "/a..b/..."),
    ("/a/\u{301}b", "/x/own", "/a/\u{301}b"),
    ("/\u{301}b", "/x/own", "/\u{301}b"),
  ])
  func path(given: String?, own: String, expected: String) throws {
    #expect(try ControlGroup.path(for: given, id: "c1", ownPath: own) == expected)
  }

  @Test(arguments: [
    ("/", "root cgroup"), ("//./", "root cgroup"), (".", "root cgroup"), ("/a/../b", "`..`"), ("..", "`..`"), ("../x", "`..`"),
    ("/a/..", "`..`"),
    // An accent makes another character of the slash before it, and to the kernel it is a slash.
    ("/a/../\u{301}b", "`..`"), ("/\u{301}a/..", "`..`"), ("a/../\u{301}b", "`..`"),
  ])
  func refused(given: String, reason: String) {
    #expect { try ControlGroup.path(for: given, id: "c1", ownPath: "/x/own") } throws: {
      ($0 as? Failure)?.message.contains(reason) == true
    }
  }

  /// The cgroup namespace shows what lies outside of it as `/..`.
  @Test(arguments: ["/../own", "/../../a/b"]) func ownCgroupOutsideOfTheNamespace(own: String) {
    #expect { try ControlGroup.path(for: nil, id: "c1", ownPath: own) } throws: {
      ($0 as? Failure)?.message.contains("outside of its cgroup namespace") == true
    }
  }

  @Test func ownGroups() {
    let hybrid = OwnGroups("9:name=systemd:/\n4:memory:/a:b/c\n2:cpu,cpuacct:/\n0::/user.slice/a:b\n")
    #expect(hybrid.path == "/user.slice/a:b")
    #expect(hybrid.controllersOfVersion1 == ["name=systemd", "memory", "cpu", "cpuacct"])
    #expect(OwnGroups("4:memory:/").path == nil)
    #expect(OwnGroups("0::/\n").path == "/")
  }

  @Test func keyedNumbers() {
    let events = "populated 1\nfrozen 0"
    #expect(keyedNumber("populated", events) == 1)
    #expect(keyedNumber("frozen", events) == 0)
    #expect(keyedNumber("froze", events) == nil)
  }

  @Test func noHierarchyIsAnErrorThatNamesBothPlaces() {
    #expect { try Hierarchy.find(at: "/proc/self/ns") } throws: {
      ($0 as? Failure)?.message.contains("no cgroup2 file system at /proc/self/ns nor at /proc/self/ns/unified") == true
    }
  }
}
