import Foundation
import Testing

extension Scenarios {
  /// `--systemd-cgroup`: the life of the unit.
  @Suite(.enabled(if: Systemd.isThere, "needs a systemd on a pure cgroup v2 host")) struct SystemdUnit {
    @Test func itGoesWithTheContainer() throws {
      let scope = Scope()
      let runtime = try Runtime.withSystemd()
      try withContainer(try scope.bundle(), runtime: runtime) { container in
        #expect(try Systemd.show(scope.unit, "ActiveState") == "active")
        try container.start()
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
        expectSuccess(try runtime("delete", container.id))
        #expect(try !Systemd.isLoaded(scope.unit))
        #expect(!scope.cgroup.exists)
      }
    }

    @Test func itGoesWithOneThatNeverStarted() throws {
      let scope = Scope()
      try withContainer(try scope.bundle(), runtime: .withSystemd()) { container in
        expectSuccess(try container.runtime("delete", "--force", container.id))
        #expect(try !Systemd.isLoaded(scope.unit))
      }
    }

    @Test func runLeavesNone() throws {
      let scope = Scope()
      let outcome = try Runtime.withSystemd().run(try scope.bundle(["sh", "-c", "exit 3"]))
      #expect(outcome.status == 3, "\(outcome)")
      #expect(try !Systemd.isLoaded(scope.unit))
    }

    @Test(.enabled(if: Runtime.isApus, "peers are to be told each time")) func laterVerbsNeedNoFlag() throws {
      let scope = Scope()
      let runtime = try Runtime.withSystemd()
      try withContainer(try scope.bundle(), runtime: runtime) { container in
        runtime.globals = []
        try container.start()
        expectSuccess(try runtime("pause", container.id))
        #expect(try container.status() == "paused")
        expectSuccess(try runtime("resume", container.id))
        expectSuccess(try container.exec(["true"]))
        expectSuccess(try runtime("delete", "--force", container.id))
        #expect(try !Systemd.isLoaded(scope.unit))
      }
    }

    @Test func pauseAndResume() throws {
      let scope = Scope()
      try withRunningContainer(try scope.bundle(), runtime: .withSystemd()) { container in
        expectSuccess(try container.runtime("pause", container.id))
        #expect(try container.status() == "paused")
        let cgroup = try Cgroup(of: container.pid)
        #expect(cgroup.read("cgroup.events").contains("frozen 1"))
        try Systemd.call("daemon-reload")
        #expect(cgroup.read("cgroup.events").contains("frozen 1"))
        expectSuccess(try container.runtime("resume", container.id))
        #expect(try container.status() == "running")
      }
    }

    @Test func execJoinsTheScope() throws {
      let scope = Scope()
      try withRunningContainer(try scope.bundle(), runtime: .withSystemd()) { container in
        let file = "\(container.bundle.directory.path)/pid"
        expectSuccess(try container.exec(["sleep", "50"], options: ["--detach", "--pid-file", file]))
        let pid = try #require(pid_t(File.text(file)))
        #expect(try Cgroup(of: pid).path == Cgroup(of: container.pid).path)
        // Ours since `exec` has ended, and as long as nobody reaps it init cannot end.
        kill(pid, SIGKILL)
        try Harness.waitUntil("it is gone") {
          Orphans.reap()
          return !File.exists("/proc/\(pid)")
        }
      }
    }

    /// Its end ends the container, and leaves what `delete` removes.
    @Test func systemdMayStopIt() throws {
      let scope = Scope()
      let bundle = try scope.bundle()
      bundle.config["annotations"] = ["org.systemd.property.KillSignal": "9"]
      try withRunningContainer(bundle, runtime: .withSystemd()) { container in
        expectSuccess(try Systemd.call("stop", scope.unit))
        try container.waitUntil("stopped")
        expectSuccess(try container.runtime("delete", container.id))
      }
    }

    @Test func annotationsAreItsProperties() throws {
      let scope = Scope()
      let bundle = try scope.bundle()
      bundle.config["annotations"] = [
        "org.systemd.property.TimeoutStopSec": "uint64 7", "org.systemd.property.KillSignal": "12",
        "org.systemd.property.CollectMode": "'inactive-or-failed'",
        "org.systemd.property.After": "['basic.target', 'dbus.socket']",
      ]
      try withRunningContainer(bundle, runtime: .withSystemd()) { _ in
        let unit = try Systemd.show(scope.unit, "TimeoutStopUSec", "KillSignal", "CollectMode", "After")
        #expect(
          unit["TimeoutStopUSec"] == "7s" && unit["KillSignal"] == "12" && unit["CollectMode"] == "inactive-or-failed", "\(unit)")
        #expect(unit["After"]?.contains("basic.target") == true && unit["After"]?.contains("dbus.socket") == true, "\(unit)")
      }
    }

    @Test(arguments: [
      ("TimeoutStopSec", "uint64"), ("Nonsense", "true"), ("KillSignal", "'SIGKILL'"), ("A1b", "1"), ("Ab", "1"),
    ])
    func aWrongAnnotationIsRefused(name: String, text: String) throws {
      // crun takes what it cannot read for text, or passes it over.
      if Runtime.isCrun { return }
      let scope = Scope()
      let bundle = try scope.bundle()
      bundle.config["annotations"] = .object(["org.systemd.property.\(name)": .string(text)])
      _ = try refusal(of: bundle, runtime: .withSystemd())
      #expect(try !Systemd.isLoaded(scope.unit))
    }

    // MARK: Names

    @Test func theSlicesAboveAreMade() throws {
      var scope = Scope()
      let top = "scn\(getpid())x"
      scope.slice = "\(top)-b.slice"
      defer { _ = try? Systemd.call("stop", "\(top)-b.slice", "\(top).slice") }  // what is left shows in the count
      try withContainer(try scope.bundle(), runtime: .withSystemd()) { container in
        #expect(
          try Cgroup(of: container.pid).path.hasPrefix(
            Cgroup(absolute: "/\(top).slice/\(top)-b.slice/\(scope.unit)").path))
        expectSuccess(try container.runtime("delete", "--force", container.id))
        // They are systemd's own, which keeps them.
        expectSuccess(try Systemd.call("stop", "\(top)-b.slice", "\(top).slice"))
      }
    }

    @Test func withoutASliceItIsSystems() throws {
      var scope = Scope()
      scope.slice = ""
      try withContainer(try scope.bundle(), runtime: .withSystemd()) { container in
        let cgroup = try Cgroup(of: container.pid)
        #expect(cgroup.path.hasPrefix(scope.cgroup.path))
      }
    }

    @Test(.enabled(if: Runtime.isApus, "peers use their own prefix")) func withoutAPathItIsTheIDs() throws {
      try withContainer(try Bundle(["sleep", "100"]), runtime: .withSystemd()) { container in
        let cgroup = try Cgroup(of: container.pid)
        #expect(cgroup.path == Cgroup(absolute: "/system.slice/apus-\(container.id).scope").path)
      }
    }

    @Test(arguments: ["-", "-.slice"]) func theRootSliceHasAWord(slice: String) throws {
      if Runtime.isCrun || (Runtime.isRunc && slice == "-") { return }  // they do not know it
      var scope = Scope()
      scope.slice = slice
      try withContainer(try scope.bundle(), runtime: .withSystemd()) { container in
        let cgroup = try Cgroup(of: container.pid)
        #expect(cgroup.path == Cgroup(absolute: "/\(scope.unit)").path)
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun makes a scope of it")) func aNameMayBeASlice() throws {
      let name = "scn\(getpid())y.slice"
      let bundle = try Bundle(["sleep", "100"])
      bundle.config["linux.cgroupsPath"] = .string("system.slice:scn:\(name)")
      bundle.config["linux.resources.pids"] = ["limit": 20]
      // runc says it lies in system.slice, which systemd does not think.
      if Runtime.isRunc { return }
      try withRunningContainer(bundle, runtime: .withSystemd()) { container in
        #expect(try Cgroup(of: container.pid).path == Cgroup(absolute: "/\(name)").path)
        #expect(try Systemd.show(name, "TasksMax") == "20")
        #expect(try Systemd.show(name, "Wants").contains("system.slice"))
        expectSuccess(try container.exec(["true"]))
      }
      #expect(try Systemd.show(name, "ActiveState") == "inactive")
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun takes any path"),
      arguments: [
        ("a--b.slice:p:x", "invalid slice name: a--b.slice"), ("-a.slice:p:x", "invalid slice name: -a.slice"),
        ("machine:p:x", "invalid slice name: machine"),
        ("a:b", "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"a:b\" instead"),
      ])
    func aPathThatIsNoneIsRefused(path: String, message: String) throws {
      let bundle = try Bundle()
      bundle.config["linux.cgroupsPath"] = .string(path)
      let outcome = try refusal(of: bundle, runtime: .withSystemd())
      #expect(outcome.message.contains(message), "\(outcome)")
    }

    // MARK: Collisions and failures

    @Test func aTakenNameIsRefusedAndItsOwnerSpared() throws {
      let scope = Scope()
      let runtime = try Runtime.withSystemd()
      try withRunningContainer(try scope.bundle(), runtime: runtime) { first in
        let second = try scope.bundle()
        try second.write()
        let id = TemporaryDirectory.newID()
        let outcome = try runtime("create", "--bundle", second.path, id)
        expectFailure(outcome, saying: "already")
        runtime.deleteQuietly(id)
        #expect(try first.status() == "running")
        #expect(try Systemd.show(scope.unit, "ActiveState") == "active")
      }
    }

    /// A unit that has failed is kept by systemd for somebody to look at; its name can be had again.
    @Test func theNameOfOneThatFailedCanBeHadAgain() throws {
      let scope = Scope()
      let runtime = try Runtime.withSystemd()
      let bundle = try scope.bundle(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"])
      bundle.config["annotations"] = ["org.systemd.property.TimeoutStopSec": "uint64 1"]
      try withRunningContainer(bundle, runtime: runtime) { first in
        try Harness.waitUntil("it ignores TERM") { first.stdout == "ready\n" }
        try Systemd.call("stop", scope.unit)
        try first.waitUntil("stopped")
        try Harness.waitUntil("it has failed") { try Systemd.show(scope.unit, "ActiveState") == "failed" }
        try withRunningContainer(try scope.bundle(), runtime: runtime) { second in
          // The first one's end must not be the second's.
          if Runtime.isApus {
            expectSuccess(try runtime("delete", first.id))
            #expect(try second.status() == "running")
          }
        }
      }
    }

    @Test func aFailingStartLeavesNoUnit() throws {
      let scope = Scope()
      let missing = try scope.bundle(["/no/such/program"])
      let outcome = try Runtime.withSystemd().run(missing)
      #expect(outcome.status != 0)
      #expect(try !Systemd.isLoaded(scope.unit))
      // And the next one of that name works.
      expectSuccess(try Runtime.withSystemd().run(try scope.bundle(["true"])))
    }

    @Test func aLimitThatCannotBeLeavesNoUnit() throws {
      let scope = Scope()
      let bundle = try scope.bundle()
      bundle.config["linux.resources.hugepageLimits"] = [["pageSize": "3MB", "limit": 4096]]
      // runc passes over it.
      if !Runtime.isApus { return }
      _ = try refusal(of: bundle, runtime: .withSystemd())
      #expect(try !Systemd.isLoaded(scope.unit))
    }

    @Test(.enabled(if: Runtime.isApus, "asks how apus cleans up")) func oneWhoseRuntimeWasKilledIsCleared() throws {
      let scope = Scope()
      let runtime = try Runtime.withSystemd()
      let bundle = try scope.bundle()
      bundle.config["hooks.createRuntime"] = [["path": "/bin/sleep", "args": ["sleep", "100"]]]
      try bundle.write()
      let id = TemporaryDirectory.newID()
      try assertNothingLeft(by: runtime) {
        let creation = try runtime.spawn(["create", "--bundle", bundle.path, id])
        try Harness.waitUntil("the unit is there") {
          try Systemd.show(scope.unit, "ActiveState") == "active" && scope.cgroup.exists
        }
        try Harness.waitUntil("the hook runs") { Orphans.descendants().contains { $0.name == "sleep" } }
        kill(creation.pid, SIGKILL)
        _ = try creation.wait()
        // The hook is a process of the host, and outlives its runtime.
        for process in Orphans.descendants() where process.name == "sleep" { kill(process.pid, SIGKILL) }
        expectSuccess(try runtime("delete", "--force", id))
        #expect(try !Systemd.isLoaded(scope.unit))
      }
    }

    /// Root of a user namespace with another USER stands for an ordinary user, as in podman; here that user is uid 0.
    @Test(.enabled(if: Runtime.isApus && Host.isLab, "starts a user's systemd; runc asks busctl, which is not here"))
    func anOrdinaryUsersIsTheUsersOwn() throws {
      var scope = Scope()
      scope.slice = ""
      expectSuccess(try Systemd.call("start", "user@0.service"))
      defer { _ = try? Systemd.call("stop", "user@0.service", "user-0.slice") }  // the machine ends with the tests
      let runtime = try Runtime.withSystemd()
      let bundle = try scope.bundle()
      bundle.setNamespace("user")
      bundle.dropNamespace("network")
      for ids in ["uidMappings", "gidMappings"] {
        bundle.config["linux.\(ids)"] = [["containerID": 0, "hostID": 0, "size": 1]]
      }
      bundle.config["mounts"] = .array(
        bundle.config["mounts"]?.array?.filter { !["/sys", "/dev/pts"].contains($0["destination"]?.string) } ?? [])
      bundle.config["linux.resources.memory"] = ["limit": 67_108_864]
      try bundle.write()
      let id = TemporaryDirectory.newID()
      func call(_ words: String...) throws -> Outcome {
        try runtime.spawn(
          words, environment: ["XDG_RUNTIME_DIR": "/run/user/0", "USER": "somebody"], wrapper: ["unshare", "-U", "-r", "-m"]
        ).wait()
      }
      // Nothing else is asked to be left: the user's systemd makes groups of its own meanwhile.
      expectSuccess(try call("create", "--bundle", bundle.path, id))
      let cgroup = Cgroup(absolute: "/user.slice/user-0.slice/user@0.service/user.slice/\(scope.unit)")
      let pid = try #require(try runtime.state(id)?["pid"]?.int)
      #expect(try Cgroup(of: pid_t(pid)).path == cgroup.path)
      #expect(cgroup.read("memory.max") == "67108864")
      expectSuccess(try call("update", "--memory", "33554432", id))
      #expect(cgroup.read("memory.max") == "33554432")
      expectSuccess(try call("delete", "--force", id))
      #expect(!cgroup.exists && !File.exists("\(runtime.root)/\(id)"))
    }

    /// systemd's own socket serves where there is no bus.
    @Test(.enabled(if: Runtime.isApus && Host.isLab, "takes the bus away")) func withoutABusThereIsSystemdsSocket() throws {
      let scope = Scope()
      expectSuccess(try Spawned.run(["mv", "/run/dbus/system_bus_socket", "/run/dbus/away"]))
      defer { _ = try? Spawned.run(["mv", "/run/dbus/away", "/run/dbus/system_bus_socket"]) }  // the next test fails otherwise
      let runtime = try Runtime.withSystemd()
      expectSuccess(try runtime.run(try scope.bundle(["true"])))
      runtime.globals = ["--systemd-cgroup"]
      try withRunningContainer(try scope.bundle(), runtime: runtime) { container in
        expectSuccess(try runtime("update", "--pids-limit", "30", container.id))
        #expect(scope.cgroup.read("pids.max") == "30")
      }
    }
  }
}
