import Foundation
import Testing

extension Scenarios {
  /// `delete [--force] ID`: runtime.md "Delete".
  @Suite struct Delete {
    @Test func aStoppedContainerGoes() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        let outcome = try container.runtime("delete", container.id)
        expectSuccess(outcome)
        #expect(outcome.stdout == "" && outcome.stderr == "")
        #expect(!File.exists("\(container.runtime.root)/\(container.id)"))
        expectUnknown(try container.runtime("state", container.id))
        expectUnknown(try container.runtime("delete", container.id))
      }
    }

    @Test func theIDIsFreeAfterwards() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        expectSuccess(try container.runtime("delete", container.id))
        expectSuccess(try container.runtime.create(container.id, try Bundle()))
        #expect(try container.status() == "created")
      }
    }

    @Test func aRunningContainerIsRefused() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let outcome = try container.runtime("delete", container.id)
        expectFailure(outcome)
        if !Runtime.isCrun {
          let text = "cannot delete container \(container.id) that is not stopped: running"
          #expect(outcome.message.contains(text), "\(outcome)")
        }
        #expect(try container.status() == "running")
      }
    }

    @Test func aCreatedContainerIsKilled() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        let pid = try container.pid
        expectSuccess(try container.runtime("delete", container.id))
        Orphans.reap()
        #expect(!File.exists("/proc/\(pid)"))
        expectUnknown(try container.runtime("state", container.id))
      }
    }

    @Test(arguments: ["--force", "-f"])
    func forceKillsARunningContainer(flag: String) throws {
      // A process that will not hear of SIGTERM.
      let bundle = try Bundle(shell: "trap '' TERM INT HUP; sleep 1000 & echo ready; wait")
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("it is up") { container.stdout == "ready\n" }
        let outcome = try container.runtime("delete", flag, container.id)
        expectSuccess(outcome)
        #expect(outcome.stdout == "" && outcome.stderr == "")
        Orphans.reap()
        #expect(Orphans.descendants().isEmpty)
      }
    }

    @Test func forceKillsAPausedContainer() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.runtime("pause", container.id))
        expectSuccess(try container.runtime("delete", "--force", container.id))
      }
    }

    @Test func forceOfAnUnknownIDSucceeds() throws {
      let runtime = try Runtime()
      let outcome = try assertNothingLeft(by: runtime) { try runtime("delete", "--force", "nobody") }
      expectSuccess(outcome)
      #expect(outcome.stdout == "" && outcome.stderr == "")
    }

    @Test func anUnknownIDIsRefused() throws {
      expectUnknown(try Runtime()("delete", "nobody"))
    }

    /// A runtime that was killed early leaves a state directory with nothing in it.
    @Test func forceClearsAHalfMadeStateDirectory() throws {
      let runtime = try Runtime()
      try File.makeDirectory("\(runtime.root)/half", mode: 0o711)
      expectSuccess(try runtime("delete", "--force", "half"))
      #expect(!File.exists("\(runtime.root)/half"))
    }

    @Test func forceClearsAStateThatCannotBeRead() throws {
      let runtime = try Runtime()
      try File.makeDirectory("\(runtime.root)/bad", mode: 0o711)
      try File.write("{\"id\": ", to: "\(runtime.root)/bad/state.json")
      let outcome = try runtime("delete", "--force", "bad")
      withKnownIssue("runc and crun cannot delete what they cannot read", isIntermittent: true) {
        expectSuccess(outcome)
        #expect(!File.exists("\(runtime.root)/bad"))
      } when: {
        !Runtime.isApus
      }
    }

    /// The name that comes out of an engine's mistake must not reach past the state directory.
    @Test(
      .disabled(if: Runtime.isOldRunc, "runc 1.1.5 joins the id to the root unchecked and removes what is there"),
      .disabled(if: Runtime.isCrun, "crun 1.8.1 does as well"),
      arguments: ["../victim", "..", ".", "a/../../victim"])
    func forceStaysInTheStateDirectory(id: String) throws {
      let runtime = try Runtime()
      let victim = "\(runtime.directory.path)/victim"
      try File.makeDirectory(victim)
      try File.makeDirectory("\(runtime.root)/a")
      _ = try runtime("delete", "--force", id)
      #expect(File.exists(victim))
      #expect(File.exists("\(runtime.root)/a"))
    }

    @Test func theHooksAfterwardsRun() throws {
      let bundle = try Bundle()
      let mark = "\(bundle.directory.path)/mark"
      bundle.config["hooks.poststop"] = [["path": "/bin/sh", "args": ["sh", "-c", "echo gone > \(mark)"]]]
      try withContainer(bundle) { container in
        try container.startAndFinish()
        #expect(!File.exists(mark))
        expectSuccess(try container.runtime("delete", container.id))
        #expect(File.text(mark) == "gone\n")
      }
    }
  }
}
