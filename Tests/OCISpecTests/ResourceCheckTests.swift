import JSON
import Testing

@testable import OCISpec

@Suite struct ResourceCheckTests {
  @Test(arguments: devices + memory + cpu + others)
  func says(_ row: CheckRow) { row.run() }

  private static func row(_ say: String..., change: @escaping @Sendable (inout Resources) -> Void) -> CheckRow {
    let expected = say.map { "linux.resources.\($0)" }
    let apply: @Sendable (inout Spec) -> Void = { $0.withResources(change) }
    switch expected.count {
    case 0: return .fine(apply)
    case 1: return CheckRow(expected[0], change: apply)
    default: return CheckRow(expected[0], expected[1], change: apply)
    }
  }

  static let devices: [CheckRow] = [
    row { $0.devices = [DeviceRule(allow: false), DeviceRule(allow: true, type: .b, major: 8, minor: 0, access: "r")] },
    row("devices[1].access: device access at 1 field cannot be empty, expected some of r, w and m") {
      $0.devices = [DeviceRule(allow: false), DeviceRule(allow: true, access: "")]
    },
    row(#"devices[0].access: "rx" has other letters than r, w and m"#) { $0.devices = [DeviceRule(allow: true, access: "rx")] },
    row(
      "devices[0].major: -2 is out of range, expected 0 to 4095",
      "devices[0].minor: 1048576 is out of range, expected 0 to 1048575"
    ) { $0.devices = [DeviceRule(allow: true, type: .c, major: -2, minor: 1_048_576)] },
  ]

  static let memory: [CheckRow] = [
    row { $0.memory = MemoryResources(limit: -1, reservation: 0, swap: -1) }, row { $0.memory = MemoryResources(swap: 0) },
    row { $0.memory = MemoryResources(limit: 5, swap: 5) },
    row("memory.swap: unable to set swap limit without memory limit") { $0.memory = MemoryResources(swap: 5) },
    row("memory.swap: unable to set swap limit without memory limit") { $0.memory = MemoryResources(limit: -1, swap: 5) },
    row("memory.swap: memory+swap limit should be >= memory limit, but 4 is less than 5") {
      $0.memory = MemoryResources(limit: 5, swap: 4)
    },
    row("memory.limit: -2 is out of range, expected bytes, or -1 for unlimited") { $0.memory = MemoryResources(limit: -2) },
    row("memory.swappiness: cannot set memory swappiness with cgroupv2, remove it") { $0.withMemory { $0.swappiness = 60 } },
    row("memory.disableOOMKiller: cannot disable OOM killer with cgroupv2, remove it") {
      $0.withMemory { $0.disableOOMKiller = true }
    },
    row("memory.kernelTCP: cannot set a kernel TCP memory limit with cgroupv2, remove it") { $0.withMemory { $0.kernelTCP = 1 } },
    row("memory.useHierarchy: cannot be false with cgroupv2, which always counts hierarchically") {
      $0.withMemory { $0.useHierarchy = false }
    },
    row { $0.withMemory { ($0.disableOOMKiller, $0.kernelTCP, $0.useHierarchy, $0.kernel) = (false, 0, true, 7) } },
  ]

  static let cpu: [CheckRow] = [
    row { $0.cpu = CPUResources(shares: 0, quota: -1, burst: 50, period: 0) },
    row { $0.cpu = CPUResources(quota: 1000, burst: 1000, period: 1_000_000, idle: 1) },
    row("cpu.burst: 2001 is more than the quota 2000") { $0.cpu = CPUResources(quota: 2000, burst: 2001) },
    row("cpu.quota: 999 is too small, the kernel wants 1000 us or more") { $0.cpu = CPUResources(quota: 999) },
    row("cpu.period: 999 is out of range, expected 1000 to 1000000 us") { $0.cpu = CPUResources(period: 999) },
    row("cpu.period: 1000001 is out of range, expected 1000 to 1000000 us") { $0.cpu = CPUResources(period: 1_000_001) },
    row("cpu.idle: 2 is out of range, expected 0 or 1") { $0.cpu = CPUResources(idle: 2) },
    row(
      "cpu.realtimeRuntime: cannot set realtime limits with cgroupv2, remove it",
      "cpu.realtimePeriod: cannot set realtime limits with cgroupv2, remove it"
    ) {
      var cpu = CPUResources()
      (cpu.realtimeRuntime, cpu.realtimePeriod) = (1, 1)
      $0.cpu = cpu
    },
  ]

  static let others: [CheckRow] = [
    row { $0.pids = PIDs(limit: 0) }, row { $0.pids = PIDs(limit: -1) },
    row("pids.limit: -2 is out of range, expected a number of processes, or -1 for unlimited") { $0.pids = PIDs(limit: -2) },
    row { $0.hugepageLimits = ["2MB", "64KB", "1GB"].map { HugepageLimit(pageSize: $0, limit: 0) } },
    row(#"hugepageLimits[0].pageSize: "02MB" is no page size, expected a number and KB, MB or GB, such as 2MB"#) {
      $0.hugepageLimits = [HugepageLimit(pageSize: "02MB", limit: 0)]
    },
    row(
      #"hugepageLimits[0].pageSize: "MB" is no page size, expected a number and KB, MB or GB, such as 2MB"#,
      #"hugepageLimits[1].pageSize: "2M" is no page size, expected a number and KB, MB or GB, such as 2MB"#
    ) { $0.hugepageLimits = ["MB", "2M"].map { HugepageLimit(pageSize: $0, limit: 0) } },
    row(#"rdma["mlx5_1"]: has no limit, needs at least one of hcaHandles and hcaObjects"#) { $0.rdma = ["mlx5_1": RDMA()] },
    row(
      #"unified[".."]: is no file of a cgroup"#,
      #"unified["../memory.max"]: is no file of a cgroup"#
    ) { $0.unified = ["..": "1", "../memory.max": "1", "memory.high": "1"] },
    row("network: cannot set network classes and priorities with cgroupv2, remove it") {
      $0.network = NetworkResources(classID: 1)
    },
    row { $0.network = NetworkResources(classID: 0) },
    row("blockIO.weight: 9 is out of range, expected 10 to 1000") { $0.blockIO = BlockIO(weight: 9) },
    row("blockIO.weight: 1001 is out of range, expected 10 to 1000") { $0.blockIO = BlockIO(weight: 1001) },
    row { $0.blockIO = BlockIO(weight: 0) },
    row("blockIO.leafWeight: cannot set a leaf weight with cgroupv2, remove it") {
      var io = BlockIO()
      io.leafWeight = 10
      $0.blockIO = io
    },
    row(
      "blockIO.weightDevice[0]: has no weight, needs at least one of weight and leafWeight",
      "blockIO.throttleWriteIOPSDevice[0].minor: -1 is out of range, expected 0 to 1048575"
    ) {
      var io = BlockIO()
      io.weightDevice = [WeightDevice(major: 8, minor: 0)]
      io.throttleWriteIOPSDevice = [ThrottleDevice(major: 8, minor: -1, rate: 1)]
      $0.blockIO = io
    },
  ]

  @Test func resourcesByThemselves() {
    var resources = Resources()
    resources.pids = PIDs(limit: -7)
    #expect(resources.check().map(\.path) == ["pids.limit"])
  }
}

extension Resources {
  fileprivate mutating func withMemory(_ change: (inout MemoryResources) -> Void) {
    var memory = MemoryResources()
    change(&memory)
    self.memory = memory
  }
}

@Suite struct SeccompCheckTests {
  private static func row(_ say: String?, _ change: @escaping @Sendable (inout Seccomp) -> Void) -> CheckRow {
    let apply: @Sendable (inout Spec) -> Void = {
      var seccomp = Seccomp(defaultAction: .errno)
      change(&seccomp)
      $0.linux.seccomp = seccomp
    }
    return say.map { CheckRow("linux.seccomp.\($0)", change: apply) } ?? .fine(apply)
  }

  static let rows: [CheckRow] = [
    row(nil) { $0.defaultErrnoRet = 38 },
    row("defaultErrnoRet: the action is SCMP_ACT_KILL, which takes none") {
      ($0.defaultAction, $0.defaultErrnoRet) = (.kill, 1)
    },
    row("syscalls[0].errnoRet: the action is SCMP_ACT_ALLOW, which takes none") {
      $0.syscalls = [SyscallRule(names: ["a"], action: .allow, errnoRet: 1)]
    },
    row("syscalls[0].errnoRet: 4096 is out of range, expected 0 to 4095") {
      $0.syscalls = [SyscallRule(names: ["a"], action: .errno, errnoRet: 4096)]
    },
    row("syscalls[0].errnoRet: 65536 is out of range, expected 0 to 65535") {
      $0.syscalls = [SyscallRule(names: ["a"], action: .trace, errnoRet: 65536)]
    },
    row(nil) { $0.syscalls = [SyscallRule(names: ["a"], action: .trace, errnoRet: 65535)] },
    row("defaultAction: SCMP_ACT_NOTIFY cannot be used as default action") { $0.defaultAction = .notify },
    row("listenerMetadata: must not be set without listenerPath") { $0.listenerMetadata = "x" },
    row("listenerPath: is required, because a rule says SCMP_ACT_NOTIFY") {
      $0.syscalls = [SyscallRule(names: ["a"], action: .notify)]
    },
    row("syscalls[0].action: SCMP_ACT_NOTIFY cannot be used for the write syscall") {
      $0.syscalls = [SyscallRule(names: ["read", "write"], action: .notify)]
      $0.listenerPath = "/a"
    },
    row("flags: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY") { $0.flags = [.waitKillableRecv] },
    row(nil) {
      $0.syscalls = [SyscallRule(names: ["a"], action: .notify)]
      ($0.listenerPath, $0.listenerMetadata, $0.flags) = ("/a", "m", [.waitKillableRecv])
    },
    row("syscalls[1].names: must hold at least one system call") {
      $0.syscalls = [SyscallRule(names: ["a"], action: .allow), SyscallRule(names: [], action: .allow)]
    },
    row("syscalls[0].args[1].index: 6 is out of range, expected 0 to 5") {
      let args = [5, 6].map { SyscallArgument(index: $0, value: 0, op: .equal) }
      $0.syscalls = [SyscallRule(names: ["a"], action: .allow, args: args)]
    },
  ]

  @Test(arguments: rows)
  func says(_ row: CheckRow) { row.run() }
}
