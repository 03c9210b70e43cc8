import Foundation
import Testing

extension Scenarios {
  /// The flags before the verb.
  @Suite struct GlobalFlags {
    @Test(arguments: ["--root R", "--root=R", "-root R", "-root=R", "--root R --root R", "--root /nowhere --root=R"])
    func rootIsTakenInEveryForm(form: String) throws {
      if Runtime.isCrun, form.hasPrefix("-root") { return }  // crun has no single dash for long flags
      try withContainer(try Bundle(["sleep", "100"])) { container in
        let flags = form.split(separator: " ").map { String($0).replacing("R", with: container.runtime.root) }
        let outcome = try Spawned.run([Runtime.binary] + flags + ["state", container.id])
        expectSuccess(outcome)
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes it as one of the bundle")) func aRelativeRootIsOneOfTheWorkingDirectory()
      throws
    {
      let bundle = try Bundle(["sleep", "100"])
      let runtime = try Runtime()
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        let id = TemporaryDirectory.newID()
        defer { runtime.deleteQuietly(id) }
        let creation = try Spawned(
          [Runtime.binary, "--root", "root", "create", "--bundle", bundle.path, id], directory: runtime.directory.path)
        expectSuccess(try creation.wait())
        #expect(try runtime.status(id) == "created")
      }
    }

    @Test(.enabled(if: Runtime.isApus, "runc 1.1.5 and crun would use it"))
    func theRootOfTheHostIsRefusedAsRoot() throws {
      expectFailure(try Spawned.run([Runtime.binary, "--root", "/", "list"]), saying: "/")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun has its own text"))
    func anUnknownLogFormatIsRefused() throws {
      let runtime = try Runtime()
      runtime.globals = ["--log-format", "xml"]
      let outcome = try runtime("list")
      expectFailure(outcome, saying: "xml")
      expectApusSays("invalid log-format: xml", outcome)
    }

    @Test(arguments: [["--debug"], ["--rootless", "false"], ["--rootless=auto"], ["--log-format", "text"]])
    func theOthersAreTaken(flags: [String]) throws {
      if Runtime.isCrun, flags[0].hasPrefix("--rootless=") { return }  // crun takes the value as a word only
      let runtime = try Runtime()
      runtime.globals = flags
      let outcome = try runtime.run(try Bundle(["echo", "hello"]))
      expectSuccess(outcome)
      #expect(outcome.stdout == "hello\n")
    }

    /// As Go's flags take it: `auto`, or any form of a truth value.
    @Test(
      .disabled(if: Runtime.isCrun, "crun takes the value as a word only"),
      arguments: ["true", "false", "auto", "AUTO", "1", "0", "T", "False", ""])
    func rootlessIsTakenInEveryForm(value: String) throws {
      let runtime = try Runtime()
      runtime.globals = ["--rootless=\(value)"]
      expectSuccess(try runtime.run(try Bundle()))
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes any word")) func rootlessOfAnotherWordIsRefused() throws {
      let runtime = try Runtime()
      runtime.globals = ["--rootless", "perhaps"]
      expectFailure(try refusal(of: try Bundle(), runtime: runtime), saying: "perhaps")
    }

    /// Without `--root` the state is under /run (or $XDG_RUNTIME_DIR when rootless).
    @Test(.enabled(if: Runtime.isApus, "the place is apus's own"))
    func theDefaultRootIsRunApus() throws {
      let bundle = try Bundle(["sleep", "100"])
      try bundle.write()
      let id = TemporaryDirectory.newID()
      try assertNothingLeft(by: try Runtime()) {
        defer { _ = try? Spawned.run([Runtime.binary, "delete", "--force", id]) }  // a failure shows as a leftover
        expectSuccess(try Spawned([Runtime.binary, "create", "--bundle", bundle.path, id]).wait())
        #expect(File.exists("/run/apus/\(id)"))
        expectSuccess(try Spawned.run([Runtime.binary, "delete", "--force", id]))
        #expect(!File.exists("/run/apus/\(id)"))
      }
    }
  }

  /// `--systemd-cgroup`.
  @Suite struct SystemdCgroupFlag {
    static let hasSystemd = File.exists("/run/systemd/system")

    @Test(
      .disabled(if: hasSystemd, "this host has systemd"),
      .disabled(if: Runtime.isCrun, "crun falls back to no cgroup manager"))
    func withoutSystemdItIsRefused() throws {
      let runtime = try Runtime()
      runtime.globals = ["--systemd-cgroup"]
      let bundle = try Bundle()
      bundle.config["linux.cgroupsPath"] = .string("system.slice:apus:\(TemporaryDirectory.newID())")
      let outcome = try refusal(of: bundle, runtime: runtime)
      expectFailure(outcome, saying: "systemd")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes any path"))
    func aPathOfThreePartsIsNeeded() throws {
      let runtime = try Runtime()
      runtime.globals = ["--systemd-cgroup"]
      let bundle = try Bundle()
      bundle.config["linux.cgroupsPath"] = "/a/b"
      let outcome = try refusal(of: bundle, runtime: runtime)
      expectFailure(
        outcome, saying: "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got")
    }

    @Test(.enabled(if: hasSystemd, "needs systemd"))
    func runsInAScope() throws {
      let runtime = try Runtime()
      runtime.globals = ["--systemd-cgroup", "--systemd-cgroup"]
      let name = TemporaryDirectory.newID()
      let bundle = try Bundle(["sleep", "100"])
      bundle.config["linux.cgroupsPath"] = .string("system.slice:apus:\(name)")
      try withRunningContainer(bundle, runtime: runtime) { container in
        let pid = try container.pid
        #expect(File.text("/proc/\(pid)/cgroup").contains("/system.slice/apus-\(name).scope"))
      }
    }
  }
}
