import Foundation
import Testing

extension Scenarios {
  /// `start ID`: runtime.md "Start".
  @Suite struct Start {
    @Test func runsTheProcess() throws {
      let bundle = try Bundle(shell: "echo started; sleep 100")
      try withContainer(bundle) { container in
        let outcome = try container.runtime("start", container.id)
        expectSuccess(outcome)
        #expect(outcome.stdout == "" && outcome.stderr == "")
        #expect(try container.status() == "running")
        try Harness.waitUntil("it has spoken") { container.stdout == "started\n" }
      }
    }

    @Test func aRunningContainerIsRefused() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let outcome = try container.runtime("start", container.id)
        expectFailure(outcome)
        if !Runtime.isCrun { #expect(outcome.message.contains("cannot start an already running container"), "\(outcome)") }
        #expect(try container.status() == "running")
      }
    }

    @Test func aStoppedContainerIsRefused() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        let outcome = try container.runtime("start", container.id)
        expectFailure(outcome)
        if !Runtime.isCrun { #expect(outcome.message.contains("cannot start a container that has stopped"), "\(outcome)") }
      }
    }

    @Test func aContainerKilledBeforeItsStartIsRefused() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
        expectFailure(try container.runtime("start", container.id))
        #expect(try container.status() == "stopped")
      }
    }

    @Test func anUnknownIDIsRefused() throws {
      expectUnknown(try Runtime()("start", "nobody"))
    }

    @Test(.disabled(if: Runtime.isRunc, "runc does not lock: the loser waits for the start gate forever"))
    func ofTwoAtOnceOneWins() throws {
      for _ in 0..<5 {
        let bundle = try Bundle(shell: "echo once; sleep 100")
        try withContainer(bundle) { container in
          let racers = try (0..<3).map { _ in try container.runtime.spawn(["start", container.id]) }
          let outcomes = try racers.map { try $0.wait() }
          #expect(outcomes.filter(\.succeeded).count == 1, "\(outcomes)")
          #expect(try container.status() == "running")
          try Harness.waitUntil("it has spoken") { container.stdout == "once\n" }
        }
      }
    }

    /// Whose fault it was is said only where it is known.
    @Test(.enabled(if: Runtime.isApus, "apus' own words")) func aKilledInitIsNotBlamedOnItsMemory() throws {
      let bundle = try Bundle(["true"])
      bundle.dropNamespace("pid")
      bundle.config["hooks.createContainer"] = [Hooks.shell("kill -9 $PPID")]
      let outcome = try refusal(of: bundle)
      expectFailure(outcome, saying: "was killed by SIGKILL while it was set up", "another process")
      #expect(!outcome.message.contains("memory limit") && !outcome.message.contains("out of memory:"), "\(outcome)")
    }

    @Test(.needs("memory"), .enabled(if: Runtime.isApus, "apus' own words")) func anInitWithoutMemorySaysSo() throws {
      let bundle = try Bundle(["true"])
      bundle.config["linux.resources.memory"] = ["limit": 65536, "swap": 65536]
      expectFailure(try refusal(of: bundle), saying: "was killed by SIGKILL", "out of memory: the limit of its cgroup is too low")
    }

    @Test func theProcessHasTheEnvironmentAndDirectoryOfTheConfiguration() throws {
      let bundle = try Bundle(shell: "pwd; echo $MINE; echo ${OUTSIDE-unset}")
      bundle.config["process.cwd"] = "/tmp"
      bundle.config.append("process.env", value: "MINE=yes")
      try withContainer(bundle, environment: ["OUTSIDE": "leaked"]) { container in
        try container.startAndFinish()
        #expect(container.stdout == "/tmp\nyes\nunset\n")
      }
    }
  }
}
