import Foundation
import Testing

extension Scenarios {
  /// `linux.namespaces`: new ones, joined ones, those of the runtime: config-linux.md "Namespaces".
  @Suite struct Namespaces {
    /// The spec's name, the file's name in /proc/PID/ns.
    static let kinds = [
      ("pid", "pid"), ("network", "net"), ("ipc", "ipc"), ("uts", "uts"), ("mount", "mnt"), ("cgroup", "cgroup"),
    ]

    static func host(_ file: String) -> String { File.link("/proc/self/ns/\(file)") }

    @Test func aListedTypeIsANewNamespace() throws {
      let names = Self.kinds.map(\.1)
      let text = try output(ofShell: names.map { "readlink /proc/self/ns/\($0)" }.joined(separator: ";"))
      let inside = text.split(separator: "\n").map(String.init)
      #expect(inside.count == names.count, "\(text)")
      for (name, link) in zip(names, inside) {
        #expect(link.hasPrefix("\(name):["))
        #expect(link != Self.host(name))
      }
    }

    @Test func eachContainerHasItsOwn() throws {
      try withContainer(try Bundle(["sleep", "100"])) { one in
        try withContainer(try Bundle(["sleep", "100"])) { other in
          for (_, file) in Self.kinds {
            let (mine, its) = (try one.namespace(file), try other.namespace(file))
            #expect(mine != its)
          }
        }
      }
    }

    @Test(arguments: kinds.filter { $0.0 != "mount" })
    func aTypeThatIsNotListedIsTheRuntimes(type: String, file: String) throws {
      let bundle = try Bundle(["readlink", "/proc/self/ns/\(file)"])
      bundle.dropNamespace(type)
      #expect(try output(of: bundle) == Self.host(file) + "\n")
    }

    @Test(arguments: kinds.filter { $0.0 != "mount" })
    func aPathIsJoined(type: String, file: String) throws {
      try withContainer(try Bundle(["sleep", "100"])) { first in
        let bundle = try Bundle(["readlink", "/proc/self/ns/\(file)"])
        bundle.setNamespace(type, path: "/proc/\(try first.pid)/ns/\(file)")
        if type == "uts" { bundle.config["hostname"] = nil }
        #expect(try output(of: bundle) == first.namespace(file) + "\n")
      }
    }

    /// By a bind mount of the file, as container managers keep a namespace without a process.
    @Test func aPathMayBeABindMount() throws {
      let directory = try TemporaryDirectory()
      let file = "\(directory.path)/net"
      try File.write("", to: file)
      expectSuccess(try Spawned.run(["unshare", "--net=\(file)", "true"]))
      defer { _ = try? Spawned.run(["umount", "-l", file]) }  // a mount that stays is found as left behind
      let bundle = try Bundle(["readlink", "/proc/self/ns/net"])
      bundle.setNamespace("network", path: file)
      let inside = try output(of: bundle)
      #expect(inside.hasPrefix("net:[") && inside != Self.host("net") + "\n")
      var status = stat()
      #expect(stat(file, &status) == 0 && inside == "net:[\(status.st_ino)]\n")
    }

    @Test func aMountNamespaceIsJoined() throws {
      let holder = try Spawned(["unshare", "--mount", "--propagation", "private", "sleep", "100"])
      try Harness.waitUntil("the holder has its namespace") {
        ![Self.host("mnt"), ""].contains(File.link("/proc/\(holder.pid)/ns/mnt"))
          && File.text("/proc/\(holder.pid)/comm") == "sleep\n"
      }
      let wanted = File.link("/proc/\(holder.pid)/ns/mnt")
      let bundle = try Bundle(["readlink", "/proc/self/ns/mnt"])
      bundle.setNamespace("mount", path: "/proc/\(holder.pid)/ns/mnt")
      #expect(try output(of: bundle) == wanted + "\n")
      holder.send(SIGKILL)
      _ = try holder.wait()
    }

    /// Its root would become the container's, for everybody in it. In a namespace of its own, should it not be refused.
    @Test(.enabled(if: Runtime.isApus, "peers change the caller's root")) func theRuntimesOwnMountNamespaceIsRefused() throws {
      let bundle = try Bundle()
      bundle.setNamespace("mount", path: "/proc/self/ns/mnt")
      let runtime = try Runtime()
      let outcome = try runtime.create("c1", bundle, wrapper: ["unshare", "--mount"])
      expectFailure(outcome, saying: "mount namespace", "host's own")
      #expect(File.names(in: runtime.root).filter { $0 != ".cache" } == [])
      runtime.deleteQuietly("c1")
    }

    @Test func whoSharesAPIDNamespaceSeesTheOther() throws {
      try withRunningContainer(try Bundle(["sleep", "1234"])) { first in
        let bundle = try Bundle(shell: "ps -o pid,args; echo I am $$")
        bundle.setNamespace("pid", path: "/proc/\(try first.pid)/ns/pid")
        let text = try output(of: bundle)
        #expect(text.contains("sleep 1234"), "\(text)")
        #expect(!text.contains("I am 1\n"), "\(text)")
        #expect(try first.status() == "running")
      }
    }

    @Test func whoSharesAUTSNamespaceSeesItsName() throws {
      let first = try Bundle(["sleep", "100"])
      first.config["hostname"] = "the-first"
      try withContainer(first) { container in
        let bundle = try Bundle(["hostname"])
        bundle.setNamespace("uts", path: "/proc/\(try container.pid)/ns/uts")
        bundle.config["hostname"] = nil
        #expect(try output(of: bundle) == "the-first\n")
      }
    }

    /// A program that listens in one is reached from the other.
    @Test func whoSharesANetworkNamespaceReachesTheOther() throws {
      try withRunningContainer(try Bundle(["httpd", "-f", "-p", "127.0.0.1:4321", "-h", "/etc"])) { first in
        let line = "for i in 1 2 3 4 5 6 7 8 9; do wget -q -O - http://127.0.0.1:4321/group && exit; sleep 0.2; done; exit 1"
        let bundle = try Bundle(shell: line)
        bundle.setNamespace("network", path: "/proc/\(try first.pid)/ns/net")
        #expect(try output(of: bundle) == File.text("\(first.bundle.rootfs)/etc/group"))
      }
    }

    @Test func aNewNetworkNamespaceHasALoopbackThatIsUp() throws {
      let text = try output(
        ofShell: "ip addr show lo; ls /sys/class/net; ping -c 1 -W 2 127.0.0.1 >/dev/null 2>&1; cat /proc/net/dev")
      #expect(text.contains("LOOPBACK,UP"), "\(text)")
      #expect(text.contains("inet 127.0.0.1/8"), "\(text)")
      let interfaces = text.split(separator: "\n").filter { $0.contains(":") && $0.contains(" 0 ") && !$0.contains("<") }
      #expect(interfaces.allSatisfy { !$0.contains("eth0") }, "\(text)")
    }

    @Test func theFirstProcessIsNumberOne() throws {
      #expect(try output(ofShell: "echo $$; ps -o pid | wc -l; ls -d /proc/[0-9]* | wc -l").hasPrefix("1\n"))
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun leaves the cgroup"),
      arguments: [("ipc", "net"), ("network", "uts"), ("pid", "mnt"), ("uts", "ipc"), ("cgroup", "pid"), ("mount", "cgroup")])
    func aPathOfAnotherTypeIsRefused(type: String, file: String) throws {
      let bundle = try Bundle()
      if type == "uts" { bundle.config["hostname"] = nil }
      let path = "/proc/\(getpid())/ns/\(file)"
      bundle.setNamespace(type, path: path)
      let outcome = try refusal(of: bundle)
      expectApusSays(path, outcome)
      expectApusSays("of another type", outcome)
    }

    @Test(.disabled(if: Runtime.isCrun, "crun leaves the cgroup"), arguments: ["/etc/passwd", "/proc/self", "/dev/null"])
    func aPathThatIsNoNamespaceIsRefused(path: String) throws {
      let bundle = try Bundle()
      bundle.setNamespace("network", path: path)
      expectApusSays("not a namespace", try refusal(of: bundle))
    }

    @Test(.disabled(if: Runtime.isCrun, "crun leaves the cgroup")) func aPathThatIsNotThereIsRefused() throws {
      let bundle = try Bundle()
      bundle.setNamespace("ipc", path: "/proc/self/ns/none")
      expectFailure(try refusal(of: bundle), saying: "/proc/self/ns/none")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun opens it from its own working directory"))
    func aRelativePathIsRefused() throws {
      let bundle = try Bundle()
      bundle.setNamespace("ipc", path: "ns/ipc")
      expectApusSays("absolute", try refusal(of: bundle))
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes it")) func aTypeThatIsThereTwiceIsRefused() throws {
      let bundle = try Bundle()
      bundle.config.append("linux.namespaces", value: ["type": "ipc"])
      expectApusSays("twice", try refusal(of: bundle))
    }

    @Test(.disabled(if: Runtime.isCrun, "crun leaves the cgroup")) func anUnknownTypeIsRefused() throws {
      let bundle = try Bundle()
      bundle.setNamespace("quantum")
      expectFailure(try refusal(of: bundle), saying: "quantum")
    }
  }
}
