import Foundation
import Testing

extension Scenarios {
  /// `update [flags] [--resources FILE|-] ID`, read back from the container's cgroup.
  @Suite(.disabled(if: Runtime.isCrun, "crun 1.8.1 reads no units and no pipe, and forgets what hangs together"))
  struct Update {
    /// What files of the cgroup say after updates, each a line of flags; of a container with these resources.
    static func files(
      _ names: [String], _ resources: Value = [:], after updates: [String]..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String] {
      let bundle = try Bundle(["sleep", "100"])
      for (name, value) in resources.object ?? [:] { bundle.config["linux.resources.\(name)"] = value }
      return try withRunningContainer(bundle, sourceLocation: sourceLocation) { container in
        for flags in updates {
          let outcome = try container.runtime.call(["update"] + flags + [container.id])
          expectSuccess(outcome, sourceLocation: sourceLocation)
          #expect(outcome.stdout == "", sourceLocation: sourceLocation)
        }
        let cgroup = try Cgroup(of: container.pid)
        return names.map { cgroup.read($0) }
      }
    }

    static func update(_ container: Container, _ json: Value) throws -> Outcome {
      try container.runtime("update", "--resources", "-", container.id, input: .text(try json.text))
    }

    // MARK: each flag

    @Test(.needs("memory")) func memory() throws {
      #expect(try Self.files(["memory.max"], after: ["--memory", "67108864"]) == ["67108864"])
      #expect(try Self.files(["memory.max"], after: ["--memory=64m"]) == ["67108864"])
      #expect(try Self.files(["memory.max"], ["memory": ["limit": 67_108_864]], after: ["--memory", "-1"]) == ["max"])
      #expect(try Self.files(["memory.low"], after: ["--memory-reservation", "32M"]) == ["33554432"])
    }

    @Test(.needs("pids")) func pids() throws {
      #expect(try Self.files(["pids.max"], after: ["--pids-limit", "20"]) == ["20"])
      #expect(try Self.files(["pids.max"], ["pids": ["limit": 9]], after: ["--pids-limit", "-1"]) == ["max"])
    }

    @Test(.needs("cpu")) func cpu() throws {
      #expect(try Self.files(["cpu.max"], after: ["--cpu-quota", "50000", "--cpu-period", "200000"]) == ["50000 200000"])
      let weight = try #require(Int(try Self.files(["cpu.weight"], after: ["--cpu-share", "512"])[0]))
      // The older formula, and the one that takes 1024 for 100.
      #expect(weight == 20 || weight == 59)
    }

    @Test(.needs("cpu"), .disabled(if: Runtime.isOldRunc, "not yet there")) func cpuIdleAndBurst() throws {
      #expect(try Self.files(["cpu.idle"], after: ["--cpu-idle", "1"]) == ["1"])
      #expect(try Self.files(["cpu.idle"], after: ["--cpu-idle", "1"], ["--cpu-idle", "0"]) == ["0"])
      #expect(
        try Self.files(["cpu.max.burst"], after: ["--cpu-quota", "50000"], ["--cpu-burst", "20000"]) == ["20000"])
    }

    @Test(.needs("cpuset")) func cpuset() throws {
      #expect(
        try Self.files(["cpuset.cpus", "cpuset.mems"], after: ["--cpuset-cpus", "0", "--cpuset-mems", "0"]) == ["0", "0"])
    }

    // MARK: what hangs together

    @Test(.needs("memory"), .needs("pids"), .needs("cpu")) func whatIsNotGivenStays() throws {
      let resources: Value = [
        "memory": ["limit": 67_108_864, "reservation": 1_048_576], "pids": ["limit": 30],
        "cpu": ["quota": 50_000, "period": 200_000],
      ]
      let names = ["memory.max", "memory.low", "pids.max", "cpu.max"]
      #expect(
        try Self.files(names, resources, after: ["--pids-limit", "40"]) == ["67108864", "1048576", "40", "50000 200000"])
      #expect(
        try Self.files(names, resources, after: ["--memory", "96m"]) == ["100663296", "1048576", "30", "50000 200000"])
      #expect(try Self.files(names, resources, after: []) == ["67108864", "1048576", "30", "50000 200000"])
    }

    @Test(.needs("cpu")) func quotaAndPeriodAreOneFile()
      throws
    {
      let resources: Value = ["cpu": ["quota": 50_000, "period": 200_000]]
      #expect(try Self.files(["cpu.max"], resources, after: ["--cpu-quota", "30000"]) == ["30000 200000"])
      #expect(try Self.files(["cpu.max"], resources, after: ["--cpu-period", "100000"]) == ["50000 100000"])
      #expect(try Self.files(["cpu.max"], resources, after: ["--cpu-quota", "-1"]) == ["max 200000"])
    }

    /// The config counts memory and swap together, the kernel swap alone: the one moves with the other.
    @Test(.needs("memory"), .disabled(if: Runtime.isOldRunc, "runc before 1.2 forgets the total"))
    func swapIsTheRestOfTheTotal() throws {
      let names = ["memory.max", "memory.swap.max"]
      let resources: Value = ["memory": ["limit": 67_108_864, "swap": 134_217_728]]
      #expect(try Self.files(names, resources, after: ["--memory", "100663296"]) == ["100663296", "33554432"])
      #expect(try Self.files(names, resources, after: ["--memory-swap", "100663296"]) == ["67108864", "33554432"])
      #expect(
        try Self.files(names, after: ["--memory", "64m", "--memory-swap", "128m"], ["--memory", "32m"]) == [
          "33554432", "100663296",
        ])
      #expect(try Self.files(names, resources, after: ["--memory", "-1"]) == ["max", "max"])
      #expect(try Self.files(names, resources, after: ["--memory-swap", "-1"]) == ["67108864", "max"])
    }

    @Test(.needs("memory"), .disabled(if: Runtime.isOldRunc, "runc before 1.2 forgets the total"))
    func aTotalBelowTheLimitIsRefused() throws {
      let bundle = try Bundle(["sleep", "100"])
      bundle.config["linux.resources.memory"] = ["limit": 67_108_864, "swap": 67_108_864]
      try withRunningContainer(bundle) { container in
        for flags in [["--memory", "128m"], ["--memory-swap", "32m"], ["--memory", "32m", "--memory-swap", "16m"]] {
          let outcome = try container.runtime.call(["update"] + flags + [container.id])
          expectFailure(outcome, saying: "memory+swap limit should be >= memory limit")
        }
        let cgroup = try Cgroup(of: container.pid)
        #expect(cgroup.read("memory.max") == "67108864" && cgroup.read("memory.swap.max") == "0")
      }
    }

    @Test(.needs("memory"), .enabled(if: Runtime.isApus, "runc knows only what config.json had")) func unifiedSwapIsLeftAlone()
      throws
    {
      let resources: Value = ["memory": ["limit": 67_108_864], "unified": ["memory.swap.max": "0"]]
      #expect(try Self.files(["memory.swap.max"], resources, after: ["--memory", "32m"]) == ["0"])
    }

    @Test(.needs("memory"), .disabled(if: Runtime.isOldRunc, "not yet there"))
    func aLimitBelowWhatIsInUseIsRefusedWhenAskedTo() throws {
      let bundle = try Bundle(shell: "head -c 8388608 /dev/zero >/dev/shm/x; echo ready; sleep 1000")
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("it has its memory", timeout: 30) { container.stdout == "ready\n" }
        let limit: Value = ["memory": ["limit": 4_194_304, "checkBeforeUpdate": true]]
        expectFailure(try Self.update(container, limit), saying: "unable to set memory limit to 4194304 (current usage: ")
        #expect(try Cgroup(of: container.pid).read("memory.max") == "max")
        #expect(try container.status() == "running")
      }
    }

    // MARK: --resources

    @Test(.needs("memory"), .needs("pids")) func resourcesComeFromAFileOrTheStandardInput() throws {
      let bundle = try Bundle(["sleep", "100"])
      try withRunningContainer(bundle) { container in
        let cgroup = try Cgroup(of: container.pid)
        expectSuccess(try Self.update(container, ["memory": ["limit": 67_108_864], "pids": ["limit": 12]]))
        #expect(cgroup.read("memory.max") == "67108864" && cgroup.read("pids.max") == "12")
        // Zeros are what engines written in Go say of what they do not mean to change.
        let file = "\(bundle.directory.path)/resources.json"
        try File.write(
          #"{"memory": {"limit": 0, "swap": 0}, "cpu": {"shares": 0, "quota": 0, "period": 0}, "blockIO": {"weight": 0}, "#
            + #""pids": {"limit": 14}}"#, to: file)
        expectSuccess(
          try container.runtime("update", "-r", "resources.json", container.id, directory: bundle.directory.path))
        #expect(cgroup.read("memory.max") == "67108864" && cgroup.read("pids.max") == "14")
      }
    }

    @Test func resourcesThatAreNoJSONAreRefused() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        for text in ["", "{", "[]", #"{"memory": {"limit": "much"}}"#] {
          expectFailure(try container.runtime("update", "-r", "-", container.id, input: .text(text)))
        }
        let outcome = try container.runtime("update", "-r", "/nowhere/x.json", container.id)
        expectFailure(outcome, saying: "/nowhere/x.json")
      }
    }

    /// An engine sends the whole of a container's resources, and may have changed the device rules behind our back.
    @Test func deviceRulesNeverChange() throws {
      let bundle = try Bundle(shell: "while :; do if echo x >/dev/zero; then echo open; else echo shut; fi; sleep 0.05; done")
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("it writes") { container.stdout.contains("open") }
        expectSuccess(try Self.update(container, ["devices": [["allow": false, "access": "rwm"]]]))
        let before = container.stdout.count
        try Harness.waitUntil("it writes on") { container.stdout.count > before + 20 }
        #expect(!container.stdout.contains("shut"))
      }
    }

    // MARK: failures

    @Test(.needs("pids"), .needs("memory"), .enabled(if: Runtime.isApus, "runc leaves what it had written"))
    func afterAFailureTheOldLimitsHold() throws {
      let bundle = try Bundle(["sleep", "100"])
      bundle.config["linux.resources.pids"] = ["limit": 30]
      bundle.config["linux.resources.memory"] = ["limit": 67_108_864, "swap": 134_217_728]
      try withRunningContainer(bundle) { container in
        let change: Value = [
          "pids": ["limit": 5], "memory": ["limit": 33_554_432, "swap": 33_554_432], "unified": ["memory.nonsense": "1"],
        ]
        expectFailure(try Self.update(container, change), saying: "memory.nonsense")
        let cgroup = try Cgroup(of: container.pid)
        #expect(cgroup.read("pids.max") == "30")
        #expect(cgroup.read("memory.max") == "67108864" && cgroup.read("memory.swap.max") == "67108864")
        // Nor does a later update take anything of it for given.
        expectSuccess(try container.runtime("update", "--memory", "96m", container.id))
        #expect(cgroup.read("memory.swap.max") == "33554432")
      }
    }

    @Test(.needs("pids"), .enabled(if: Runtime.isApus, "runc finds no pids.max")) func aControllerThatWentIsEnabledAgain() throws
    {
      let bundle = try Bundle(["sleep", "100"])
      let parent = "/\(TemporaryDirectory.newID())"
      bundle.config["linux.cgroupsPath"] = .string("\(parent)/c")
      try withRunningContainer(bundle) { container in
        try Cgroup(absolute: parent).write("-pids", to: "cgroup.subtree_control")
        #expect(!File.exists("\(try Cgroup(of: container.pid).path)/pids.max"))
        expectSuccess(try container.runtime("update", "--pids-limit", "25", container.id))
        #expect(try Cgroup(of: container.pid).read("pids.max") == "25")
      }
    }

    @Test(
      .enabled(if: Runtime.isApus && Host.cgroupMount != nil, "peers use v1, or ignore it"),
      arguments: [("memory", ["--memory", "64m"]), ("cpu", ["--cpu-share", "512"]), ("pids", ["--pids-limit", "10"])])
    func aLimitWithoutItsControllerIsRefused(controller: String, flags: [String]) throws {
      if Host.controllers.contains(controller) { return }
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let outcome = try container.runtime.call(["update"] + flags + [container.id])
        expectFailure(outcome, saying: "needs the cgroup controller \(controller)")
      }
    }

    @Test(
      .enabled(if: Runtime.isApus, "peers write it"),
      arguments: [
        (["--cpu-quota", "10"], "cpu.quota"), (["--cpu-period", "10"], "cpu.period"), (["--cpu-idle", "7"], "cpu.idle"),
        (["--blkio-weight", "5"], "blockIO.weight"), (["--pids-limit", "-7"], "pids.limit"),
        (["--cpu-rt-runtime", "1000"], "cpu.realtimeRuntime"), (["--memory-swap", "64m"], "memory.swap"),
        (["--mem-bw-schema", "50"], "linux.intelRdt.memBwSchema"),
      ]) func aValueThatCannotBeIsRefused(flags: [String], word: String) throws
    {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        expectFailure(try container.runtime.call(["update"] + flags + [container.id]), saying: word)
      }
    }

    @Test(arguments: [["--memory", "much"], ["--cpu-quota", "x"], ["--cpu-period", "-1"], ["--pids-limit", "1.5"]])
    func aValueThatIsNoNumberIsRefused(flags: [String]) throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        expectFailure(try container.runtime.call(["update"] + flags + [container.id]), saying: "invalid value")
      }
    }

    @Test(.enabled(if: Runtime.isApus, "peers say it to nobody, or not at all")) func whatIsIgnoredIsSaid() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let outcome = try container.runtime("update", "--kernel-memory", "64m", container.id)
        expectSuccess(outcome)
        #expect(outcome.stderr.contains("--kernel-memory is ignored"))
        let both = try container.runtime("update", "-r", "-", "--memory", "64m", container.id, input: .text("{}"))
        expectSuccess(both)
        #expect(both.stderr.contains("--memory ignored"))
      }
    }

    @Test func aStoppedContainerIsRefused() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        let outcome = try container.runtime("update", "--pids-limit", "20", container.id)
        expectFailure(outcome, saying: "container not running")
      }
    }

    @Test(.needs("pids")) func aCreatedOrPausedContainerCanBeChanged() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        let cgroup = try Cgroup(of: container.pid)
        expectSuccess(try container.runtime("update", "--pids-limit", "20", container.id))
        #expect(cgroup.read("pids.max") == "20")
        try container.start()
        expectSuccess(try container.runtime("pause", container.id))
        expectSuccess(try container.runtime("update", "--pids-limit", "21", container.id))
        #expect(cgroup.read("pids.max") == "21")
        #expect(try container.status() == "paused")
        expectSuccess(try container.runtime("resume", container.id))
      }
    }

    @Test func anUnknownIDIsRefused() throws {
      expectUnknown(try Runtime()("update", "--pids-limit", "20", "nobody"))
    }
  }
}
