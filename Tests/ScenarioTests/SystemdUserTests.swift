import Foundation
import Testing

extension Scenarios {
  /// `--systemd-cgroup` of an ordinary user, whose units are those of a systemd of its own.
  @Suite(
    .enabled(if: Systemd.isThere && Host.isLab, "starts a user's systemd"),
    .enabled(if: Host.has(program: "setpriv"), "needs setpriv"),
    .disabled(if: Runtime.isRunc, "runc asks busctl, which is not here"))
  struct SystemdUser {
    /// A user with a name where PID 1 looks for it, and with a systemd that has all controllers.
    static func withManager(_ body: (_ runtime: Runtime, _ environment: [String: String]) throws -> Void) throws {
      let id = OrdinaryUser.id
      let runtime = try OrdinaryUser.runtime()
      runtime.globals = ["--systemd-cgroup"]
      func inPIDOne(_ line: String) throws {
        expectSuccess(try Spawned.run(["nsenter", "-t", "1", "-m", "sh", "-ec", line], timeout: 120))
      }
      let passwd = "/run/scn\(getpid()).passwd"
      let settings = "/run/systemd/system/user@\(id).service.d"
      try File.makeDirectory(settings)
      try File.write("[Service]\nDelegate=yes\n", to: "\(settings)/delegate.conf")
      try inPIDOne(
        "{ cat /etc/passwd; echo 'ordinary:*:\(id):\(id)::/:/bin/sh'; } >\(passwd); mount --bind \(passwd) /etc/passwd; "
          + "systemctl daemon-reload; systemctl start user@\(id).service")
      defer {
        _ = try? Systemd.call("stop", "user@\(id).service", "user-\(id).slice")  // the machine ends with the tests
        _ = try? Spawned.run(["nsenter", "-t", "1", "-m", "umount", "/etc/passwd"])
        try? FileManager.default.removeItem(atPath: settings)
        unlink(passwd)
        _ = try? Systemd.call("daemon-reload")
      }
      let directory = "/run/user/\(id)"
      try Harness.waitUntil("the user's bus is there") { File.exists("\(directory)/bus") }
      try body(runtime, ["XDG_RUNTIME_DIR": directory, "DBUS_SESSION_BUS_ADDRESS": "unix:path=\(directory)/bus"])
    }

    static func cgroup(_ scope: Scope) -> Cgroup {
      Cgroup(absolute: "/user.slice/user-\(OrdinaryUser.id).slice/user@\(OrdinaryUser.id).service/user.slice/\(scope.unit)")
    }

    static func bundle(_ scope: Scope) throws -> Bundle {
      let bundle = try OrdinaryUser.bundle(["sleep", "100"])
      bundle.config["linux.cgroupsPath"] = scope.cgroupsPath
      bundle.config["linux.resources"] = ["memory": ["limit": 67_108_864], "pids": ["limit": 50]]
      return bundle
    }

    /// What `systemctl --user show` says of a property.
    static func shows(_ unit: String, _ property: String) throws -> String {
      let become = ["setpriv", "--reuid", "\(OrdinaryUser.id)", "--regid", "\(OrdinaryUser.id)", "--clear-groups"]
      let environment = ["env", "XDG_RUNTIME_DIR=/run/user/\(OrdinaryUser.id)"]
      let show = ["systemctl", "--user", "show", unit, "-p", property, "--value"]
      return try Spawned.run(["nsenter", "-t", "1", "-m"] + become + environment + show).stdout.trimmingCharacters(in: .newlines)
    }

    /// From a cgroup that is not the user's, as after a login by ssh: only systemd can move a process out of it.
    @Test func aWholeLife() throws {
      var scope = Scope()
      scope.slice = ""
      try Self.withManager { runtime, environment in
        try expectALife(try Self.bundle(scope), scope, runtime, environment, in: Self.cgroup(scope))
      }
    }

    @Test(.enabled(if: Runtime.isApus, "crun 1.8 has the container one cgroup deeper")) func inASubgroup() throws {
      var scope = Scope()
      scope.slice = ""
      try Self.withManager { runtime, environment in
        let bundle = try Self.bundle(scope)
        bundle.config["annotations"] = ["run.oci.systemd.subgroup": "inner"]
        let unit = Self.cgroup(scope)
        try expectALife(
          bundle, scope, runtime, environment, in: Cgroup(absolute: "\(unit.path.dropFirst("/sys/fs/cgroup".count))/inner"))
      }
    }

    /// The bus of a session need not be that of the user's systemd: a remote desktop and dbus-run-session have one of their own.
    @Test(.enabled(if: Runtime.isApus, "peers ask that bus alone"))
    func aBusWithoutSystemdIsPassedOver() throws {
      var scope = Scope()
      scope.slice = ""
      try Self.withManager { runtime, environment in
        let name = "/scn\(getpid()).bus"
        let bus = try Spawned(
          ["nsenter", "-t", "1", "-m"] + OrdinaryUser.become
            + ["dbus-daemon", "--session", "--nofork", "--address=unix:abstract=\(name)"])
        defer {
          kill(bus.pid, SIGKILL)
          _ = try? bus.wait()  // it was killed
        }
        try Harness.waitUntil("the bus is there") { File.text("/proc/net/unix").contains("@\(name)") }
        var environment = environment
        environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:abstract=\(name)"
        try expectALife(try Self.bundle(scope), scope, runtime, environment, in: Self.cgroup(scope))
      }
    }

    private func expectALife(
      _ bundle: Bundle, _ scope: Scope, _ runtime: Runtime, _ environment: [String: String], in cgroup: Cgroup
    ) throws {
      try bundle.write()
      let id = TemporaryDirectory.newID()
      func call(_ words: String...) throws -> Outcome { try runtime.spawn(words, environment: environment).wait() }
      // Nothing else is asked to be left: the user's systemd makes groups of its own meanwhile.
      expectSuccess(try call("run", "--detach", "--bundle", bundle.path, id))
      let pid = try #require(try runtime.state(id)?["pid"]?.int)
      if Runtime.isApus { #expect(try Cgroup(of: pid_t(pid)).path == cgroup.path) }
      #expect(cgroup.read("memory.max") == "67108864" && cgroup.read("pids.max") == "50")
      if Runtime.isApus {
        #expect(try Self.shows(scope.unit, "MemoryMax") == "67108864")
        expectSuccess(try call("update", "--memory", "33554432", id))
        #expect(cgroup.read("memory.max") == "33554432")
        #expect(try Self.shows(scope.unit, "MemoryMax") == "33554432")
      }
      let outcome = try call("exec", id, "cat", "/proc/self/cgroup")
      #expect(outcome.stdout.hasSuffix("0::/\n"), "\(outcome)")
      expectSuccess(try call("pause", id))
      #expect(try runtime.status(id) == "paused")
      expectSuccess(try call("resume", id))
      expectSuccess(try call("delete", "--force", id))
      #expect(!cgroup.exists && !File.exists("\(runtime.root)/\(id)"))
      #expect(try Self.shows(scope.unit, "LoadState") == "not-found")
    }
  }
}
