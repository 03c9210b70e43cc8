import Kernel
import OCISpec

// config-linux.md "Memory" in cgroup v2. 0 counts as unset and -1 is unlimited, as every engine means them.

extension Writes {
  mutating func addMemory(_ memory: MemoryResources) throws(Failure) {
    try Writes.refuseVersion1(memory)
    if let kernel = memory.kernel, kernel > 0 {
      warn("linux.resources.memory.kernel is ignored: cgroup v2 counts kernel memory in memory.limit")
    }
    for (name, value) in [("limit", memory.limit), ("reservation", memory.reservation), ("swap", memory.swap)] {
      if let value, value < -1 {
        throw Failure("linux.resources.memory.\(name) \(value) is neither -1 (unlimited) nor a size in bytes")
      }
    }
    try addSwap(memory)
    switch memory.limit ?? 0 {
    case 0: break
    case -1: noLimit("memory.max", "max", "memory.limit")
    case let bytes: limit("memory.max", String(bytes), "memory.limit")
    }
    switch memory.reservation ?? 0 {
    case 0: break
    // Not "no soft limit", as v1 has it, but all memory protected: that is what every other runtime makes of it.
    case -1: limit("memory.low", "max", "memory.reservation")
    case let bytes: limit("memory.low", String(bytes), "memory.reservation")
    }
    if memory.checkBeforeUpdate == true {
      let wanted = [memory.limit, memory.swap].map { $0.flatMap { $0 > 0 ? $0 : nil } }
      check(UsageCheck(limit: wanted[0], swap: wanted[1]))
    }
  }

  /// v1 and the config count memory and swap together; v2 counts swap alone.
  private mutating func addSwap(_ memory: MemoryResources) throws(Failure) {
    let limit = memory.limit ?? 0
    let file = "memory.swap.max"
    switch memory.swap ?? 0 {
    case 0:
      // Who lifts the memory limit and says nothing of swap means both, as it is in v1.
      if limit == -1 { noLimit(file, "max", "memory.swap") }
    case -1: noLimit(file, "max", "memory.swap")
    case let total:
      if limit <= 0 {
        throw Failure(
          "linux.resources.memory.swap \(total): unable to set swap limit without memory limit",
          hint: "swap counts memory and swap together: give memory.limit too")
      }
      if total < limit {
        throw Failure(
          "linux.resources.memory.swap \(total): memory+swap limit should be >= memory limit",
          hint: "memory.limit is \(limit), and swap counts memory and swap together")
      }
      // No swap for it: so it is where the kernel has no swap accounting because there is no swap.
      if total == limit { noLimit(file, "0", "memory.swap") } else { self.limit(file, String(total - limit), "memory.swap") }
    }
  }

  private static func refuseVersion1(_ memory: MemoryResources) throws(Failure) {
    if memory.swappiness != nil {
      throw refusal(
        "memory.swappiness", instead: "v2 limits swap with memory.swap; vm.swappiness of the host applies to all cgroups")
    }
    if memory.disableOOMKiller == true {
      throw refusal(
        "memory.disableOOMKiller",
        instead: "v2 has memory.high in unified, which slows down instead of killing; process.oomScoreAdj -1000 exempts a process"
      )
    }
    if let bytes = memory.kernelTCP, bytes > 0 {
      throw refusal("memory.kernelTCP", instead: "v2 counts the buffers of sockets in memory.limit")
    }
    if memory.useHierarchy == false {
      throw refusal("memory.useHierarchy false", instead: "v2 always counts what is below as well")
    }
  }
}
