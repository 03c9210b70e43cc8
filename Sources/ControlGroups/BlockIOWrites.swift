import Kernel
import OCISpec

// config-linux.md "Block IO" in cgroup v2.

extension Writes {
  mutating func addBlockIO(_ io: BlockIO) throws(Failure) {
    let noLeaves = "v2 has no leaf weights: a cgroup with children has no processes of its own"
    if let leaf = io.leafWeight, leaf != 0 { throw Writes.refusal("blockIO.leafWeight", instead: noLeaves) }
    if let weight = io.weight, weight != 0 {
      try Writes.check(weight, "blockIO.weight")
      addWeight("\(weight)", "\(Writes.ioWeight(weight))", "blockIO.weight")
    }
    for device in io.weightDevice {
      let number = "\(device.major):\(device.minor)"
      if let leaf = device.leafWeight, leaf != 0 {
        throw Writes.refusal("blockIO.weightDevice[\(number)].leafWeight", instead: noLeaves)
      }
      guard let weight = device.weight else {
        throw Failure("linux.resources.blockIO.weightDevice[\(number)] has neither a weight nor a leafWeight")
      }
      if weight == 0 {  // in v1: as all other devices
        addWeight("\(number) default", "\(number) default", "blockIO.weightDevice")
      } else {
        try Writes.check(weight, "blockIO.weightDevice[\(number)]")
        addWeight("\(number) \(weight)", "\(number) \(Writes.ioWeight(weight))", "blockIO.weightDevice")
      }
    }
    addThrottles(io)
  }

  /// The BFQ scheduler takes the weights of v1 as they are; without it there is the io cost model's io.weight.
  private mutating func addWeight(_ bfq: String, _ cost: String, _ setting: String) {
    var write = Write("io.bfq.weight", .text(bfq), "linux.resources.\(setting)")
    write.alternative = Write.Alternative(file: "io.weight", value: cost)
    add(write, needing: "io")
  }

  /// All limits of a device go into one line.
  private mutating func addThrottles(_ io: BlockIO) {
    var devices: [String] = []
    var limits: [String: [String]] = [:]
    let lists = [
      ("rbps", io.throttleReadBpsDevice), ("wbps", io.throttleWriteBpsDevice), ("riops", io.throttleReadIOPSDevice),
      ("wiops", io.throttleWriteIOPSDevice),
    ]
    for (key, list) in lists {
      for device in list {
        let number = "\(device.major):\(device.minor)"
        if limits[number] == nil { devices.append(number) }
        // 0 lifts a limit in v1; v2 would refuse it.
        limits[number, default: []].append("\(key)=\(device.rate == 0 ? "max" : String(device.rate))")
      }
    }
    for number in devices { limit("io.max", ([number] + (limits[number] ?? [])).joined(separator: " "), "blockIO.throttle") }
  }

  private static func check(_ weight: UInt16, _ setting: String) throws(Failure) {
    if !(10...1000).contains(weight) { throw Failure("linux.resources.\(setting) \(weight) is not from 10 to 1000") }
  }

  /// io.weight (1 to 10000) for a weight of v1 (10 to 1000).
  package static func ioWeight(_ weight: UInt16) -> Int { 1 + (Int(weight) - 10) * 9999 / 990 }
}
