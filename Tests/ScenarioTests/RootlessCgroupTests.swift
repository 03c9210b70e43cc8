import Foundation
import Testing

extension Scenarios {
  /// The cgroups of an ordinary user: none, or what somebody has delegated.
  @Suite(
    .enabled(if: Host.cgroupMount != nil, "no cgroup v2 is mounted"),
    .enabled(if: Host.has(program: "setpriv"), "needs setpriv"),
    .disabled(if: Runtime.isRunc && !Host.isPureV2, "runc here uses v1"),
    .disabled(if: Runtime.isCrun && !Host.isPureV2, "crun takes nothing but cgroup v2"))
  struct RootlessCgroup {
    static func sleeper() throws -> Bundle { try OrdinaryUser.bundle(["sleep", "100"]) }

    // MARK: Without delegation

    @Test(
      .disabled(if: Runtime.isCrun, "crun says it of some verbs only"),
      arguments: [["pause"], ["update", "--pids-limit", "10"], ["ps"], ["events", "--stats"]])
    func whatTakesACgroupIsRefusedByName(verb: [String]) throws {
      if Runtime.isRunc, verb[0] == "events" { return }  // runc shows numbers that are all 0
      try withRunningContainer(try Self.sleeper(), runtime: try OrdinaryUser.runtime()) { container in
        let outcome = try container.runtime.call(verb + [container.id])
        expectFailure(outcome)
        expectApusSays("the container has no cgroup", outcome)
        expectApusSays("delegated", outcome)
        #expect(try container.status() == "running")
      }
    }

    @Test(
      .disabled(if: Runtime.isCrun, "without systemd crun 1.8.1 makes no cgroup for an ordinary user"),
      arguments: ["resources", "cgroupsPath"])
    func whatAsksForOneIsRefused(member: String) throws {
      let bundle = try Self.sleeper()
      if member == "resources" {
        bundle.config["linux.resources"] = ["pids": ["limit": 20]]
      } else {
        bundle.config["linux.cgroupsPath"] = .string("/\(TemporaryDirectory.newID())")
      }
      let outcome = try refusal(of: bundle, runtime: try OrdinaryUser.runtime())
      expectApusSays("linux.\(member) needs a cgroup", outcome)
      // A controller that nobody here can have is said first.
      if member == "cgroupsPath" || Host.controllers.contains("pids") { expectApusSays("delegated", outcome) }
    }

    /// `--rootless false`: every failure is one.
    @Test(.enabled(if: Runtime.isApus, "crun ignores the flag, runc takes false for a root with cgroups"))
    func itMayBeDemanded() throws {
      let runtime = try OrdinaryUser.runtime()
      runtime.globals = ["--rootless", "false"]
      expectFailure(try refusal(of: try Self.sleeper(), runtime: runtime), saying: "cgroup", "Permission denied")
    }

    /// All of its processes cannot be found by anything else.
    @Test(.enabled(if: Runtime.isApus, "peers kill the one process that they know")) func killAllIsRefusedWithTheHostsPids()
      throws
    {
      let bundle = try Self.sleeper()
      bundle.dropNamespace("pid")
      if let index = bundle.mountIndex("/proc") {
        bundle.config["mounts.\(index)"] = [
          "destination": "/proc", "type": "bind", "source": "/proc", "options": ["rbind"],
        ]
      }
      bundle.config["linux.maskedPaths"] = nil
      bundle.config["linux.readonlyPaths"] = nil
      try withRunningContainer(bundle, runtime: try OrdinaryUser.runtime()) { container in
        #expect(container.stderr.contains("without a cgroup and a pid namespace of its own"), "\(container.stderr)")
        expectFailure(try container.runtime("kill", "--all", container.id, "KILL"), saying: "no cgroup")
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
      }
    }

    // MARK: With delegation

    /// A cgroup that is the user's, and a runtime that is started in one below it.
    static func withDelegation(_ body: (Runtime, Cgroup) throws -> Void) throws {
      let cgroup = Cgroup(absolute: "/\(TemporaryDirectory.newID())")
      let below = Cgroup(absolute: "/\((cgroup.path as NSString).lastPathComponent)/runtime")
      try cgroup.make()
      defer { cgroup.remove() }
      try below.make()
      defer { below.remove() }
      for name in ["", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads", "/runtime", "/runtime/cgroup.procs"] {
        guard chown(cgroup.path + name, uid_t(OrdinaryUser.id), gid_t(OrdinaryUser.id)) == 0 else {
          throw HarnessError("chown \(cgroup.path)\(name): \(File.errorText())")
        }
      }
      let wanted = Host.controllers.intersection(["pids", "memory"])
      let root = Cgroup(absolute: "")
      let before = root.read("cgroup.subtree_control").split(separator: " ").map(String.init)
      for controller in wanted { try root.write("+\(controller)", to: "cgroup.subtree_control") }
      defer { for name in wanted where !before.contains(name) { try? root.write("-\(name)", to: "cgroup.subtree_control") } }
      let enter = "echo $$ > \(below.path)/cgroup.procs"
      try body(try OrdinaryUser.runtime(["sh", "-ec", "\(enter)\nexec \"$@\"", "sh"] + OrdinaryUser.become), cgroup)
    }

    @Test(.disabled(if: Runtime.isCrun, "without systemd crun 1.8.1 makes no cgroup for an ordinary user"))
    func aDelegatedOneIsUsed() throws {
      try Self.withDelegation { runtime, cgroup in
        try withRunningContainer(try Self.sleeper(), runtime: runtime) { container in
          let own = try Cgroup(of: try container.pid)
          if !Runtime.isCrun { #expect(own.path == "\(cgroup.path)/\(container.id)") }
          #expect(own.path.hasPrefix(cgroup.path + "/"))
          let seen = try container.exec(["sh", "-c", "cat /proc/self/cgroup"])
          #expect(seen.stdout.hasSuffix("0::/\n"), "\(seen)")
          expectSuccess(try container.runtime("pause", container.id))
          #expect(try container.status() == "paused")
          expectSuccess(try container.runtime("resume", container.id))
          #expect(try container.status() == "running")
        }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8.1 has no `ps` of that form")) func itsProcessesAreKnown() throws {
      try Self.withDelegation { runtime, _ in
        try withRunningContainer(try Self.sleeper(), runtime: runtime) { container in
          let ps = try container.runtime("ps", "--format", "json", container.id)
          expectSuccess(ps)
          let pid = Int(try container.pid)
          #expect(try Value(parsing: ps.stdout).array?.compactMap(\.int) == [pid])
          expectSuccess(try container.runtime("events", "--stats", container.id))
        }
      }
    }

    @Test(
      .enabled(if: Host.controllers.isSuperset(of: ["pids", "memory"]), "needs the controllers pids and memory"),
      .disabled(if: Runtime.isCrun, "without systemd crun 1.8.1 makes no cgroup for an ordinary user"))
    func itsLimitsAreInForce() throws {
      try Self.withDelegation { runtime, _ in
        let bundle = try Self.sleeper()
        bundle.config["linux.resources"] = ["pids": ["limit": 20], "memory": ["limit": 67_108_864]]
        try withRunningContainer(bundle, runtime: runtime) { container in
          let own = try Cgroup(of: try container.pid)
          #expect(own.read("pids.max") == "20" && own.read("memory.max") == "67108864")
          expectSuccess(try container.runtime("update", "--pids-limit", "30", container.id))
          #expect(own.read("pids.max") == "30")
        }
      }
    }

    /// A session that was not given the cgroup may not put a process into it: it is told, and the process starts.
    @Test(.enabled(if: Runtime.isApus, "runc says nothing, crun fails")) func execFromElsewhereSaysWhereItIs() throws {
      try Self.withDelegation { runtime, _ in
        try withRunningContainer(try Self.sleeper(), runtime: runtime) { container in
          runtime.wrapper = OrdinaryUser.become
          let outcome = try container.exec(["id", "-u"])
          expectSuccess(outcome)
          #expect(outcome.stdout == "0\n")
          #expect(outcome.errorLines.count == 1 && outcome.stderr.contains("cgroup"), "\(outcome)")
        }
      }
    }
  }
}
