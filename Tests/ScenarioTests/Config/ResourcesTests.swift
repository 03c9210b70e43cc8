import Foundation
import Testing

extension Trait where Self == ConditionTrait {
  /// Runs only where a container can have that controller: `conformance/lab/uml` has cpu, io, memory and pids.
  static func needs(_ controller: String) -> Self {
    .enabled(
      if: Host.controllers.contains(controller),
      "no cgroup controller \(controller) here; conformance/lab/uml has cpu, io, memory and pids")
  }
}

extension Scenarios {
  /// `linux.resources`, read back from the container's cgroup.
  @Suite struct Resources {
    /// The content of files of the cgroup of a container with these resources.
    static func files(_ names: [String], _ resources: Value) throws -> [String] {
      let bundle = try Bundle(["sleep", "100"])
      for (name, value) in resources.object ?? [:] { bundle.config["linux.resources.\(name)"] = value }
      return try withContainer(bundle) { container in
        let cgroup = try Cgroup(of: container.pid)
        return names.map { cgroup.read($0) }
      }
    }

    static func file(_ name: String, _ resources: Value) throws -> String { try files([name], resources)[0] }

    static func refused(_ resources: Value, saying text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
      let bundle = try Bundle(["true"])
      for (name, value) in resources.object ?? [:] { bundle.config["linux.resources.\(name)"] = value }
      expectApusSays(text, try refusal(of: bundle, sourceLocation: sourceLocation), sourceLocation: sourceLocation)
    }

    // MARK: memory

    @Test(.needs("memory")) func memoryLimit() throws {
      #expect(try Self.file("memory.max", ["memory": ["limit": 67_108_864]]) == "67108864")
      #expect(try Self.file("memory.max", ["memory": ["limit": -1]]) == "max")
      #expect(try Self.file("memory.max", ["memory": [:]]) == "max")
    }

    /// What the runtime itself takes of the container's memory until the program runs; 128 KiB are enough too.
    @Test(.needs("memory"), .disabled(if: Runtime.isRunc, "it takes 2 MiB")) func aSmallLimitIsEnough() throws {
      let bundle = try Bundle(["true"])
      bundle.config["linux.resources.memory"] = ["limit": 163_840]
      let runtime = try Runtime()
      for _ in 0..<3 { expectSuccess(try runtime.run(bundle)) }
    }

    @Test(.needs("memory")) func memoryReservation() throws {
      #expect(try Self.file("memory.low", ["memory": ["reservation": 33_554_432]]) == "33554432")
    }

    /// The config counts memory and swap together, the kernel swap alone.
    @Test(.needs("memory")) func memorySwap() throws {
      #expect(try Self.file("memory.swap.max", ["memory": ["limit": 67_108_864, "swap": 100_663_296]]) == "33554432")
      #expect(try Self.file("memory.swap.max", ["memory": ["limit": 67_108_864, "swap": 67_108_864]]) == "0")
      #expect(try Self.file("memory.swap.max", ["memory": ["limit": 67_108_864, "swap": -1]]) == "max")
    }

    @Test(.needs("memory")) func aContainerOverItsLimitIsKilled() throws {
      let bundle = try Bundle(["tail", "/dev/zero"])
      bundle.config["linux.resources.memory"] = ["limit": 20_971_520, "swap": 20_971_520]
      let outcome = try Runtime().run(bundle)
      #expect(outcome.status == 137, "\(outcome)")
    }

    @Test(.disabled(if: Runtime.isRunc || Runtime.isCrun, "only apus names the property"))
    func swapWithoutOrBelowALimitIsRefused() throws {
      try Self.refused(["memory": ["swap": 1_000_000]], saying: "unable to set swap limit without memory limit")
      try Self.refused(
        ["memory": ["limit": 2_000_000, "swap": 1_000_000]], saying: "memory+swap limit should be >= memory limit")
    }

    @Test(
      .enabled(if: Runtime.isApus, "runc ignores them"),
      arguments: [
        ["swappiness": 10], ["disableOOMKiller": true], ["kernelTCP": 1_000_000], ["useHierarchy": false],
      ] as [Value]) func whatVersion2HasNotIsRefused(memory: Value) throws
    {
      try Self.refused(["memory": memory], saying: "linux.resources.memory.")
    }

    // MARK: cpu

    /// The newer curve of runc 1.3.2 and crun 1.23, which 1024 shares is 100 on; before, a straight line made it 39.
    @Test(.needs("cpu"), arguments: [(2, "1", "1"), (1024, "100", "39"), (262_144, "10000", "10000")])
    func cpuShares(shares: Int, weight: String, older: String) throws {
      let found = try Self.file("cpu.weight", ["cpu": ["shares": Value(shares)]])
      #expect(found == weight || (!Runtime.isApus && found == older), "\(found)")
    }

    @Test(.needs("cpu")) func cpuQuotaAndPeriod() throws {
      #expect(try Self.file("cpu.max", ["cpu": ["quota": 50000, "period": 200_000]]) == "50000 200000")
      #expect(try Self.file("cpu.max", ["cpu": ["quota": 30000]]) == "30000 100000")
      #expect(try Self.file("cpu.max", ["cpu": ["quota": -1, "period": 50000]]) == "max 50000")
      #expect(try Self.file("cpu.max", ["cpu": ["period": 40000]]) == "max 40000")
    }

    @Test(.needs("cpu"), .disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.2")) func cpuBurst() throws {
      let found = try Self.files(["cpu.max", "cpu.max.burst"], ["cpu": ["quota": 50000, "period": 100_000, "burst": 20000]])
      #expect(found == ["50000 100000", "20000"])
    }

    @Test(.needs("cpu"), .disabled(if: Runtime.isOldRunc, "runc has it since 1.2")) func cpuIdle() throws {
      #expect(try Self.file("cpu.idle", ["cpu": ["idle": 1]]) == "1")
    }

    @Test(.needs("cpuset")) func cpusAndMems() throws {
      #expect(try Self.files(["cpuset.cpus", "cpuset.mems"], ["cpu": ["cpus": "0", "mems": "0"]]) == ["0", "0"])
    }

    @Test(.needs("cpu")) func aQuotaHoldsTheProcessBack() throws {
      let bundle = try Bundle(shell: "while :; do :; done")
      bundle.config["linux.resources.cpu"] = ["quota": 5000, "period": 100_000]
      try withRunningContainer(bundle) { container in
        let cgroup = try Cgroup(of: container.pid)
        try Harness.waitUntil("it was throttled") {
          let line = cgroup.read("cpu.stat").split(separator: "\n").first { $0.hasPrefix("nr_throttled ") }
          return Int(line?.split(separator: " ").last ?? "") ?? 0 > 2
        }
      }
    }

    @Test(
      .enabled(if: Runtime.isApus, "only apus names the property"),
      arguments: [
        ["burst": 3000, "quota": 2000], ["quota": 10], ["period": 10], ["idle": 2], ["realtimeRuntime": 1000],
      ] as [Value]) func aValueTheKernelHasNotIsRefused(cpu: Value) throws
    {
      try Self.refused(["cpu": cpu], saying: "linux.resources.cpu.")
    }

    // MARK: pids

    @Test(.needs("pids")) func pidsLimit() throws {
      #expect(try Self.file("pids.max", ["pids": ["limit": 7]]) == "7")
      #expect(try Self.file("pids.max", ["pids": ["limit": -1]]) == "max")
    }

    @Test(.needs("pids")) func aForkOverTheLimitFails() throws {
      let bundle = try Bundle(shell: "sleep 5 & sleep 5 & sleep 5 & sleep 5 & sleep 5 & wait")
      bundle.config["linux.resources.pids"] = ["limit": 3]
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stderr.contains("can't fork"), "\(outcome)")
    }

    // MARK: io

    /// A block device of the machine: a loop device, made here where there is none.
    static func blockDevice() throws -> String {
      _ = try? Spawned.run(["modprobe", "loop"])  // built in, or already there
      for name in File.names(in: "/sys/block").sorted(by: >) {
        let number = File.text("/sys/block/\(name)/dev").trimmingCharacters(in: .whitespacesAndNewlines)
        if !number.isEmpty { return number }
      }
      throw HarnessError("no block device in /sys/block")
    }

    @Test(.needs("io")) func ioThrottles() throws {
      let number = try Self.blockDevice()
      let parts = number.split(separator: ":").compactMap { Int($0) }
      func rate(_ value: Int) -> Value { [["major": Value(parts[0]), "minor": Value(parts[1]), "rate": Value(value)]] }
      let found = try Self.file(
        "io.max",
        [
          "blockIO": [
            "throttleReadBpsDevice": rate(1_048_576), "throttleWriteBpsDevice": rate(2_097_152),
            "throttleReadIOPSDevice": rate(300),
            "throttleWriteIOPSDevice": rate(400),
          ]
        ])
      #expect(found == "\(number) rbps=1048576 wbps=2097152 riops=300 wiops=400")
    }

    @Test(.needs("io"), .enabled(if: Runtime.isApus, "only apus explains it")) func aDeviceThatIsNotThereIsRefused() throws {
      try Self.refused(
        ["blockIO": ["throttleReadBpsDevice": [["major": 8, "minor": 4000, "rate": 100]]]], saying: "no such block device")
    }

    // MARK: hugetlb, rdma

    /// Reservations are limited too, where the kernel counts them (config-linux.md "Huge page limits").
    @Test(
      .needs("hugetlb"), .disabled(if: Runtime.isCrun, "crun limits the usage only"),
      .disabled(if: Runtime.isRunc && !Host.isPureV2, "runc here uses v1")) func hugePages() throws
    {
      let found = try Self.files(
        ["hugetlb.2MB.max", "hugetlb.2MB.rsvd.max"], ["hugepageLimits": [["pageSize": "2MB", "limit": 4_194_304]]])
      #expect(found == ["4194304", "4194304"])
    }

    @Test(.needs("hugetlb"), .enabled(if: Runtime.isApus, "peers name the file only"), arguments: ["64KB", "8GB"])
    func aPageSizeTheMachineHasNotIsRefused(size: String) throws {
      try Self.refused(
        ["hugepageLimits": [["pageSize": .string(size), "limit": 1]]], saying: "this kernel has no huge pages of \(size)")
    }

    @Test(.enabled(if: Runtime.isApus, "only apus names the property")) func aPageSizeThatIsNoneIsRefused() throws {
      try Self.refused(
        ["hugepageLimits": [["pageSize": "2mb", "limit": 1]]], saying: "linux.resources.hugepageLimits[0].pageSize")
    }

    @Test(.enabled(if: Runtime.isApus, "peers write it all the same")) func rdmaWithoutALimitIsRefused() throws {
      try Self.refused(
        ["rdma": ["mlx5_1": .object([:])]], saying: #"linux.resources.rdma["mlx5_1"]: has no limit, needs at least one"#)
    }

    // MARK: unified

    @Test(.needs("memory")) func unifiedIsWritten() throws {
      let found = try Self.files(
        ["memory.high", "memory.max"], ["unified": ["memory.high": "50331648", "memory.max": "67108864"]])
      #expect(found == ["50331648", "67108864"])
    }

    @Test(.needs("memory")) func unifiedWinsOverTheOlderWay() throws {
      #expect(
        try Self.file("memory.max", ["memory": ["limit": 67_108_864], "unified": ["memory.max": "33554432"]]) == "33554432")
    }

    @Test(.disabled(if: Runtime.isRunc && !Host.isPureV2, "runc here uses v1")) func unifiedNeedsNoController() throws {
      #expect(try Self.file("cgroup.max.depth", ["unified": ["cgroup.max.depth": "3"]]) == "3")
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun leaves the cgroup"),
      .disabled(if: Runtime.isRunc && !Host.isPureV2, "runc here uses v1"),
      arguments: ["memory.no_such_file", "cgroup.no_such_file", "nonsense.max"])
    func unifiedWithAFileThatIsNotThereIsRefused(name: String) throws {
      try Self.refused(["unified": .object([name: "1"])], saying: name)
    }

    @Test(.enabled(if: Runtime.isApus, "peers write it"), arguments: ["../cgroup.procs", "sub/memory.max", ".", ".."])
    func unifiedWithAPathIsRefused(name: String) throws {
      try Self.refused(["unified": .object([name: "1"])], saying: "linux.resources.unified")
    }

    // MARK: what is not there

    @Test(
      .enabled(if: Runtime.isApus && Host.cgroupMount != nil, "peers ignore some of them"),
      arguments: [
        ("memory", ["memory": ["limit": 67_108_864]]), ("cpu", ["cpu": ["shares": 512]]), ("pids", ["pids": ["limit": 10]]),
        ("io", ["blockIO": ["weight": 100]]), ("cpuset", ["cpu": ["cpus": "0"]]),
        ("rdma", ["rdma": ["mlx5_1": ["hcaHandles": 3]]]), ("hugetlb", ["hugepageLimits": [["pageSize": "2MB", "limit": 0]]]),
      ] as [(String, Value)]) func aLimitWithoutItsControllerIsRefused(controller: String, resources: Value) throws
    {
      if Host.controllers.contains(controller) { return }
      try Self.refused(resources, saying: "needs the cgroup controller \(controller)")
    }

    @Test(.enabled(if: Runtime.isApus, "runc 1.1 writes them all the same")) func noLimitNeedsNoController() throws {
      let bundle = try Bundle()
      bundle.config["linux.resources.memory"] = ["limit": -1, "swap": -1]
      bundle.config["linux.resources.cpu"] = ["quota": -1]
      bundle.config["linux.resources.pids"] = ["limit": -1]
      _ = try output(of: bundle)
    }

    @Test(.enabled(if: Runtime.isApus, "peers ignore it")) func networkClassesAreRefused() throws {
      try Self.refused(["network": ["classID": 1_048_577]], saying: "linux.resources.network")
    }
  }
}
