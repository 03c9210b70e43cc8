import Foundation
import Testing

extension Scenarios {
  @Suite struct Pause {
    @Test func everyProcessStandsStillUntilResume() throws {
      let bundle = try Bundle(shell: "while :; do echo tick; sleep 0.02; done")
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("it ticks") { container.stdout.contains("tick") }
        expectSuccess(try container.runtime("pause", container.id))
        #expect(try container.status() == "paused")
        let before = container.stdout
        usleep(200_000)
        #expect(container.stdout == before)
        expectSuccess(try container.runtime("resume", container.id))
        #expect(try container.status() == "running")
        try Harness.waitUntil("it ticks again") { container.stdout.count > before.count }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8.1 resumes whatever there is")) func whatIsNotPausedCannotBeResumed() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        expectFailure(try container.runtime("resume", container.id), saying: "container not paused")
      }
    }

    @Test func whatHasStoppedCannotBePaused() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        let outcome = try container.runtime("pause", container.id)
        expectFailure(outcome)
        if !Runtime.isCrun { #expect(outcome.message.contains("container not running"), "\(outcome)") }
        let resumed = try container.runtime("resume", container.id)
        expectFailure(resumed)
        if !Runtime.isCrun { #expect(resumed.message.contains("container not paused"), "\(resumed)") }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun does it twice")) func whatIsPausedCannotBePausedAgain() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.runtime("pause", container.id))
        expectFailure(try container.runtime("pause", container.id), saying: "container not running")
        #expect(try container.status() == "paused")
        expectSuccess(try container.runtime("resume", container.id))
        #expect(try container.status() == "running")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun calls it created still")) func aCreatedContainerCanBePaused() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.runtime("pause", container.id))
        #expect(try container.status() == "paused")
        expectSuccess(try container.runtime("resume", container.id))
        #expect(try container.status() == "created")
      }
    }

    @Test(arguments: ["pause", "resume"]) func anUnknownIDIsRefused(verb: String) throws {
      expectUnknown(try Runtime()(verb, "nobody"))
    }

    /// Its init could not answer: `start` would wait for ever.
    @Test(.disabled(if: Runtime.isCrun, "crun starts it, and hangs"))
    func aFrozenContainerCannotBeStarted() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.runtime("pause", container.id))
        expectFailure(
          try container.runtime("start", container.id),
          saying: "cannot start a container in the paused state")
        expectSuccess(try container.runtime("resume", container.id))
        try container.start()
        #expect(try container.status() == "running")
      }
    }

    @Test func aFrozenContainerDiesOfKill() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.runtime("pause", container.id))
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
      }
    }
  }
}
