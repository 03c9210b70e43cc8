import JSON

extension Resources {
  /// The same for resources by themselves (`update --resources`), after they are merged with those in force.
  package func check() -> [Problem] {
    var found: [Problem] = []
    check(at: "", &found)
    return found
  }

  /// - Parameter prefix: path of the resources in their document with a dot behind it, or nothing.
  func check(at prefix: String, _ found: inout [Problem]) {
    checkDevices(at: prefix, &found)
    memory?.check(at: prefix + "memory.", &found)
    cpu?.check(at: prefix + "cpu.", &found)
    blockIO?.check(at: prefix + "blockIO.", &found)
    if let limit = pids?.limit, limit < -1 {
      found.add(prefix + "pids.limit", "\(limit) is out of range", "expected a number of processes, or -1 for unlimited")
    }
    for (index, limit) in hugepageLimits.enumerated() where !limit.hasValidPageSize {
      found.add(
        "\(prefix)hugepageLimits[\(index)].pageSize",
        "\(limit.pageSize.quoted) is no page size", "expected a number and KB, MB or GB, such as 2MB")
    }
    for (device, limit) in rdma.sorted(by: { $0.key < $1.key }) where limit.hcaHandles == nil && limit.hcaObjects == nil {
      found.add("\(prefix)rdma[\(device.quoted)]", "has no limit", "needs at least one of hcaHandles and hcaObjects")
    }
    for file in unified.keys.sorted() where file.isEmpty || file == "." || file == ".." || file.utf8.contains(UInt8(ascii: "/")) {
      found.add("\(prefix)unified[\(file.quoted)]", "is no file of a cgroup", "must be the name of one, such as memory.high")
    }
    if let network, network.classID ?? 0 != 0 || !network.priorities.isEmpty {
      found.add(
        prefix + "network", "cannot set network classes and priorities with cgroupv2",
        "remove it, and match the cgroup in nftables",
        rule: .version1)
    }
  }

  private func checkDevices(at prefix: String, _ found: inout [Problem]) {
    for (index, rule) in devices.enumerated() {
      var path: String { "\(prefix)devices[\(index)]" }
      if rule.access.isEmpty {
        found.add("\(path).access", "device access at \(index) field cannot be empty", "expected some of r, w and m")
      } else if !rule.access.utf8.allSatisfy({ "rwm".utf8.contains($0) }) {
        found.add("\(path).access", "\(rule.access.quoted) has other letters than r, w and m", "expected some of these")
      }
      checkDeviceNumbers(rule.major, rule.minor, at: path, &found)
    }
  }
}

extension MemoryResources {
  func check(at prefix: String, _ found: inout [Problem]) {
    for (name, value) in [("limit", limit), ("reservation", reservation), ("swap", swap)] {
      if let value, value < -1 {
        found.add(prefix + name, "\(value) is out of range", "expected bytes, or -1 for unlimited")
      }
    }
    if let swap, swap > 0 {
      let limit = limit ?? 0
      if limit == 0 || limit == -1 {
        found.add(
          prefix + "swap", "unable to set swap limit without memory limit", "it counts memory and swap together: add limit",
          rule: "de facto: a swap limit goes with a memory limit", given: [prefix + "limit"])
      } else if swap < limit {
        found.add(
          prefix + "swap", "memory+swap limit should be >= memory limit, but \(swap) is less than \(limit)",
          "it counts memory and swap together: raise it", given: [prefix + "limit"])
      }
    }
    checkVersion1(at: prefix, &found)
  }

  /// What version 2 has no counterpart for must not be dropped silently (config-linux.md "Unified").
  private func checkVersion1(at prefix: String, _ found: inout [Problem]) {
    func add(_ name: String, _ message: String, _ remedy: String) { found.add(prefix + name, message, remedy, rule: .version1) }
    if swappiness != nil {
      add("swappiness", "cannot set memory swappiness with cgroupv2", "remove it, vm.swappiness of the host applies to all")
    }
    if disableOOMKiller == true {
      add("disableOOMKiller", "cannot disable OOM killer with cgroupv2", "remove it, process.oomScoreAdj -1000 exempts a process")
    }
    if kernelTCP ?? 0 != 0 {
      add("kernelTCP", "cannot set a kernel TCP memory limit with cgroupv2", "remove it, limit counts such memory as well")
    }
    if useHierarchy == false {
      add("useHierarchy", "cannot be false with cgroupv2, which always counts hierarchically", "remove it")
    }
  }
}

extension CPUResources {
  private static let rule = #"cgroup-v2.rst "CPU""#

  func check(at prefix: String, _ found: inout [Problem]) {
    if let burst, let quota, quota > 0, burst > UInt64(quota) {
      found.add(
        prefix + "burst", "\(burst) is more than the quota \(quota)", "lower burst or raise quota", given: [prefix + "quota"])
    }
    if let quota, quota > 0, quota < 1000 {
      found.add(prefix + "quota", "\(quota) is too small", "the kernel wants 1000 us or more", rule: Self.rule)
    }
    if let period, period != 0, !(1000...1_000_000 ~= period) {
      found.add(prefix + "period", "\(period) is out of range", "expected 1000 to 1000000 us", rule: Self.rule)
    }
    if let idle, !(0...1 ~= idle) { found.add(prefix + "idle", "\(idle) is out of range", "expected 0 or 1") }
    for (name, value) in [("realtimeRuntime", realtimeRuntime ?? 0), ("realtimePeriod", Int64(clamping: realtimePeriod ?? 0))]
    where value != 0 {
      found.add(
        prefix + name, "cannot set realtime limits with cgroupv2", "remove it, process.scheduler gives a realtime policy",
        rule: .version1)
    }
    for (name, list, what) in [("cpus", cpus, "cpus"), ("mems", mems, "memory nodes")] where NumberList(list) == nil {
      found.add(prefix + name, "\(list.quoted) is no list of \(what)", "write it such as 0-3,7")
    }
  }
}

extension BlockIO {
  func check(at prefix: String, _ found: inout [Problem]) {
    checkWeight(weight, at: prefix + "weight", &found)
    checkLeafWeight(leafWeight, at: prefix + "leafWeight", &found)
    for (index, device) in weightDevice.enumerated() {
      let path = "\(prefix)weightDevice[\(index)]"
      if device.weight == nil, device.leafWeight == nil {
        found.add(path, "has no weight", "needs at least one of weight and leafWeight")
      }
      checkWeight(device.weight, at: path + ".weight", &found)
      checkLeafWeight(device.leafWeight, at: path + ".leafWeight", &found)
      checkDeviceNumbers(device.major, device.minor, at: path, &found)
    }
    let throttles = [
      ("throttleReadBpsDevice", throttleReadBpsDevice), ("throttleWriteBpsDevice", throttleWriteBpsDevice),
      ("throttleReadIOPSDevice", throttleReadIOPSDevice), ("throttleWriteIOPSDevice", throttleWriteIOPSDevice),
    ]
    for (name, devices) in throttles {
      for (index, device) in devices.enumerated() {
        checkDeviceNumbers(device.major, device.minor, at: "\(prefix)\(name)[\(index)]", &found)
      }
    }
  }

  private func checkWeight(_ weight: UInt16?, at path: String, _ found: inout [Problem]) {
    if let weight, weight != 0, !(10...1000 ~= weight) {
      found.add(path, "\(weight) is out of range", "expected 10 to 1000")
    }
  }

  private func checkLeafWeight(_ weight: UInt16?, at path: String, _ found: inout [Problem]) {
    if weight ?? 0 != 0 { found.add(path, "cannot set a leaf weight with cgroupv2", "remove it", rule: .version1) }
  }
}

extension HugepageLimit {
  /// `^[1-9][0-9]*[KMG]B$`
  var hasValidPageSize: Bool {
    let bytes = Array(pageSize.utf8)
    guard bytes.count > 2, bytes[bytes.count - 1] == UInt8(ascii: "B"), "KMG".utf8.contains(bytes[bytes.count - 2]) else {
      return false
    }
    let digits = bytes.dropLast(2)
    return digits.first != UInt8(ascii: "0") && digits.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }
}
