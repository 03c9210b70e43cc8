import Foundation
import Testing

extension Scenarios {
  /// Cgroups that were there before the container and stay after it: a pod's, a unit's, or the one apus itself is in.
  @Suite(
    .enabled(if: Host.cgroupMount != nil, "no cgroup v2 is mounted"),
    .disabled(if: Runtime.isRunc && !Host.isPureV2, "runc here uses v1"))
  struct SharedCgroup {
    /// Makes a cgroup, hands its path in the hierarchy and its directory to `body`, and removes it.
    static func with(_ body: (_ path: String, _ cgroup: Cgroup) throws -> Void) throws {
      let path = "/\(TemporaryDirectory.newID())"
      let cgroup = Cgroup(absolute: path)
      try cgroup.make()
      defer { cgroup.remove() }
      try body(path, cgroup)
    }

    /// A cgroup that was there before holds another container by the time the first is deleted.
    @Test(.enabled(if: Runtime.isApus, "peers kill what they find in the cgroup"))
    func deleteOfAStoppedContainerSparesWhoeverCameAfter() throws {
      try Self.with { path, _ in
        let first = try Bundle(["true"])
        let second = try Bundle(["sleep", "100"])
        for bundle in [first, second] { bundle.config["linux.cgroupsPath"] = .string(path) }
        try withContainer(first) { stopped in
          try stopped.startAndFinish()
          try withRunningContainer(second) { running in
            expectSuccess(try stopped.runtime("delete", stopped.id))
            #expect(try running.status() == "running")
            expectSuccess(try running.kill())
          }
        }
      }
    }

    // MARK: cgroup.kill has been written to (since 6.14 the kernel kills what is then born into it from another cgroup)

    /// Wherever it was born, it is in its cgroup before its first step.
    @Test func aContainerStartsInACgroupThatWasKilled() throws {
      try Self.with { path, cgroup in
        try cgroup.write("1", to: "cgroup.kill")
        let bundle = try Bundle(["true"])
        bundle.config["linux.cgroupsPath"] = .string(path)
        bundle.dropNamespace("cgroup")
        let seen = "\(bundle.directory.path)/seen"
        bundle.config["hooks.createContainer"] = [Hooks.shell("cat /proc/self/cgroup > \(seen)")]
        expectSuccess(try Runtime().run(bundle))
        #expect(File.text(seen).contains("0::\(path)\n"), "\(File.text(seen))")
      }
    }

    @Test func aContainerWithAUserNamespaceStartsThere() throws {
      try Self.with { path, cgroup in
        try cgroup.write("1", to: "cgroup.kill")
        let bundle = try UserNamespace.bundle("true")
        bundle.config["linux.cgroupsPath"] = .string(path)
        expectSuccess(try Runtime().run(bundle))
      }
    }

    @Test func aContainerThatJoinsAUserNamespaceStartsThere() throws {
      try withContainer(try UserNamespace.bundle("sleep 100")) { owner in
        try Self.with { path, cgroup in
          try cgroup.write("1", to: "cgroup.kill")
          let bundle = try UserNamespace.bundle("true")
          bundle.config["linux.uidMappings"] = nil
          bundle.config["linux.gidMappings"] = nil
          bundle.setNamespace("user", path: "/proc/\(try owner.pid)/ns/user")
          bundle.config["linux.cgroupsPath"] = .string(path)
          expectSuccess(try Runtime().run(bundle))
        }
      }
    }

    @Test func aRuntimeWhoseOwnCgroupWasKilledStartsContainers() throws {
      try Self.with { _, own in
        try own.write("1", to: "cgroup.kill")
        let enter = "echo $$ > \(own.path)/cgroup.procs && exec \"$@\""
        expectSuccess(try Runtime().run(try Bundle(["true"]), wrapper: ["/bin/sh", "-c", enter, "sh"]))
      }
    }

    /// What apus kills there must not be killed for ever.
    @Test(
      .enabled(if: Runtime.isApus, "runc writes cgroup.kill as well"), arguments: [["delete", "--force"], ["kill", "--all"]])
    func killingTheProcessesLeavesTheCgroupUsable(verb: [String]) throws {
      try Self.with { path, cgroup in
        let bundle = try Bundle(shell: "sleep 4321 & (trap '' TERM; sleep 4321 & wait) & echo up; exec sleep 4321")
        bundle.dropNamespace("pid")
        bundle.config["linux.cgroupsPath"] = .string(path)
        try withRunningContainer(bundle) { container in
          try Harness.waitUntil("all are there") { container.stdout == "up\n" }
          expectSuccess(try container.runtime.call(verb + [container.id] + (verb[0] == "kill" ? ["KILL"] : [])))
          try Harness.waitUntil("all are gone") { cgroup.read("cgroup.events").contains("populated 0") }
          #expect(cgroup.read("cgroup.freeze") == "0")
        }
        let newcomer = try Bundle(["true"])
        newcomer.config["linux.cgroupsPath"] = .string(path)
        expectSuccess(try Runtime().run(newcomer))
      }
    }

    // MARK: Device rules

    /// The rules of one container end with it, however it ends.
    @Test(.enabled(if: Runtime.isApus, "runc 1.1 leaves them"), arguments: ["delete", "run", "rollback"])
    func deviceRulesAreTakenOff(end: String) throws {
      try Self.with { path, _ in
        let strict = try Bundle(["true"])
        if end == "rollback" { strict.config["hooks.createRuntime"] = [Hooks.shell("exit 1")] }
        let open = try Bundle(shell: "exec 3>/dev/kmsg && echo opened")
        open.config["linux.resources.devices"] = [["allow": true, "access": "rwm"]]
        open.config["linux.devices"] = [["path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11, "fileMode": 0o666]]
        for bundle in [strict, open] { bundle.config["linux.cgroupsPath"] = .string(path) }
        switch end {
        case "delete":
          try withContainer(strict) { container in
            try container.startAndFinish()
            expectSuccess(try container.runtime("delete", container.id))
          }
        case "run": expectSuccess(try Runtime().run(strict))
        default: expectFailure(try refusal(of: strict), saying: "createRuntime")
        }
        let outcome = try Runtime().run(open)
        #expect(outcome.stdout == "opened\n", "\(outcome)")
      }
    }

    /// The kernel takes 64 programs at a cgroup. That there is no room for another is no fault of the rules.
    @Test(.enabled(if: Runtime.isApus, "peers take the others' programs off")) func aFullCgroupIsCalledFull() throws {
      try Self.with { path, cgroup in
        let runtime = try Runtime()
        var ids: [String] = []
        defer { for id in ids { runtime.deleteQuietly(id) } }
        var outcome: Outcome?
        for _ in 0..<65 {
          let bundle = try Bundle(["true"])
          bundle.config["linux.cgroupsPath"] = .string(path)
          ids.append(TemporaryDirectory.newID())
          try bundle.write()
          outcome = try runtime("run", "--keep", "--bundle", bundle.path, ids[ids.count - 1])
          if outcome?.succeeded != true { break }
        }
        let last = try #require(outcome)
        #expect(ids.count == 65)
        expectFailure(last, saying: "BPF_PROG_ATTACH", "64")
        #expect(!last.message.contains("verifier"), "\(last)")
      }
    }
  }

  @Suite struct OddCallers {
    /// A terminal nobody holds open must not keep `run` busy.
    @Test func aClosedTerminalCostsNoTime() throws {
      let bundle = try Bundle(shell: "exec 0<&- 1>&- 2>&-; sleep 2")
      bundle.config["process.terminal"] = true
      let runtime = try Runtime()
      try bundle.write()
      let outcome = try runtime(
        "run", "--bundle", bundle.path, TemporaryDirectory.newID(),
        wrapper: ["/bin/bash", "-c", "TIMEFORMAT='%U %S'; time \"$@\"", "bash"])
      expectSuccess(outcome)
      let seconds = outcome.stderr.split(whereSeparator: \.isWhitespace).suffix(2).compactMap { Double($0) }
      #expect(seconds.count == 2 && seconds.reduce(0, +) < 1, "\(outcome)")
    }

    @Test(.enabled(if: Runtime.isApus, "runc takes any number"))
    func aNumberOfDescriptorsThatCannotBeIsRefused() throws {
      let outcome = try refusal(of: try Bundle(["true"]), verb: "run", options: ["--preserve-fds", "2147483647"])
      expectFailure(outcome, saying: "2147483647")
    }

    @Test(.enabled(if: Runtime.isApus, "apus' own name")) func theNameOfTheCacheIsNoID() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(["true"])
      expectFailure(try runtime.create(".cache", bundle), saying: "invalid container ID format")
    }

    @Test func aStandardInputThatCannotBeReadIsNoCrash() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(["true"])
      bundle.config["process.terminal"] = true
      try bundle.write()
      let outcome = try runtime(
        "run", "--bundle", bundle.path, TemporaryDirectory.newID(), wrapper: ["/bin/sh", "-c", "exec \"$@\" 0>/dev/null", "sh"])
      #expect(outcome.signal == nil && outcome.status == 0, "\(outcome)")
    }
  }
}
