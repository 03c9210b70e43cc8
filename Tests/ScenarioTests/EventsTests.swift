import Foundation
import Testing

extension Scenarios {
  /// `events [--stats] [--interval TIME] ID`.
  @Suite(.disabled(if: Runtime.isCrun, "crun has no events")) struct Events {
    /// runc watches on v1 until the cgroup is removed, and on v2 not at all without the memory controller.
    static let runcWatches = !Runtime.isRunc || Host.controllers.contains("memory")

    static func statistics(_ container: Container) throws -> Value {
      let outcome = try container.runtime("events", "--stats", container.id)
      expectSuccess(outcome)
      #expect(outcome.stdout.split(separator: "\n").count == 1 && outcome.stdout.hasSuffix("}\n"), "\(outcome)")
      let event = try Value(parsing: outcome.stdout)
      #expect(event["type"] == "stats" && event["id"] == .string(container.id))
      return try #require(event["data"])
    }

    static func events(_ text: String) throws -> [Value] {
      try text.split(separator: "\n").map { try Value(parsing: String($0)) }
    }

    /// Fails where a container that allocates without end does not die of it.
    static func oomBundle(_ line: String) throws -> Bundle {
      let bundle = try Bundle(shell: line)
      bundle.config["linux.resources.memory"] = ["limit": 16_777_216, "swap": 16_777_216]
      return bundle
    }

    @Test func statisticsHaveTheMembersEnginesDecode() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let data = try Self.statistics(container)
        #expect(
          Set((data.object ?? [:]).keys)
            == ["cpu", "cpuset", "memory", "pids", "blkio", "hugetlb", "intel_rdt", "network_interfaces"])
        for path in [
          "cpu.usage.kernel", "cpu.usage.user", "cpuset.cpu_exclusive", "cpuset.mem_hardwall", "cpuset.sched_relax_domain_level",
          "memory.usage.limit", "memory.usage.failcnt", "memory.swap.limit", "memory.kernel.limit", "memory.kernelTCP.failcnt",
        ] { #expect(data[path]?.int != nil || data[path] != nil, "no \(path)") }
        for path in ["cpu.throttling", "blkio", "hugetlb", "intel_rdt"] { #expect(data[path]?.object != nil, "no \(path)") }
        #expect(data["network_interfaces"] == .null)
      }
    }

    @Test func processesAreCounted() throws {
      try Ps.withFamily { container in
        let data = try Self.statistics(container)
        #expect(data["pids.current"]?.int == 3)
      }
    }

    @Test func timeOfUseGrows() throws {
      try withRunningContainer(try Bundle(shell: "while :; do :; done")) { container in
        try Harness.waitUntil("100 ms were used") {
          try Self.statistics(container)["cpu.usage.total"]?.int ?? 0 > 100_000_000
        }
        let usage = try #require(try Self.statistics(container)["cpu.usage"])
        #expect(usage["user"]?.int ?? 0 > 10_000_000, "\(usage)")
      }
    }

    @Test(.needs("memory"), .needs("pids")) func limitsAreShown() throws {
      let bundle = try Bundle(["sleep", "100"])
      bundle.config["linux.resources.memory"] = ["limit": 67_108_864, "swap": 67_108_864]
      bundle.config["linux.resources.pids"] = ["limit": 7]
      try withRunningContainer(bundle) { container in
        let data = try Self.statistics(container)
        #expect(data["memory.usage.limit"]?.int == 67_108_864)
        #expect(data["memory.swap.limit"]?.int == 67_108_864)
        let used = try #require(data["memory.usage.usage"]?.int)
        #expect(used > 0 && used < 67_108_864)
        #expect(data["memory.raw.anon"]?.int ?? 0 > 0)
        #expect(data["pids.limit"]?.int == 7 && data["pids.current"]?.int == 1)
      }
    }

    @Test(.needs("cpu")) func throttlingIsShown() throws {
      let bundle = try Bundle(shell: "while :; do :; done")
      bundle.config["linux.resources.cpu"] = ["quota": 5000, "period": 100_000]
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("it was throttled") {
          try Self.statistics(container)["cpu.throttling.throttledPeriods"]?.int ?? 0 > 1
        }
        #expect(try Self.statistics(container)["cpu.throttling.throttledTime"]?.int ?? 0 > 1_000_000)
      }
    }

    @Test(.enabled(if: Runtime.isApus, "runc before 1.2 has no pressure")) func pressureIsShownWhereTheKernelMeasuresIt() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let data = try Self.statistics(container)
        for (member, file) in [("cpu", "cpu"), ("memory", "memory"), ("blkio", "io")] {
          // Neither the file nor, with psi=0, its content is there on every kernel.
          let measured = try Cgroup(of: container.pid).read("\(file).pressure").contains("some")
          #expect((data["\(member).psi.some.avg10"] != nil) == measured, "\(member): \(data)")
          #expect((data["\(member).psi.full.total"]?.int != nil) == measured, "\(member): \(data)")
        }
      }
    }

    @Test(.disabled(if: !runcWatches && Host.isPureV2, "runc needs the memory controller"))
    func statisticsComeAtEveryInterval() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let watcher = try container.runtime.spawn(["events", "--interval", "50ms", container.id])
        try Harness.waitUntil("there are five lines") { watcher.stdout.split(separator: "\n").count >= 5 }
        // runc on v1 ends only when the cgroup does.
        expectSuccess(try container.runtime("delete", "--force", container.id))
        let outcome = try watcher.wait()
        expectSuccess(outcome)
        for event in try Self.events(outcome.stdout) { #expect(event["type"] == "stats") }
      }
    }

    @Test(.disabled(if: !runcWatches, "runc needs v2 and the memory controller"))
    func itEndsWithTheContainer() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let watcher = try container.runtime.spawn(["events", "--interval", "1h", container.id])
        usleep(300_000)
        #expect(!watcher.isOver)
        expectSuccess(try container.kill())
        let outcome = try watcher.wait()
        expectSuccess(outcome)
        #expect(outcome.stdout == "")
      }
    }

    /// Not when something is to be written for the next time, which can be in an hour.
    @Test(.enabled(if: Runtime.isApus, "runc notices when it writes")) func itEndsWhenNobodyReads() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let watcher = try container.runtime.spawn(["events", "--interval", "1h", container.id], output: ends[1])
        close(ends[1])
        usleep(200_000)
        #expect(!watcher.isOver)
        close(ends[0])
        #expect(try watcher.wait().status == 0)
      }
    }

    // MARK: out of memory

    /// However fast they come, each is told: the kernel's counter says how many there were.
    @Test(.needs("memory")) func noKillForWantOfMemoryIsLost() throws {
      let bundle = try Self.oomBundle("for i in 1 2 3 4 5; do tail /dev/zero; done; echo done; sleep 1000")
      try withContainer(bundle) { container in
        let watcher = try container.runtime.spawn(["events", "--interval", "1h", container.id])
        usleep(UInt32(200_000 * Host.patience))
        try container.start()
        try Harness.waitUntil("all are killed", timeout: 30) { container.stdout.contains("done") }
        let counted = try Cgroup(of: container.pid).read("memory.events").split(separator: "\n")
          .first { $0.hasPrefix("oom_kill ") }.flatMap { Int($0.dropFirst(9)) }
        #expect(counted == 5)
        expectSuccess(try container.kill())
        let outcome = try watcher.wait()
        expectSuccess(outcome)
        let events = try Self.events(outcome.stdout)
        for event in events { #expect(event == ["type": "oom", "id": .string(container.id)]) }
        // runc tells of every change of the file after the first, so of more or of fewer.
        if Runtime.isApus { #expect(events.count == 5, "\(outcome)") } else { #expect(!events.isEmpty) }
      }
    }

    @Test(.needs("memory")) func theKillOfInitIsTold() throws {
      let bundle = try Self.oomBundle("exec tail /dev/zero")
      try withContainer(bundle) { container in
        let watcher = try container.runtime.spawn(["events", "--interval", "1h", container.id])
        usleep(UInt32(200_000 * Host.patience))
        try container.startAndFinish()
        let outcome = try watcher.wait()
        expectSuccess(outcome)
        // runc reads the end of the cgroup's last process and the kill in any order.
        if Runtime.isApus { #expect(try Self.events(outcome.stdout).map { $0["type"] } == ["oom"], "\(outcome)") }
      }
    }

    // MARK: what is refused

    @Test(arguments: ["0", "0s", "-1s", "5", "x", "1.5.s"]) func anIntervalThatIsNoneIsRefused(text: String) throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        expectFailure(try container.runtime("events", "--interval=\(text)", container.id))
      }
    }

    @Test(arguments: [["--stats"], []]) func aStoppedContainerIsRefused(flags: [String]) throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        expectFailure(
          try container.runtime.call(["events"] + flags + [container.id]),
          saying: "container with id \(container.id) is not running")
      }
    }

    @Test func anUnknownIDIsRefused() throws {
      expectUnknown(try Runtime()("events", "--stats", "nobody"))
    }
  }
}
