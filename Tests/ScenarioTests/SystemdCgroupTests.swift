import Foundation
import Testing

extension Scenarios {
  /// `--systemd-cgroup`: what systemd knows of a container, and what the kernel does.
  @Suite(.enabled(if: Systemd.isThere, "needs a systemd on a pure cgroup v2 host")) struct SystemdCgroup {
    /// Its Debian 12 version.
    static let crun: Comment = "crun 1.8 tells systemd of no limit, and has the container one cgroup deeper"

    private func limited(_ scope: Scope, _ arguments: [String] = ["sleep", "100"]) throws -> Bundle {
      let bundle = try scope.bundle(arguments)
      bundle.config["linux.resources.memory"] = ["limit": 67_108_864, "reservation": 33_554_432, "swap": 100_663_296]
      bundle.config["linux.resources.cpu"] = ["shares": 512, "quota": 50_000, "period": 100_000]
      bundle.config["linux.resources.pids"] = ["limit": 50]
      return bundle
    }

    @Test func theScopeHasAllThatMakesIt() throws {
      let scope = Scope()
      try withRunningContainer(try scope.bundle(), runtime: .withSystemd()) { container in
        #expect(try Cgroup(of: container.pid).path.hasPrefix(scope.cgroup.path))
        let unit = try Systemd.show(
          scope.unit, "ActiveState", "Slice", "Delegate", "DefaultDependencies", "MemoryAccounting", "CPUAccounting",
          "IOAccounting", "TasksAccounting", "Transient", "ControlGroup", "Description")
        #expect(unit["ActiveState"] == "active" && unit["Transient"] == "yes" && unit["Slice"] == "system.slice", "\(unit)")
        #expect(unit["Delegate"] == "yes" && unit["DefaultDependencies"] == "no", "\(unit)")
        for kind in Runtime.isCrun ? ["Memory", "CPU", "Tasks"] : ["Memory", "CPU", "IO", "Tasks"] {
          #expect(unit["\(kind)Accounting"] == "yes", "\(kind): \(unit)")
        }
        #expect(unit["ControlGroup"] == "/system.slice/\(scope.unit)")
        if Runtime.isApus { #expect(unit["Description"] == "apus container \(scope.name)") }
      }
      #expect(try !Systemd.isLoaded(scope.unit))
    }

    @Test(.disabled(if: Runtime.isCrun, crun)) func itsLimitsAndTheKernelsAgree() throws {
      let scope = Scope()
      try withRunningContainer(try limited(scope), runtime: .withSystemd()) { container in
        try expectAgreement(scope, ["memory": "67108864", "cpu": "50000 100000", "pids": "50"])
        let unit = try Systemd.show(scope.unit, "MemoryLow", "MemorySwapMax", "CPUWeight", "CPUQuotaPeriodUSec")
        #expect(unit["MemoryLow"] == "33554432" && scope.cgroup.read("memory.low") == "33554432", "\(unit)")
        #expect(unit["MemorySwapMax"] == "33554432" && scope.cgroup.read("memory.swap.max") == "33554432", "\(unit)")
        #expect(unit["CPUWeight"] == scope.cgroup.read("cpu.weight"), "\(unit)")
        #expect(unit["CPUQuotaPeriodUSec"] == "100ms" || unit["CPUQuotaPeriodUSec"] == "infinity", "\(unit)")
      }
    }

    /// `memory`, `cpu`, `pids`: the file has the value, and the unit the same.
    private func expectAgreement(_ scope: Scope, _ limits: [String: String], sourceLocation: SourceLocation = #_sourceLocation)
      throws
    {
      let unit = try Systemd.show(scope.unit, "MemoryMax", "CPUQuotaPerSecUSec", "TasksMax")
      for (name, value) in limits {
        #expect(scope.cgroup.read("\(name).max") == value, "\(name).max", sourceLocation: sourceLocation)
      }
      if let memory = limits["memory"] { #expect(unit["MemoryMax"] == memory, "\(unit)", sourceLocation: sourceLocation) }
      if let pids = limits["pids"] { #expect(unit["TasksMax"] == pids, "\(unit)", sourceLocation: sourceLocation) }
      if let cpu = limits["cpu"]?.split(separator: " ").compactMap({ Int($0) }), cpu.count == 2 {
        let milliseconds = cpu[0] * 1000 / cpu[1]
        #expect(unit["CPUQuotaPerSecUSec"] == "\(milliseconds)ms", "\(unit)", sourceLocation: sourceLocation)
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun lets the two differ")) func aQuotaIsRoundedForBoth() throws {
      let scope = Scope()
      let bundle = try scope.bundle()
      bundle.config["linux.resources.cpu"] = ["quota": 33_333, "period": 100_000]
      try withRunningContainer(bundle, runtime: .withSystemd()) { _ in
        try expectAgreement(scope, ["cpu": "34000 100000"])
        try Systemd.call("daemon-reload")
        try expectAgreement(scope, ["cpu": "34000 100000"])
      }
    }

    @Test(.disabled(if: Runtime.isCrun || Runtime.isOldRunc, "they know no idle with systemd")) func idleIsKnownToo() throws {
      let scope = Scope()
      let bundle = try scope.bundle()
      bundle.config["linux.resources.cpu"] = ["idle": 1]
      try withRunningContainer(bundle, runtime: .withSystemd()) { _ in
        #expect(scope.cgroup.read("cpu.idle") == "1")
        #expect(try Systemd.show(scope.unit, "CPUWeight") == "idle")
        try Systemd.call("daemon-reload")
        #expect(scope.cgroup.read("cpu.idle") == "1")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, crun)) func unifiedLimitsAreKnownToo() throws {
      let scope = Scope()
      let bundle = try scope.bundle()
      bundle.config["linux.resources.unified"] = ["memory.high": "50331648", "memory.min": "4194304", "pids.max": "44"]
      try withRunningContainer(bundle, runtime: .withSystemd()) { _ in
        let unit = try Systemd.show(scope.unit, "MemoryHigh", "MemoryMin", "TasksMax")
        #expect(unit["MemoryHigh"] == "50331648" && unit["MemoryMin"] == "4194304" && unit["TasksMax"] == "44", "\(unit)")
        #expect(scope.cgroup.read("memory.high") == "50331648" && scope.cgroup.read("pids.max") == "44")
      }
    }

    /// The first process is there although the limit leaves no room for one more.
    @Test(.disabled(if: Runtime.isCrun, crun), arguments: [1, 0]) func oneProcessIsAllowed(limit: Int) throws {
      let scope = Scope()
      let bundle = try scope.bundle(["sh", "-c", "echo one; exec sleep 100"])
      bundle.config["linux.resources.pids"] = ["limit": Value(limit)]
      // To peers 0 is no limit at all.
      try withRunningContainer(bundle, runtime: .withSystemd()) { container in
        try Harness.waitUntil("it has spoken") { container.stdout == "one\n" }
        if Runtime.isApus || limit == 1 { #expect(scope.cgroup.read("pids.max") == "1") }
        #expect(scope.cgroup.read("pids.current") == "1")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, crun)) func updateChangesBoth() throws {
      let scope = Scope()
      try withRunningContainer(try limited(scope), runtime: .withSystemd()) { container in
        // apus needs the flag no more.
        let words = Runtime.isApus ? [] : ["--systemd-cgroup"]
        expectSuccess(
          try Spawned.run(
            [Runtime.binary, "--root", container.runtime.root] + words + [
              "update", "--memory", "33554432", "--memory-swap", "67108864", "--pids-limit", "33", "--cpu-quota", "20000",
              container.id,
            ]))
        try expectAgreement(scope, ["memory": "33554432", "cpu": "20000 100000", "pids": "33"])
        try Systemd.call("daemon-reload")
        try expectAgreement(scope, ["memory": "33554432", "cpu": "20000 100000", "pids": "33"])
      }
    }

    @Test(.enabled(if: Runtime.isApus, "peers change what they can")) func anUpdateThatFailsChangesNeither() throws {
      let scope = Scope()
      try withRunningContainer(try limited(scope), runtime: .withSystemd()) { container in
        let resources = "{\"memory\":{\"limit\":33554432},\"unified\":{\"pids.max\":\"nonsense\"}}"
        let outcome = try container.runtime.spawn(
          ["update", "--resources", "-", container.id], input: .text(resources)
        ).wait()
        expectFailure(outcome, saying: "pids.max")
        try expectAgreement(scope, ["memory": "67108864", "pids": "50"])
      }
    }

    /// systemd takes OOMPolicy as it makes a scope and never again: an update that names it would fail as a whole.
    @Test(.enabled(if: Runtime.isApus, "crun and runc tell systemd nothing of it")) func allAreKilledTogetherUntilAnUpdate()
      throws
    {
      let scope = Scope()
      let bundle = try scope.bundle()
      bundle.config["linux.resources.unified"] = ["memory.oom.group": "1"]
      try withRunningContainer(bundle, runtime: .withSystemd()) { container in
        #expect(scope.cgroup.read("memory.oom.group") == "1")
        // Before it has no word for it, and sets the file back.
        if try Systemd.version() >= 253 {
          #expect(try Systemd.show(scope.unit, "OOMPolicy") == "kill")
          try Systemd.call("daemon-reload")
          #expect(scope.cgroup.read("memory.oom.group") == "1")
        }
        func update(_ group: String, _ processes: String) throws -> Outcome {
          let resources = "{\"unified\":{\"memory.oom.group\":\"\(group)\",\"pids.max\":\"\(processes)\"}}"
          return try container.runtime.spawn(["update", "--resources", "-", container.id], input: .text(resources)).wait()
        }
        expectSuccess(try update("1", "44"))
        #expect(try Systemd.show(scope.unit, "TasksMax") == "44")
        if try Systemd.version() >= 253 {
          expectFailure(try update("0", "45"), saying: "memory.oom.group", "OOMPolicy")
          #expect(scope.cgroup.read("memory.oom.group") == "1" && scope.cgroup.read("pids.max") == "44")
        } else {
          expectSuccess(try update("0", "45"))
          #expect(scope.cgroup.read("memory.oom.group") == "0")
        }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, crun)) func limitsOutliveADaemonReload() throws {
      let scope = Scope()
      try withRunningContainer(try limited(scope), runtime: .withSystemd()) { _ in
        try Systemd.call("daemon-reload")
        try Systemd.call("set-property", "--runtime", scope.unit, "MemoryHigh=60M")
        try expectAgreement(scope, ["memory": "67108864", "cpu": "50000 100000", "pids": "50"])
      }
    }

    /// systemd loads its own device program again: what it does not know of is lost, as users of GPUs have seen.
    @Test func devicesOutliveADaemonReload() throws {
      let scope = Scope()
      let probe = """
        mknod /dev/allowed c 1 11; mknod /dev/other c 1 1
        while read -r word; do
          for name in allowed other null; do (: < /dev/$name) 2>&1 | grep -q 'not permitted' && echo $name no || echo $name yes; done
        done < /fifo
        """
      let bundle = try scope.bundle(["sh", "-c", "mkfifo /fifo; \(probe)"])
      bundle.config["linux.resources.devices"] = [
        ["allow": false, "access": "rwm"], ["allow": true, "type": "c", "major": 1, "minor": 11, "access": "rwm"],
      ]
      bundle.setCapabilities(["CAP_MKNOD", "CAP_SYSLOG", "CAP_SYS_RAWIO"])
      try withRunningContainer(bundle, runtime: .withSystemd()) { container in
        let fifo = "\(bundle.rootfs)/fifo"
        try Harness.waitUntil("it listens") { File.exists(fifo) }
        let writer = open(fifo, O_WRONLY | O_CLOEXEC)
        defer { close(writer) }
        let once = "allowed yes\nother no\nnull yes\n"
        for round in 1...3 {
          if round == 2 { expectSuccess(try Systemd.call("daemon-reload")) }
          if round == 3 { expectSuccess(try Systemd.call("set-property", "--runtime", scope.unit, "TasksMax=40")) }
          #expect(write(writer, "x\n", 2) == 2)
          try Harness.waitUntil("it has answered \(round) times") {
            container.stdout.split(separator: "\n").count >= 3 * round
          }
        }
        #expect(container.stdout == once + once + once)
        let unit = try Systemd.show(scope.unit, "DevicePolicy", "DeviceAllow")
        if !Runtime.isCrun {
          #expect(unit["DevicePolicy"] == "strict" && unit["DeviceAllow"]?.contains("/dev/char/1:11 rwm") == true, "\(unit)")
        }
      }
    }

    @Test func allDevicesAreNoList() throws {
      let scope = Scope()
      let bundle = try scope.bundle()
      bundle.config["linux.resources.devices"] = [["allow": true, "access": "rwm"]]
      try withRunningContainer(bundle, runtime: .withSystemd()) { _ in
        let policy = try Systemd.show(scope.unit, "DevicePolicy")
        #expect(policy == "auto")
      }
    }
  }
}
