import Foundation
import Testing

extension Scenarios {
  /// `wait ID`, and what `state` and `list` tell of how a container has ended.
  @Suite(.enabled(if: Runtime.isApus, "a verb that only apus has")) struct Wait {
    /// A container of the host's pid namespace: signals with their default action do not end the init of another.
    static func mortalBundle() throws -> Bundle {
      let bundle = try Bundle(["sleep", "100"])
      let namespaces = bundle.config["linux.namespaces"]?.array ?? []
      bundle.config["linux.namespaces"] = .array(namespaces.filter { $0["type"] != "pid" })
      return bundle
    }

    @Test(arguments: [0, 1, 42, 255])
    func itEndsWithTheProgramsExitCode(code: Int32) throws {
      try withContainer(try Bundle(shell: "exit \(code)")) { container in
        let wait = try container.runtime.spawn(["wait", container.id])
        try Self.untilItHolds(wait)
        try container.start()
        // Whether init is reaped before or after it looks must not matter, where the kernel keeps the status.
        try Harness.waitUntil("the wait is over") {
          if Host.kernelIsAtLeast(6, 15) { Orphans.reap() }
          return wait.isOver
        }
        let outcome = try wait.wait()
        #expect(outcome.status == code && outcome.signal == nil && outcome.stderr.isEmpty && outcome.stdout.isEmpty, "\(outcome)")
      }
    }

    @Test(arguments: [9, 15, 11])
    func itEndsWith128AndTheSignal(signal: Int32) throws {
      try withRunningContainer(try Self.mortalBundle()) { container in
        let wait = try container.runtime.spawn(["wait", container.id])
        try Self.untilItHolds(wait)
        #expect(!wait.isOver)
        expectSuccess(try container.kill("\(signal)"))
        let outcome = try wait.wait()
        #expect(outcome.status == 128 + signal && outcome.signal == nil && outcome.stderr.isEmpty, "\(outcome)")
      }
    }

    @Test func itBlocksUntilTheContainerHasStopped() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let wait = try container.runtime.spawn(["wait", container.id])
        try Self.untilItHolds(wait)
        usleep(300_000)
        #expect(!wait.isOver)
        expectSuccess(try container.kill())
        #expect(try wait.wait().status == 137)
      }
    }

    @Test(
      .enabled(if: Host.kernelIsAtLeast(6, 15), "before 6.15 the kernel forgets an exit status with the process"))
    func aReaperThatIsFasterTakesNothingAway() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let wait = try container.runtime.spawn(["wait", container.id])
        try Self.untilItHolds(wait)
        wait.send(SIGSTOP)
        let pid = try container.pid
        expectSuccess(try container.kill())
        try Harness.waitUntil("init is reaped") {
          Orphans.reap()
          return Orphans.process(pid) == nil
        }
        wait.send(SIGCONT)
        #expect(try wait.wait().status == 137)
      }
    }

    @Test func ofOneThatNobodyHasReapedTheStatusIsKnown() throws {
      try withContainer(try Bundle(shell: "exit 42")) { container in
        let pid = try container.pid  // asked before: to ask is to reap
        try container.start()
        try Harness.waitUntil("it is dead") { Orphans.process(pid)?.state == "Z" }
        #expect(try container.runtime("wait", container.id).status == 42)
        let state = try Value(parsing: try container.runtime("state", container.id).stdout)
        #expect(state["status"] == "stopped" && state["exitCode"] == 42 && state["signal"] == nil, "\(state)")
        let list = try Value(parsing: try container.runtime("list", "--format", "json").stdout)
        #expect(list.array?.first?["exitCode"] == 42, "\(list)")
        #expect(Orphans.process(pid)?.state == "Z")
      }
    }

    @Test func zeroIsAStatusToo() throws {
      try withContainer(try Bundle(["true"])) { container in
        let pid = try container.pid  // asked before: to ask is to reap
        try container.start()
        try Harness.waitUntil("it is dead") { Orphans.process(pid)?.state == "Z" }
        let state = try Value(parsing: try container.runtime("state", container.id).stdout)
        #expect(state["exitCode"] == 0, "\(state)")
      }
    }

    @Test func whatNobodyKnowsIsAnError() throws {
      try withContainer(try Bundle(["true"])) { container in
        try container.startAndFinish()  // asks for the state, and reaps before
        let state = try #require(try container.runtime.state(container.id))
        let pid = state["pid"]
        #expect(pid == 0 && state["exitCode"] == nil)
        expectFailure(
          try container.runtime("wait", container.id), saying: "apus: wait \(container.id): the exit status of container",
          "is unknown", "its parent has reaped its process")
      }
    }

    @Test(arguments: [(["sh", "-c", "exit 3"], 3, nil), (["sleep", "100"], 137, 9)] as [([String], Int32, Int?)])
    func aRunThatKeepsWritesItDown(program: [String], status: Int32, signal: Int?) throws {
      try withForegroundRun(try Bundle(program), options: ["--keep"]) { container in
        if signal != nil { expectSuccess(try container.kill()) }
        #expect(try container.creation.wait().status == status)
        let state = try #require(try container.runtime.state(container.id))
        #expect(
          state["status"] == "stopped" && state["exitCode"]?.int == Int(status) && state["signal"]?.int == signal, "\(state)")
        #expect(try container.runtime("wait", container.id).status == status)
      }
    }

    @Test func whileARunReaps() throws {
      try withForegroundRun(try Bundle(["sleep", "100"]), options: ["--keep"]) { container in
        let wait = try container.runtime.spawn(["wait", container.id])
        try Self.untilItHolds(wait)
        expectSuccess(try container.kill())
        #expect(try wait.wait().status == 137)
        #expect(try container.creation.wait().status == 137)
      }
    }

    @Test func anUnknownContainerIsAnError() throws {
      expectUnknown(try Runtime()("wait", "nobody"))
    }

    /// It has a pidfd: `Pid:` is in its fdinfo.
    private static func untilItHolds(_ wait: Spawned) throws {
      try Harness.waitUntil("wait holds the process") {
        File.names(in: "/proc/\(wait.pid)/fdinfo").contains { File.text("/proc/\(wait.pid)/fdinfo/\($0)").contains("Pid:\t") }
      }
    }
  }
}
