import Foundation
import Testing

extension Scenarios {
  /// `kill ID [SIGNAL]`: runtime.md "Kill".
  @Suite struct Kill {
    /// A process that says which signal came. As process 1 it gets only those it handles.
    static func listener(_ signals: [String]) throws -> Bundle {
      let traps = signals.map { "trap 'echo got \($0)' \($0)" }.joined(separator: "; ")
      return try Bundle(shell: "\(traps); echo ready; while :; do sleep 0.02; done")
    }

    @Test(arguments: ["TERM", "SIGTERM", "term", "sigterm", "SigTerm", "15"])
    func takesNamesAndNumbers(signal: String) throws {
      if Runtime.isCrun, signal.uppercased() != signal { return }  // crun knows upper case only
      try withRunningContainer(try Self.listener(["TERM"])) { container in
        try Harness.waitUntil("it listens") { container.stdout == "ready\n" }
        let outcome = try container.kill(signal)
        expectSuccess(outcome)
        #expect(outcome.stdout == "" && outcome.stderr == "")
        try Harness.waitUntil("it got the signal") { container.stdout == "ready\ngot TERM\n" }
      }
    }

    @Test(arguments: [("HUP", "1"), ("USR1", "USR1"), ("USR2", "SIGUSR2"), ("WINCH", "winch"), ("CONT", "18"), ("37", "37")])
    func sendsTheSignalThatWasNamed(heard: String, sent: String) throws {
      if Runtime.isCrun, sent.uppercased() != sent { return }  // as above
      try withRunningContainer(try Self.listener([heard])) { container in
        try Harness.waitUntil("it listens") { container.stdout == "ready\n" }
        expectSuccess(try container.kill(sent))
        try Harness.waitUntil("it got the signal") { container.stdout == "ready\ngot \(heard)\n" }
      }
    }

    @Test func theDefaultIsTERM() throws {
      try withRunningContainer(try Self.listener(["TERM"])) { container in
        try Harness.waitUntil("it listens") { container.stdout == "ready\n" }
        expectSuccess(try container.runtime("kill", container.id))
        try Harness.waitUntil("it got the signal") { container.stdout == "ready\ngot TERM\n" }
      }
    }

    @Test func killEndsItAndItsChildren() throws {
      let bundle = try Bundle(shell: "sleep 1000 & sleep 1000 & echo ready; wait")
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("it has children") { container.stdout == "ready\n" }
        expectSuccess(try container.kill("KILL"))
        try container.waitUntil("stopped")
        try Harness.waitUntil("all are gone") {
          Orphans.reap(); return Orphans.descendants().isEmpty
        }
      }
    }

    @Test func aCreatedContainerCanBeKilled() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.kill("9"))
        try container.waitUntil("stopped")
      }
    }

    /// What waits to be started has no handlers, which the kernel takes for "ignore" of the first process of a pid namespace.
    @Test(.disabled(if: Runtime.isCrun, "crun leaves it to the kernel"), arguments: ["TERM", "INT", "HUP"])
    func aCreatedContainerEndsByWhatEndsAProgram(signal: String) throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.kill(signal))
        try container.waitUntil("stopped")
      }
    }

    @Test(arguments: ["CHLD", "WINCH", "CONT"]) func aCreatedContainerStaysWithWhatDoesNot(signal: String) throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.kill(signal))
        usleep(100_000)
        #expect(try container.status() == "created")
      }
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun 1.8.1 takes an unknown name for signal 0"),
      arguments: ["X", "SIGX", "SIG", "TERMINATE", "9x", "RTMIN+"])
    func anUnknownSignalIsRefused(signal: String) throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let outcome = try container.kill(signal)
        expectFailure(outcome)
        if !Runtime.isCrun { #expect(outcome.message.contains("unknown signal \"\(signal)\""), "\(outcome)") }
        #expect(try container.status() == "running")
      }
    }

    @Test(arguments: ["999", "-5"])
    func aNumberThatIsNoSignalIsRefused(signal: String) throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        expectFailure(try container.kill(signal))
        #expect(try container.status() == "running")
      }
    }

    @Test func aStoppedContainerIsRefused() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        let outcome = try container.kill("KILL")
        expectFailure(outcome)
        if !Runtime.isCrun { #expect(outcome.message.contains("container not running"), "\(outcome)") }
      }
    }

    /// `--all` makes that a success: an engine wants everything gone, and it is.
    @Test func allOfAStoppedContainerSucceeds() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        expectSuccess(try container.runtime("kill", "--all", container.id, "KILL"))
        expectSuccess(try container.runtime("kill", "-a", container.id, "9"))
      }
    }

    /// Without a pid namespace of its own nothing ends the other processes when the first one does.
    @Test func allReachesEveryProcessOfASharedPidNamespace() throws {
      let bundle = try Bundle(shell: "sleep 1000 & sleep 1000 & echo ready; wait")
      let namespaces = bundle.config["linux.namespaces"]?.array ?? []
      bundle.config["linux.namespaces"] = .array(namespaces.filter { $0["type"] != "pid" })
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("it has children") { container.stdout == "ready\n" }
        #expect(Orphans.descendants().count >= 3)
        expectSuccess(try container.runtime("kill", "--all", container.id, "KILL"))
        try container.waitUntil("stopped")
        try Harness.waitUntil("all are gone") {
          Orphans.reap(); return Orphans.descendants().isEmpty
        }
      }
    }

    /// Its number is still that of the others' session: on Linux 6.1 pidfd_open(2) calls it invalid, not gone.
    @Test func allReachesWhatAFirstProcessThatIsGoneLeftInItsSession() throws {
      let bundle = try Bundle(shell: "sleep 1000 & echo ready")
      let namespaces = bundle.config["linux.namespaces"]?.array ?? []
      bundle.config["linux.namespaces"] = .array(namespaces.filter { $0["type"] != "pid" })
      try withContainer(bundle) { container in
        try container.start()
        try Harness.waitUntil("its first process is gone") {
          Orphans.reap(); return try container.status() == "stopped"
        }
        expectSuccess(try container.runtime("kill", "--all", container.id, "KILL"))
        try Harness.waitUntil("all are gone") {
          Orphans.reap(); return Orphans.descendants().isEmpty
        }
      }
    }

    /// With another signal than KILL each gets it once, while none can fork away from it; also of a frozen container, once it
    /// goes on.
    @Test(.disabled(if: Runtime.isRunc && !Host.isPureV2, "runc here uses v1"), arguments: [false, true])
    func allReachesThemWithAnySignal(paused: Bool) throws {
      if paused, !Runtime.isApus { return }  // it goes on then
      let bundle = try Bundle(
        shell:
          "trap 'echo got' USR1; (trap 'echo got' USR1; echo up; while :; do sleep 0.02; done) & echo up; while :; do sleep 0.02; done"
      )
      let namespaces = bundle.config["linux.namespaces"]?.array ?? []
      bundle.config["linux.namespaces"] = .array(namespaces.filter { $0["type"] != "pid" })
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("both listen") { container.stdout == "up\nup\n" }
        if paused { expectSuccess(try container.runtime("pause", container.id)) }
        expectSuccess(try container.runtime("kill", "--all", container.id, "USR1"))
        if paused {
          #expect(try container.status() == "paused")
          #expect(container.stdout == "up\nup\n")
          expectSuccess(try container.runtime("resume", container.id))
        }
        try Harness.waitUntil("both got it") { container.stdout == "up\nup\ngot\ngot\n" }
        expectSuccess(try container.runtime("kill", "--all", container.id, "KILL"))
      }
    }

    @Test func anUnknownIDIsRefused() throws {
      expectUnknown(try Runtime()("kill", "nobody", "KILL"))
    }
  }
}
