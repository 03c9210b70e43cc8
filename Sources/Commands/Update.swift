import Container
import Kernel
import OCISpec

extension Flag {
  static let resources = Flag(
    "resources", short: "r", .text("FILE"), help: "take all from this JSON file, or with - from the standard input")
  static let blkioWeight = Flag("blkio-weight", .text("WEIGHT"), help: "share of I/O among containers, 10 to 1000")
  static let cpuPeriod = Flag("cpu-period", .text("TIME"), help: "period of the limit of cpu time, in microseconds")
  static let cpuQuota = Flag("cpu-quota", .text("TIME"), help: "cpu time in each period, in microseconds; -1: no limit")
  static let cpuBurst = Flag("cpu-burst", .text("TIME"), help: "unused quota that may be saved up, in microseconds")
  static let cpuShare = Flag("cpu-share", .text("SHARES"), help: "share of cpu time among containers, 2 to 262144")
  static let cpuRealtimePeriod = Flag("cpu-rt-period", .text("TIME"), help: "refused: cgroup v2 has no such limit")
  static let cpuRealtimeRuntime = Flag("cpu-rt-runtime", .text("TIME"), help: "refused: cgroup v2 has no such limit")
  static let cpuIdle = Flag("cpu-idle", .text("0|1"), help: "1: run only when nobody else wants the cpu")
  static let cpusetCPUs = Flag("cpuset-cpus", .text("LIST"), help: "cpus it may run on, such as 0-3,7")
  static let cpusetMems = Flag("cpuset-mems", .text("LIST"), help: "memory nodes it may use")
  static let memory = Flag("memory", .text("SIZE"), help: "limit of memory, such as 64m; -1: none")
  static let memoryReservation = Flag("memory-reservation", .text("SIZE"), help: "memory that is left to it when others want it")
  static let memorySwap = Flag("memory-swap", .text("SIZE"), help: "limit of memory and swap together; -1: no limit of swap")
  static let kernelMemory = Flag("kernel-memory", .text("SIZE"), help: "ignored: cgroup v2 counts it as memory")
  static let kernelMemoryTCP = Flag("kernel-memory-tcp", .text("SIZE"), help: "ignored: cgroup v2 counts it as memory")
  static let pidsLimit = Flag("pids-limit", .text("N"), help: "limit of processes and threads; -1: none")
  static let l3CacheSchema = Flag("l3-cache-schema", .text("SCHEMA"), help: "its class's share of the cache, such as L3:0=f;1=f")
  static let memBwSchema = Flag(
    "mem-bw-schema", .text("SCHEMA"), help: "its class's share of memory bandwidth, such as MB:0=20;1=20")

  fileprivate static let limits: [Flag] = [
    .blkioWeight, .cpuPeriod, .cpuQuota, .cpuBurst, .cpuShare, .cpuRealtimePeriod, .cpuRealtimeRuntime, .cpuIdle, .cpusetCPUs,
    .cpusetMems, .memory, .memoryReservation, .memorySwap, .kernelMemory, .kernelMemoryTCP, .pidsLimit,
  ]
}

extension Verb {
  static let update = Verb(
    "update", summary: "change the limits of a container",
    details: """
      Only what is given changes; after a failure the old limits hold. A file has the
      form of linux.resources in a config.json, {"memory": {"limit": 67108864}}, and
      the flags are then ignored, but for the two schemas; device rules in it are not
      looked at. A schema is for a container whose config.json has linux.intelRdt, and
      for all that are in the same class.
      """,
    operands: [.containerID], flags: [.resources] + Flag.limits + [.l3CacheSchema, .memBwSchema]
  ) { invocation throws(Failure) in
    var shares = IntelRDT()
    shares.l3CacheSchema = invocation.values.text(.l3CacheSchema) ?? ""
    shares.memBwSchema = invocation.values.text(.memBwSchema) ?? ""
    try invocation.runtime().update(invocation.id, try invocation.newLimits(), shares: shares)
    return Answer()
  }
}

extension Invocation {
  func newLimits() throws(Failure) -> Resources {
    guard let name = values.text(.resources), !name.isEmpty else { return try limitsOfFlags() }
    let ignored = Flag.limits.filter { values.text($0) != nil }.map { "--\($0.name)" }
    if !ignored.isEmpty { report.warn("\(ignored.joined(separator: ", ")) ignored: --resources says it all") }
    let bytes: [UInt8]
    let document: String
    if name == "-" {
      document = "the standard input"
      bytes = try during("reading \(document)", StandardStreams.with(0) { stream throws(Failure) in try stream.readAll() })
    } else {
      document = try absolutePath(name)
      bytes = try during("reading \(document)", Descriptor.open(host: document, .readOnly).readAll())
    }
    do { return try Resources.decode(bytes, named: document) } catch { throw Failure(error.description) }
  }

  /// An empty value counts as not given, as in runc.
  private func limitsOfFlags() throws(Failure) -> Resources {
    var result = Resources()
    var cpu = CPUResources()
    cpu.shares = try integer(.cpuShare)
    cpu.quota = try integer(.cpuQuota)
    cpu.burst = try integer(.cpuBurst)
    cpu.period = try integer(.cpuPeriod)
    cpu.realtimePeriod = try integer(.cpuRealtimePeriod)
    cpu.realtimeRuntime = try integer(.cpuRealtimeRuntime)
    cpu.idle = try integer(.cpuIdle)
    cpu.cpus = values.text(.cpusetCPUs) ?? ""
    cpu.mems = values.text(.cpusetMems) ?? ""
    if cpu != CPUResources() { result.cpu = cpu }
    let memory = MemoryResources(
      limit: try size(.memory), reservation: try size(.memoryReservation), swap: try size(.memorySwap))
    if memory != MemoryResources() { result.memory = memory }
    if let limit: Int64 = try integer(.pidsLimit) { result.pids = PIDs(limit: limit) }
    if let weight: UInt16 = try integer(.blkioWeight) { result.blockIO = BlockIO(weight: weight) }
    for flag in [Flag.kernelMemory, .kernelMemoryTCP] where !(values.text(flag) ?? "").isEmpty {
      report.warn("--\(flag.name) is ignored: cgroup v2 counts kernel memory in --memory")
    }
    return result
  }

  private func integer<T: FixedWidthInteger>(_ flag: Flag) throws(Failure) -> T? {
    guard let text = values.text(flag), !text.isEmpty else { return nil }
    guard let number = T(text) else {
      throw Failure("invalid value \"\(text)\" for --\(flag.name)", hint: "a whole number \(T.min) to \(T.max) is needed")
    }
    return number
  }

  private func size(_ flag: Flag) throws(Failure) -> Int64? {
    guard let text = values.text(flag), !text.isEmpty else { return nil }
    if text == "-1" { return -1 }
    guard let bytes = ByteCount.bytes(text) else {
      throw Failure("invalid value \"\(text)\" for --\(flag.name)", hint: "use bytes, or a number and a unit such as 64m, or -1")
    }
    return bytes
  }
}
