import Foundation
import Testing

extension Scenarios {
  /// Where a process is that joins a container: in all of its namespaces, its root, its cgroup, its keyring.
  @Suite struct ExecNamespaces {
    static let names = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"]

    private func expectSameNamespaces(
      _ container: Container, options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let names = Self.names + (File.exists("/proc/self/ns/time") ? ["time"] : [])
      let line = names.map { "readlink /proc/self/ns/\($0)" }.joined(separator: "; ")
      let seen = try container.output(ofShell: line, options: options, sourceLocation: sourceLocation)
      let wanted = try names.map { try container.namespace($0) + "\n" }.joined()
      #expect(seen == wanted, sourceLocation: sourceLocation)
    }

    @Test func theyAreThoseOfTheContainer() throws {
      try withSleeper { container throws in
        try expectSameNamespaces(container)
        #expect(try container.output(ofShell: "hostname; cat /proc/1/cmdline | tr '\\0' ' '") == "scenario\nsleep 1000 ")
      }
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc before 1.2 has none"), .enabled(if: File.exists("/proc/self/ns/time")))
    func aTimeNamespaceToo() throws {
      let bundle = try Bundle()
      bundle.setNamespace("time")
      bundle.config["linux.timeOffsets"] = ["boottime": ["secs": 1_000_000, "nanosecs": 0]]
      try withSleeper(bundle) { container throws in
        try expectSameNamespaces(container)
        let uptime = try container.output(ofShell: "cut -d. -f1 /proc/uptime")
        #expect(try #require(Int(uptime.trimmingCharacters(in: .whitespacesAndNewlines))) > 1_000_000)
      }
    }

    @Test func aUserNamespaceToo() throws {
      let bundle = try UserNamespace.bundle("true")
      bundle.config["process.rlimits"] = [["type": "RLIMIT_NOFILE", "soft": 100, "hard": 1000]]
      try withSleeper(bundle) { container throws in
        try expectSameNamespaces(container)
        #expect(try container.output(ofShell: "id -u; id -g; cat /proc/self/uid_map | tr -s ' '") == "0\n0\n 0 100000 65536\n")
        let file = "\(bundle.directory.path)/pid"
        expectSuccess(try container.exec(["sleep", "500"], options: ["-d", "-u", "1000:1001", "--pid-file", file]))
        let pid = try #require(pid_t(File.text(file)))
        let status = File.text("/proc/\(pid)/status")
        #expect(status.contains("Uid:\t101000\t101000") && status.contains("Gid:\t201001\t201001"), "\(status)")
        try container.endJoined(pid)
      }
    }

    /// Namespaces that the container itself has joined, the pid namespace of another container among them.
    @Test func joinedOnesToo() throws {
      try withSleeper { first in
        let bundle = try Bundle()
        for (type, name) in [("pid", "pid"), ("network", "net"), ("ipc", "ipc"), ("uts", "uts")] {
          bundle.setNamespace(type, path: "/proc/\(try first.pid)/ns/\(name)")
        }
        bundle.config["hostname"] = nil
        try withSleeper(bundle) { second in
          try expectSameNamespaces(second)
          #expect(try second.output(ofShell: "ps | grep -c '[s]leep 1000'") == "2\n")
        }
      }
    }

    /// Without a pid namespace of its own, and without a network.
    @Test func thoseOfTheHostStayTheHosts() throws {
      let bundle = try Bundle()
      for type in ["pid", "network", "ipc", "uts"] { bundle.dropNamespace(type) }
      try withSleeper(bundle) { container in try expectSameNamespaces(container) }
    }

    @Test(.enabled(if: Runtime.isApus, "peers end up in the host's root"))
    func withoutAMountNamespaceTheRootIsTheContainers() throws {
      let bundle = try Bundle()
      bundle.dropNamespace("mount")
      bundle.config["mounts"] = [["destination": "/proc", "type": "proc", "source": "proc"]]
      bundle.config["linux.maskedPaths"] = []
      bundle.config["linux.readonlyPaths"] = []
      try File.write("here", to: "\(bundle.rootfs)/marker")
      try withSleeper(bundle) { container throws in
        #expect(try container.output(ofShell: "cat /marker; pwd") == "here/\n")
        try expectSameNamespaces(container)
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun names it otherwise"), .enabled(if: File.exists("/proc/keys")))
    func theSessionKeyringIsTheContainers() throws {
      let bundle = try Bundle(["sh", "-c", "cat /proc/keys > /keys; sleep 1000"])
      bundle.config["linux.maskedPaths"] = []
      try withRunningContainer(bundle) { container throws in
        func keyring(_ text: String) -> Substring? {
          text.split(separator: "\n").first { $0.contains("_ses.\(container.id)") }?.prefix { $0 != " " }
        }
        try Harness.waitUntil("it has listed its keys") { File.text("\(bundle.rootfs)/keys").contains("_ses") }
        let own = try #require(keyring(File.text("\(bundle.rootfs)/keys")))
        let outcome = try container.exec(["cat", "/proc/keys"])
        #expect(keyring(outcome.stdout) == own, "\(outcome)")
        let user = try container.exec(["cat", "/proc/keys"], options: ["-u", "1000"])
        #expect(keyring(user.stdout) == own, "\(user)")
      }
    }

    @Test(.enabled(if: Runtime.isApus && File.exists("/proc/keys"))) func withNoNewKeyringThereIsNone() throws {
      let bundle = try Bundle(["sleep", "1000"])
      bundle.config["linux.maskedPaths"] = []
      try withRunningContainer(bundle, options: ["--no-new-keyring"]) { container throws in
        let outcome = try container.exec(["cat", "/proc/keys"])
        #expect(outcome.succeeded && !outcome.stdout.contains("_ses.\(container.id)"), "\(outcome)")
      }
    }
  }

  /// In which cgroup it is.
  @Suite(
    .enabled(if: Host.cgroupMount != nil, "no cgroup v2 is mounted"),
    .disabled(if: Runtime.isRunc && !Host.isPureV2, "runc here uses v1"))
  struct ExecControlGroup {
    @Test func itIsTheContainers() throws {
      try withSleeper { container throws in
        let own = File.text("/proc/\(try container.pid)/cgroup")
        let file = "\(container.bundle.directory.path)/pid"
        expectSuccess(try container.exec(["sleep", "500"], options: ["-d", "--pid-file", file]))
        let pid = try #require(pid_t(File.text(file)))
        #expect(File.text("/proc/\(pid)/cgroup") == own)
        try container.endJoined(pid)
      }
    }

    @Test func oneBelowItWhenAsked() throws {
      try withSleeper { container throws in
        let below = Cgroup(absolute: try Cgroup(of: container.pid).path.dropFirst(Host.cgroupMount?.count ?? 0) + "/below")
        try below.make()
        for path in ["below", "/below"] {
          let file = "\(container.bundle.directory.path)/pid"
          expectSuccess(try container.exec(["sleep", "500"], options: ["-d", "--pid-file", file, "--cgroup", path]))
          let pid = try #require(pid_t(File.text(file)))
          #expect(try Cgroup(of: pid).path == below.path)
          try container.endJoined(pid)
        }
      }
    }

    /// As systemd does in a container: the processes go below, and the container's cgroup hands out controllers, so that the
    /// kernel lets no process into it (EBUSY).
    @Test(.enabled(if: Host.controllers.contains { ["memory", "pids", "cpu", "io"].contains($0) }, "no controller to give"))
    func whereInitIsWhenTheContainersTakesNoneAnyMore() throws {
      try withSleeper { container throws in
        let own = try Cgroup(of: container.pid)
        let below = Cgroup(absolute: own.path.dropFirst(Host.cgroupMount?.count ?? 0) + "/init.scope")
        try below.make()
        try below.write("\(container.pid)", to: "cgroup.procs")
        let controller = try #require(own.read("cgroup.controllers").split(separator: " ").first)
        try own.write("+\(controller)", to: "cgroup.subtree_control")
        let outcome = try container.exec(["cat", "/proc/self/cgroup"])
        expectSuccess(outcome)
        #expect(outcome.stdout.contains("/init.scope\n"), "\(outcome)")
      }
    }

    /// Since 6.14 the kernel kills what is born into a cgroup that was killed once: the first exec after `kill --all`.
    @Test(.enabled(if: Runtime.isApus, "peers move a process that was born elsewhere")) func oneThatWasKilledOnce() throws {
      try SharedCgroup.with { path, cgroup in
        try cgroup.write("1", to: "cgroup.kill")
        let bundle = try Bundle()
        bundle.config["linux.cgroupsPath"] = .string(path)
        try withSleeper(bundle) { container throws in
          for _ in 0..<3 {
            let outcome = try container.exec(["echo", "alive"])
            #expect(outcome.stdout == "alive\n", "\(outcome)")
          }
        }
      }
    }
  }

  /// What a hostile container can try on a process that joins it.
  @Suite struct ExecAttacks {
    /// A working directory that is a descriptor somebody forgot (CVE-2024-21626): an error, or a place inside.
    @Test func theWorkingDirectoryIsNoForgottenDescriptor() throws {
      let bundle = try Bundle()
      symlink("/proc/self/fd/7", "\(bundle.rootfs)/seven")
      try withSleeper(bundle) { container throws in
        let places = (3...20).map { "/proc/self/fd/\($0)" } + ["/proc/thread-self/fd/5", "/proc/1/fd/3", "/seven"]
        for place in places {
          let outcome = try container.exec(["sh", "-c", "pwd"], options: ["--cwd", place])
          // One of its own, of the container's root, is as good as a path.
          if outcome.succeeded { #expect(outcome.stdout == "/\n", "\(place)"); continue }
          if Runtime.isApus { #expect(outcome.status == 255 && outcome.errorLines.count == 1, "\(place): \(outcome)") }
        }
      }
    }

    /// What a process of the container, with root's id, sees of one that is on its way to its program: nothing of the host
    /// (CVE-2016-9962). Its own program may be looked at.
    @Test func aProcessOfTheContainerSeesNothingOfTheHost() throws {
      let line = """
        while [ ! -e /stop ]; do for p in /proc/[0-9]*; do case $p in /proc/1|/proc/$$) ;; *)
        for f in $p/fd/*; do t=$(readlink $f) && [ -n "$t" ] && echo "$t"; done; readlink $p/cwd; readlink $p/root; esac; done; done
        """
      let bundle = try Bundle(["sh", "-c", line + " > /seen 2> /dev/null"])
      bundle.setCapabilities(["CAP_DAC_OVERRIDE", "CAP_KILL", "CAP_SETUID"])
      try withRunningContainer(bundle) { container throws in
        for _ in 1...Endurance.count(60) { expectSuccess(try container.exec(["true"])) }
        try File.write("", to: "\(bundle.rootfs)/stop")
        try container.waitUntil("stopped")
        let seen = Set(File.text("\(bundle.rootfs)/seen").split(separator: "\n").map(String.init))
        let harmless = seen.filter { name in
          ["/", "/dev/null", "/seen"].contains(name)
            || ["pipe:", "socket:", "anon_inode:", "/proc/", "/dev/pts/"].contains { name.hasPrefix($0) }
            || name.contains("/\(TemporaryDirectory.tag)") || name.hasSuffix("/stdout") || name.hasSuffix("/stderr")
        }
        #expect(seen.subtracting(harmless).isEmpty, "\(seen)")
      }
    }

    /// What the kernel gains from inheritable capabilities, files of the image gain too (CVE-2022-29162).
    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 gives the added one alone")) func anAddedCapabilityIsNotInherited() throws {
      try withSleeper { container throws in
        let status = try container.output(
          ofShell: "grep Cap /proc/self/status", options: ["--cap", "CAP_NET_RAW", "-u", "1000"])
        #expect(status.contains("CapInh:\t0000000000000000") && status.contains("CapAmb:\t0000000000000000"), "\(status)")
        #expect(status.contains("CapBnd:\t0000000020002420"), "\(status)")
        let root = try container.output(ofShell: "grep CapEff: /proc/self/status", options: ["--cap=CAP_NET_RAW"])
        #expect(root == "CapEff:\t0000000020002420\n")
      }
    }

    /// None of the caller's (CVE-2022-36109).
    @Test func groupsAreTheConfiguredOnes() throws {
      try withSleeper { container throws in
        let wrapper = ["setpriv", "--groups", "4242,4343"]
        let outcome = try container.runtime("exec", container.id, "id", "-G", wrapper: wrapper)
        #expect(outcome.stdout == "0\n", "\(outcome)")
      }
    }

    /// A *name* in the image that looks like the number is another user (CVE-2016-3697), and a passwd that blocks whoever opens
    /// it holds up nobody.
    @Test(.enabled(if: Runtime.isApus, "runc opens a FIFO and waits")) func aPasswdOfTheImageIsNoTrap() throws {
      let bundle = try Bundle()
      try File.write("1000:x:0:0::/evil:/bin/sh\nguest:x:1000:1000::/home:/bin/sh\n", to: "\(bundle.rootfs)/etc/passwd")
      try withSleeper(bundle) { container throws in
        #expect(try container.output(ofShell: "id -u; echo $HOME", options: ["-u", "1000"]) == "1000\n/home\n")
        unlink("\(bundle.rootfs)/etc/passwd")
        guard mkfifo("\(bundle.rootfs)/etc/passwd", 0o666) == 0 else { throw HarnessError("mkfifo: \(File.errorText())") }
        #expect(try container.output(ofShell: "echo $HOME", options: ["-u", "1000"]) == "/\n")
      }
    }

    @Test func aFilterOfConfigJsonHoldsForIt() throws {
      for noNewPrivileges in [true, false] {
        let bundle = try Seccomp.bundle(
          "true", [Seccomp.rule(Seccomp.mkdir, "SCMP_ACT_ERRNO")], noNewPrivileges: noNewPrivileges)
        try withSleeper(bundle) { container throws in
          let outcome = try container.exec(["mkdir", "/made"])
          #expect(outcome.status == 1 && outcome.stderr.contains("Operation not permitted"), "\(outcome)")
          #expect(try container.output(ofShell: "grep Seccomp: /proc/self/status") == "Seccomp:\t2\n")
        }
      }
    }
  }
}
