import Kernel
import OCISpec
import Testing

@testable import ControlGroups

/// `linux.resources` in, `file=value` out: no cgroup is needed for it.
@Suite struct WritesTests {
  private func made(_ change: (inout Resources) -> Void) throws -> [String] {
    try writes(change).list.map(text)
  }

  private func writes(_ change: (inout Resources) -> Void) throws -> Writes {
    var resources = Resources()
    change(&resources)
    return try Writes(resources)
  }

  private func text(_ write: Write) -> String {
    let value =
      switch write.value {
      case .text(let text): text
      case .period(let period): "keep \(period)"
      }
    let marks = (write.mayBeMissing ? "?" : "") + (write.mayBePostponed ? "~" : "")
    return "\(write.file)\(marks)=\(value)" + (write.alternative.map { "|\($0.file)=\($0.value)" } ?? "")
  }

  private func refusal(_ change: (inout Resources) -> Void) -> String {
    do {
      let list = try made(change)
      return "accepted: \(list)"
    } catch { return (error as? Failure)?.message ?? "\(error)" }
  }

  @Test func nothingSetWritesNothing() throws {
    let empty = try writes { _ in }
    #expect(empty.list.isEmpty && empty.needs.settings.isEmpty && empty.warnings.isEmpty)
    let zeros = try made {
      $0.memory = MemoryResources(limit: 0, reservation: 0, swap: 0)
      $0.cpu = CPUResources(shares: 0, quota: 0, period: 0)
      $0.blockIO = BlockIO(weight: 0)
      $0.pids = PIDs()
      $0.network = NetworkResources(classID: 0)
    }
    #expect(zeros == [])
  }

  // MARK: PIDs

  @Test(arguments: [(0, "pids.max=1"), (1, "pids.max=1"), (2048, "pids.max=2048"), (-1, "pids.max?=max"), (-7, "pids.max?=max")])
  func pids(limit: Int64, expected: String) throws {
    #expect(try made { $0.pids = PIDs(limit: limit) } == [expected])
  }

  // MARK: Memory

  @Test(arguments: [
    (MemoryResources(limit: 65536), ["memory.max=65536"]),
    (MemoryResources(limit: -1), ["memory.swap.max?=max", "memory.max?=max"]),
    (MemoryResources(limit: 100, swap: 100), ["memory.swap.max?=0", "memory.max=100"]),
    (MemoryResources(limit: 100, swap: 250), ["memory.swap.max=150", "memory.max=100"]),
    (MemoryResources(limit: 100, swap: -1), ["memory.swap.max?=max", "memory.max=100"]),
    (MemoryResources(limit: -1, swap: -1), ["memory.swap.max?=max", "memory.max?=max"]),
    (MemoryResources(swap: -1), ["memory.swap.max?=max"]),
    (MemoryResources(reservation: 4096), ["memory.low=4096"]),
    (MemoryResources(reservation: -1), ["memory.low=max"]),
  ])
  func memory(memory: MemoryResources, expected: [String]) throws {
    #expect(try made { $0.memory = memory } == expected)
  }

  @Test(arguments: [
    (MemoryResources(swap: 100), "unable to set swap limit without memory limit"),
    (MemoryResources(limit: -1, swap: 100), "unable to set swap limit without memory limit"),
    (MemoryResources(limit: 100, swap: 99), "memory+swap limit should be >= memory limit"),
    (MemoryResources(limit: -2), "memory.limit -2"),
    (MemoryResources(limit: 100, swap: -3), "memory.swap -3"),
  ])
  func memoryRefused(memory: MemoryResources, expected: String) {
    let message = refusal { $0.memory = memory }
    #expect(message.contains(expected))
    #expect(!message.hasPrefix("accepted"))
  }

  @Test func kernelMemoryIsIgnoredWithAWarning() throws {
    var memory = MemoryResources()
    memory.kernel = 1 << 20
    let made = try writes { $0.memory = memory }
    #expect(made.list.isEmpty)
    #expect(made.warnings.count == 1 && made.warnings[0].contains("linux.resources.memory.kernel"))
  }

  @Test func usageIsCheckedOnlyWhenAskedFor() throws {
    var memory = MemoryResources(limit: 10, swap: -1)
    #expect(try writes { $0.memory = memory }.usageCheck == nil)
    memory.checkBeforeUpdate = true
    #expect(try writes { $0.memory = memory }.usageCheck == Writes.UsageCheck(limit: 10, swap: nil))
  }

  // MARK: Version 1 only

  @Test func version1SettingsAreRefused() {
    func memory(_ change: (inout MemoryResources) -> Void) -> String {
      var memory = MemoryResources()
      change(&memory)
      return refusal { $0.memory = memory }
    }
    func cpu(_ change: (inout CPUResources) -> Void) -> String {
      var cpu = CPUResources()
      change(&cpu)
      return refusal { $0.cpu = cpu }
    }
    let messages = [
      ("memory.swappiness", memory { $0.swappiness = 0 }),
      ("memory.disableOOMKiller", memory { $0.disableOOMKiller = true }),
      ("memory.kernelTCP", memory { $0.kernelTCP = 4096 }),
      ("memory.useHierarchy", memory { $0.useHierarchy = false }),
      ("cpu.realtimeRuntime", cpu { $0.realtimeRuntime = 950_000 }),
      ("cpu.realtimePeriod", cpu { $0.realtimePeriod = 1_000_000 }),
      ("network.classID", refusal { $0.network = NetworkResources(classID: 0x100001) }),
      ("network.priorities", refusal { $0.network = NetworkResources(priorities: [InterfacePriority(name: "lo", priority: 1)]) }),
      (
        "blockIO.leafWeight",
        refusal {
          $0.blockIO = BlockIO()
          $0.blockIO?.leafWeight = 100
        }
      ),
      (
        "blockIO.weightDevice[8:0].leafWeight",
        refusal {
          $0.blockIO = BlockIO()
          $0.blockIO?.weightDevice = [WeightDevice(major: 8, minor: 0, leafWeight: 100)]
        }
      ),
    ]
    for (setting, message) in messages {
      #expect(message.hasPrefix("linux.resources.\(setting)"), "\(message)")
      #expect(message.contains("cannot be had with cgroup v2 ("), "\(message)")
    }
  }

  @Test func version1SettingsThatChangeNothingAreTaken() throws {
    var memory = MemoryResources()
    memory.disableOOMKiller = false
    memory.useHierarchy = true
    memory.kernelTCP = 0
    var cpu = CPUResources()
    cpu.realtimeRuntime = 0
    cpu.realtimePeriod = 0
    let list = try made {
      $0.memory = memory
      $0.cpu = cpu
    }
    #expect(list == [])
  }

  // MARK: CPU

  @Test(arguments: [
    (0 as UInt64, 1 as UInt64), (1, 1), (2, 1), (1024, 100), (262_144, 10_000), (1 << 40, 10_000), (512, 59), (2048, 174),
  ])
  func weightOfShares(shares: UInt64, weight: UInt64) { #expect(Writes.weight(shares: shares) == weight) }

  @Test func weightGrowsWithShares() {
    var last: UInt64 = 0
    for shares in stride(from: 2 as UInt64, through: 262_144, by: 97) {
      let weight = Writes.weight(shares: shares)
      #expect(weight >= last && (1...10_000).contains(weight))
      last = weight
    }
  }

  @Test(arguments: [
    (CPUResources(shares: 1024), ["cpu.weight=100"]),
    (CPUResources(quota: 50_000), ["cpu.max=50000"]),
    (CPUResources(quota: 50_000, period: 200_000), ["cpu.max=50000 200000"]),
    (CPUResources(quota: -1), ["cpu.max?=max"]),
    (CPUResources(quota: -1, period: 200_000), ["cpu.max?=max 200000"]),
    (CPUResources(period: 200_000), ["cpu.max=keep 200000"]),
    (CPUResources(quota: 50_000, burst: 20_000), ["cpu.max.burst~=20000", "cpu.max=50000"]),
    (CPUResources(quota: 50_000, burst: 0), ["cpu.max.burst?~=0", "cpu.max=50000"]),
    (CPUResources(shares: 1024, idle: 0), ["cpu.idle?=0", "cpu.weight=100"]),
    (CPUResources(idle: 1), ["cpu.idle=1"]),
    (CPUResources(cpus: "0-3,7", mems: "0"), ["cpuset.cpus=0-3,7", "cpuset.mems=0"]),
  ])
  func cpu(cpu: CPUResources, expected: [String]) throws { #expect(try made { $0.cpu = cpu } == expected) }

  @Test func anIdleCgroupTakesNoWeight() throws {
    let made = try writes { $0.cpu = CPUResources(shares: 512, idle: 1) }
    #expect(made.list.map(text) == ["cpu.idle=1"])
    #expect(made.warnings.count == 1 && made.warnings[0].contains("cpu.shares"))
  }

  @Test func burstAboveQuotaIsRefused() {
    #expect(refusal { $0.cpu = CPUResources(quota: 10_000, burst: 10_001) }.contains("cpu.burst 10001"))
  }

  // MARK: Block IO

  @Test(arguments: [(10 as UInt16, 1), (100, 910), (500, 4950), (1000, 10_000)])
  func ioWeight(weight: UInt16, expected: Int) throws {
    #expect(Writes.ioWeight(weight) == expected)
    #expect(try made { $0.blockIO = BlockIO(weight: weight) } == ["io.bfq.weight=\(weight)|io.weight=\(expected)"])
  }

  @Test(arguments: [9 as UInt16, 1001]) func ioWeightOutOfRange(weight: UInt16) {
    #expect(refusal { $0.blockIO = BlockIO(weight: weight) }.contains("blockIO.weight \(weight) is not from 10 to 1000"))
  }

  @Test func ioOfDevices() throws {
    var io = BlockIO()
    io.weightDevice = [WeightDevice(major: 8, minor: 0, weight: 500), WeightDevice(major: 8, minor: 16, weight: 0)]
    io.throttleReadBpsDevice = [ThrottleDevice(major: 8, minor: 0, rate: 1), ThrottleDevice(major: 8, minor: 16, rate: 2)]
    io.throttleWriteBpsDevice = [ThrottleDevice(major: 8, minor: 0, rate: 3)]
    io.throttleReadIOPSDevice = [ThrottleDevice(major: 8, minor: 16, rate: 0)]
    io.throttleWriteIOPSDevice = [ThrottleDevice(major: 8, minor: 0, rate: UInt64.max)]
    let expected = [
      "io.bfq.weight=8:0 500|io.weight=8:0 4950", "io.bfq.weight=8:16 default|io.weight=8:16 default",
      "io.max=8:0 rbps=1 wbps=3 wiops=18446744073709551615", "io.max=8:16 rbps=2 riops=max",
    ]
    #expect(try made { $0.blockIO = io } == expected)
    io.weightDevice = [WeightDevice(major: 8, minor: 0)]
    #expect(refusal { $0.blockIO = io }.contains("weightDevice[8:0] has neither"))
  }

  // MARK: The rest

  @Test func hugepages() throws {
    let list = try made { $0.hugepageLimits = [HugepageLimit(pageSize: "2MB", limit: 4 << 20)] }
    #expect(list == ["hugetlb.2MB.max=4194304", "hugetlb.2MB.rsvd.max?=4194304"])
  }

  @Test(arguments: ["", "MB", "02MB", "2TB", "2mb", "2MB/../x", "../2MB"]) func hugepageSizeRefused(size: String) {
    #expect(refusal { $0.hugepageLimits = [HugepageLimit(pageSize: size, limit: 1)] }.contains("page size \(size) is not"))
  }

  @Test func rdma() throws {
    let list = try made {
      $0.rdma = ["mlx5_1": RDMA(hcaHandles: 3, hcaObjects: 10000), "mlx4_0": RDMA(hcaHandles: 2), "rxe3": RDMA(hcaObjects: 0)]
    }
    #expect(
      list == ["rdma.max=mlx4_0 hca_handle=2", "rdma.max=mlx5_1 hca_handle=3 hca_object=10000", "rdma.max=rxe3 hca_object=0"])
  }

  @Test func unifiedComesLastAndLineByLine() throws {
    let made = try writes {
      $0.unified = ["io.max": "8:0 rbps=1\n8:16 wbps=2\n", "hello.world": "x", "cgroup.max.depth": "3", "cpu.pressure": "some"]
      $0.memory = MemoryResources(limit: 5)
    }
    #expect(
      made.list.map(text) == [
        "memory.max=5", "cgroup.max.depth=3", "cpu.pressure=some", "hello.world=x", "io.max=8:0 rbps=1", "io.max=8:16 wbps=2",
      ])
    // A file of no known controller, and one that is there without its controller, need none.
    #expect(made.needs.settings == ["memory": "linux.resources.memory.limit", "io": "linux.resources.unified[\"io.max\"]"])
  }

  @Test(arguments: ["", ".", "..", "a/b", "/memory.max", "../memory.max"]) func unifiedKeyRefused(key: String) {
    #expect(refusal { $0.unified = [key: "1"] }.contains("must be the name of a file of the cgroup"))
  }

  @Test func orderAndNeeds() throws {
    let made = try writes {
      $0.pids = PIDs(limit: 5)
      $0.memory = MemoryResources(limit: 1 << 20, swap: -1)
      $0.blockIO = BlockIO(weight: 100)
      $0.cpu = CPUResources(shares: 1024, cpus: "0")
      $0.hugepageLimits = [HugepageLimit(pageSize: "1GB", limit: 0)]
      $0.rdma = ["a": RDMA(hcaHandles: 1)]
    }
    #expect(
      made.list.map(\.file) == [
        "pids.max", "memory.swap.max", "memory.max", "io.bfq.weight", "cpu.weight", "cpuset.cpus", "hugetlb.1GB.max",
        "hugetlb.1GB.rsvd.max", "rdma.max",
      ])
    #expect(Set(made.needs.settings.keys) == ["pids", "memory", "io", "cpu", "cpuset", "hugetlb", "rdma"])
    #expect(made.needs.settings["hugetlb"] == "linux.resources.hugepageLimits")
    #expect(made.needs.domainControllers == ["hugetlb", "io", "memory", "rdma"])
  }

  /// A limit that is lifted needs no controller: a host without one has no such limit.
  @Test func noLimitNeedsNoController() throws {
    let made = try writes {
      $0.pids = PIDs(limit: -1)
      $0.memory = MemoryResources(limit: -1, swap: -1)
      $0.cpu = CPUResources(quota: -1, burst: 0, idle: 0)
    }
    #expect(made.needs.settings.isEmpty)
    #expect(made.list.count == 6)
    #expect(made.list.filter { !$0.mayBeMissing } == [])
  }
}
