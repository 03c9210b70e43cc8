import ControlGroups
import JSON
import Kernel

// The statistics as runc's `events` writes them, for engines that decode them into runc's types: members and their order, and
// what is left out when it is 0. Members for what only cgroup v1 counts have the 0 that runc writes on v2 too.

private typealias Members = [(name: String, value: JSONValue)]

extension Members {
  fileprivate mutating func add(_ name: String, _ number: UInt64) { append((name, .unsigned(number))) }
  fileprivate mutating func addUnlessZero(_ name: String, _ number: UInt64) { if number != 0 { add(name, number) } }
  fileprivate mutating func add(_ pressure: Pressure?) { if let pressure { append(("psi", pressure.document)) } }
  fileprivate mutating func addUnlessEmpty(_ name: String, _ list: [JSONValue]) {
    if !list.isEmpty { append((name, .array(list))) }
  }
}

extension Statistics {
  /// `data` of an event of type `stats`.
  var document: JSONValue {
    var pids: Members = []
    pids.addUnlessZero("current", processes.current)
    pids.addUnlessZero("limit", processes.limit ?? 0)
    return .object([
      ("cpu", cpu.document), ("cpuset", cpuset.document), ("memory", memory.document), ("pids", .object(pids)),
      ("blkio", io.document), ("hugetlb", .object(hugepages.sorted { $0.key < $1.key }.map { ($0.key, $0.value.document) })),
      ("intel_rdt", [:]),
      // runc knows interfaces only of networks it has made itself, and a config.json cannot ask for one.
      ("network_interfaces", .null),
    ])
  }
}

extension CPUStatistics {
  fileprivate var document: JSONValue {
    var usage: Members = []
    usage.addUnlessZero("total", total)
    usage.add("kernel", kernel)
    usage.add("user", user)
    var throttling: Members = []
    throttling.addUnlessZero("periods", periods)
    throttling.addUnlessZero("throttledPeriods", throttledPeriods)
    throttling.addUnlessZero("throttledTime", throttledTime)
    var members: Members = [("usage", .object(usage)), ("throttling", .object(throttling))]
    members.add(pressure)
    return .object(members)
  }
}

extension CPUSetStatistics {
  fileprivate var document: JSONValue {
    var members: Members = []
    members.addUnlessEmpty("cpus", cpus.map { .integer(Int64($0)) })
    members.add("cpu_exclusive", 0)
    members.addUnlessEmpty("mems", memoryNodes.map { .integer(Int64($0)) })
    for name in [
      "mem_hardwall", "mem_exclusive", "memory_migrate", "memory_spread_page", "memory_spread_slab", "memory_pressure",
      "sched_load_balance", "sched_relax_domain_level",
    ] { members.add(name, 0) }
    return .object(members)
  }
}

extension MemoryStatistics {
  fileprivate var document: JSONValue {
    var members: Members = []
    members.addUnlessZero("cache", details["file"] ?? 0)
    members += [
      ("usage", memory.document), ("swap", withSwap.document), ("kernel", Usage().document), ("kernelTCP", Usage().document),
    ]
    if !details.isEmpty {
      members.append(("raw", .object(details.sorted { $0.key < $1.key }.map { ($0.key, .unsigned($0.value)) })))
    }
    members.add(pressure)
    return .object(members)
  }

  /// Memory and swap together, as v1 counts them. Of the sum nobody knows the peak.
  private var withSwap: Usage {
    let swap = swap ?? Usage()
    func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
      let (sum, overflow) = a.addingReportingOverflow(b)
      return overflow ? .max : sum
    }
    return Usage(
      limit: sum(swap.limit, memory.limit), current: sum(swap.current, memory.current), peak: 0, failures: swap.failures)
  }
}

extension MemoryStatistics.Usage {
  fileprivate var document: JSONValue {
    var members: Members = []
    members.add("limit", limit)
    members.addUnlessZero("usage", current)
    members.addUnlessZero("max", peak)
    members.add("failcnt", failures)
    return .object(members)
  }
}

extension IOStatistics {
  fileprivate var document: JSONValue {
    var members: Members = []
    members.addUnlessEmpty(
      "ioServiceBytesRecursive",
      devices.flatMap { $0.entries([("Read", $0.read), ("Write", $0.written), ("Discard", $0.discarded)]) })
    members.addUnlessEmpty(
      "ioServicedRecursive",
      devices.flatMap { $0.entries([("Read", $0.reads), ("Write", $0.writes), ("Discard", $0.discards)]) })
    members.add(pressure)
    return .object(members)
  }
}

extension IOStatistics.Device {
  fileprivate func entries(_ counts: [(operation: String, count: UInt64?)]) -> [JSONValue] {
    counts.compactMap { operation, count in
      guard let count else { return nil }
      var members: Members = []
      members.addUnlessZero("major", major)
      members.addUnlessZero("minor", minor)
      members.append(("op", .string(operation)))
      members.addUnlessZero("value", count)
      return .object(members)
    }
  }
}

extension HugepageStatistics {
  fileprivate var document: JSONValue {
    var members: Members = []
    members.addUnlessZero("usage", current)
    members.add("failcnt", failures)
    return .object(members)
  }
}

extension Pressure {
  fileprivate var document: JSONValue { .object([("some", some.document), ("full", full.document)]) }
}

extension Pressure.Share {
  fileprivate var document: JSONValue {
    .object([
      ("avg10", .double(average10)), ("avg60", .double(average60)), ("avg300", .double(average300)), ("total", .unsigned(total)),
    ])
  }
}
