import Foundation
import Testing

extension Scenarios {
  /// Two verbs at one container: one waits, but not for ever, nor for a hook that is itself a caller.
  @Suite(.enabled(if: Runtime.isApus, "peers have no such lock")) struct Lock {
    /// Both verbs wait at the same time, so the test takes as long as one.
    @Test func whoHoldsItIsNamed() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        let runtime = container.runtime
        let holder = try Spawned(["flock", "\(runtime.root)/\(container.id)", "sleep", "100"])
        try Harness.waitUntil("it is locked") { File.text("/proc/locks").contains(" \(holder.pid) ") }
        let verbs = try ["start", "pause"].map { try runtime.spawn([$0, container.id]) }
        for verb in verbs {
          expectFailure(
            try verb.wait(timeout: 20 * Host.patience),
            saying: "container \(container.id) is locked by process \(holder.pid) (flock \(runtime.root)")
        }
        holder.send(SIGKILL)
        _ = try holder.wait()
        for sleeper in Orphans.descendants() where sleeper.parent == getpid() && sleeper.name == "sleep" {
          kill(sleeper.pid, SIGKILL)
        }
      }
    }

    /// `start` and `run` have nothing to protect while such a hook runs: the container is there and is running.
    @Test(arguments: [["pause"], ["delete", "--force"]], ["start", "run"])
    func aPoststartHookMayCallTheRuntime(verb: [String], of caller: String) throws {
      let runtime = try Runtime()
      let bundle = try Bundle(["sleep", "100"])
      let id = TemporaryDirectory.newID()
      let call = ([Runtime.binary, "--root", runtime.root] + verb + [id]).joined(separator: " ")
      let said = "\(bundle.directory.path)/said"
      bundle.config["hooks.poststart"] = [Hooks.shell("exec timeout 8 \(call) > \(said) 2>&1")]
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        defer { runtime.deleteQuietly(id) }
        if caller == "start" { expectSuccess(try runtime.create(id, bundle)) }
        let arguments = caller == "start" ? ["start", id] : ["run", "--detach", "--bundle", bundle.path, id]
        expectSuccess(try runtime.call(arguments))
        #expect(File.text(said) == "")
        #expect(try runtime.status(id) == (verb == ["pause"] ? "paused" : nil))
      }
    }

    /// A poststart hook that never ends keeps `start`, and nobody else.
    @Test func aPoststartHookThatHangsHoldsNobodyUp() throws {
      let bundle = try Bundle(["sleep", "100"])
      bundle.config["hooks.poststart"] = [Hooks.shell("exec sleep 1000")]
      try withContainer(bundle) { container in
        let start = try container.runtime.spawn(["start", container.id])
        try container.waitUntil("running")
        expectSuccess(try container.runtime("delete", "--force", container.id))
        for hook in Orphans.descendants() where hook.parent == start.pid { kill(hook.pid, SIGKILL) }
        // The hook's failure is said; the container that is gone already is not deleted again.
        expectFailure(try start.wait(), saying: "poststart", "SIGKILL")
      }
    }

    /// What cannot be opened after it was made does not take the id.
    @Test func aStateDirectoryThatCannotBeUsedGoes() throws {
      let runtime = try Runtime()
      try File.makeDirectory(runtime.root, mode: 0o700)
      let bundle = try Bundle()
      let withoutOverride = "-dac_override,-dac_read_search"
      let outcome = try runtime.create(
        "c1", bundle,
        wrapper: [
          "setpriv", "--inh-caps=\(withoutOverride)", "--bounding-set=\(withoutOverride)", "/bin/sh", "-c",
          "umask 0777; exec \"$@\"", "sh",
        ])
      expectFailure(outcome, saying: "making \(runtime.root)/c1: openat2: Permission denied")
      #expect(File.names(in: runtime.root) == [])
    }
  }
}
