import Foundation
import Kernel
import OCISpec
import Testing

@testable import ControlGroups

/// Limits, for real. They need the controllers of version 2, which a hybrid host does not have.
@Suite(.serialized, .enabled(if: Laboratory.has("memory", "pids", "cpu"))) struct LimitTests {
  private func create(_ lab: Laboratory, _ relative: String, _ change: (inout Resources) -> Void) throws -> ControlGroup {
    var resources = Resources()
    change(&resources)
    let writes = try Writes(resources)
    let group = try ControlGroup.create(lab.path(relative), in: lab.hierarchy, needs: writes.needs)
    try group.apply(writes)
    return group
  }

  @Test func everyLimitArrives() throws {
    let lab = try Laboratory()
    let group = try create(lab, "pod/a") {
      $0.memory = MemoryResources(limit: 64 << 20, reservation: 1 << 20)
      $0.cpu = CPUResources(shares: 512, quota: 50_000, period: 200_000)
      $0.pids = PIDs(limit: 17)
      $0.unified = ["memory.high": "33554432"]
    }
    #expect(try lab.read("pod/a/memory.max") == "67108864")
    #expect(try lab.read("pod/a/memory.low") == "1048576")
    #expect(try lab.read("pod/a/memory.high") == "33554432")
    #expect(try lab.read("pod/a/cpu.weight") == "59")
    #expect(try lab.read("pod/a/cpu.max") == "50000 200000")
    #expect(try lab.read("pod/a/pids.max") == "17")
    // An update that says only part of it leaves the rest alone.
    func update(_ cpu: CPUResources) throws -> String {
      var resources = Resources()
      resources.cpu = cpu
      try group.apply(try Writes(resources))
      return try lab.read("pod/a/cpu.max")
    }
    #expect(try update(CPUResources(period: 100_000)) == "50000 100000")
    #expect(try update(CPUResources(quota: 20_000)) == "20000 100000")
    #expect(try update(CPUResources(quota: -1)) == "max 100000")
    #expect(try update(CPUResources(period: 50_000)) == "max 50000")
  }

  /// Up: the kernel refuses the burst before the quota. Down: it refuses the quota before the burst.
  @Test func burstAndQuotaGoUpAndDown() throws {
    let lab = try Laboratory()
    let group = try create(lab, "a") { _ in }
    guard lab.exists("a/cpu.max.burst") else { return }  // since 5.14, where the kernel has CFS bandwidth control
    for (quota, burst) in [(20_000, 15_000), (90_000, 80_000), (10_000, 5_000)] as [(Int64, UInt64)] {
      var resources = Resources()
      resources.cpu = CPUResources(quota: quota, burst: burst, period: 100_000)
      try group.apply(try Writes(resources))
      #expect(try lab.read("a/cpu.max") == "\(quota) 100000")
      #expect(try lab.read("a/cpu.max.burst") == "\(burst)")
    }
  }

  @Test func aLimitOfNoProcessesLetsOneRun() throws {
    let lab = try Laboratory()
    _ = try create(lab, "a") { $0.pids = PIDs(limit: 0) }
    #expect(try lab.status("exec true", in: "a") == 0)
    #expect(try lab.status("(exit 0)", in: "a") != 0)
  }

  @Test func anUpdateBelowTheUsageIsRefusedWhenAskedFor() throws {
    let lab = try Laboratory()
    let group = try create(lab, "a") { $0.memory = MemoryResources(limit: 64 << 20) }
    try lab.start("exec sleep 100", in: "a")
    var resources = Resources()
    resources.memory = MemoryResources(limit: 4096)
    resources.memory?.checkBeforeUpdate = true
    #expect(message { try group.apply(try Writes(resources)) }.hasPrefix("unable to set memory limit to 4096 (current usage: "))
    #expect(try lab.read("a/memory.max") == "67108864")
  }

  @Test func aRefusedValueSaysWhereAndWhat() throws {
    let lab = try Laboratory()
    let group = try create(lab, "a") { _ in }
    var resources = Resources()
    resources.cpu = CPUResources(quota: 10)
    let text = message { try group.apply(try Writes(resources)) }
    #expect(text.hasPrefix("writing 10 to \(lab.full("a"))/cpu.max: write: Invalid argument (the kernel takes a quota"))
  }

  @Test func devicesOfIO() throws {
    guard Laboratory.has("io") else { return }
    let lab = try Laboratory()
    let group = try create(lab, "a") { _ in }
    guard lab.exists("a/io.max") else { return }  // a kernel without CONFIG_BLK_DEV_THROTTLING
    var resources = Resources()
    resources.blockIO = BlockIO()
    resources.blockIO?.throttleReadBpsDevice = [ThrottleDevice(major: 250, minor: 77, rate: 1000)]
    let text = message { try group.apply(try Writes(resources)) }
    #expect(
      text.contains("writing 250:77 rbps=1000 to \(lab.full("a"))/io.max: write: No such device (there is no such block device"))
  }

  // MARK: Handing down controllers

  @Test func controllersReachADeepCgroup() throws {
    let lab = try Laboratory()
    _ = try create(lab, "x/y/z") { $0.memory = MemoryResources(limit: 1 << 20) }
    #expect(Set(try lab.read("x/y/z/cgroup.controllers").split(separator: " ")).isSuperset(of: ["cpu", "memory", "pids"]))
  }

  /// The kernel gives no domain controller to cgroups below one with processes.
  @Test func processesAboveAreAnErrorForALimitThatNeedsADomain() throws {
    let lab = try Laboratory()
    try lab.make("busy")
    try lab.start("exec sleep 100", in: "busy")
    let text = message { _ = try create(lab, "busy/a") { $0.memory = MemoryResources(limit: 1 << 20) } }
    #expect(
      text.hasPrefix(
        "linux.resources.memory.limit needs the cgroup controller memory, which does not reach \(lab.full("busy/a"))"))
    #expect(text.contains("writing +memory to \(lab.full("busy"))/cgroup.subtree_control: write: Device or resource busy"))
    #expect(text.contains("there are processes in that cgroup"))
    #expect(!lab.exists("busy/a"))
    // Without a limit there is nothing to fail, and the cgroup above is not made threaded for nothing.
    let group = try create(lab, "busy/b") { _ in }
    #expect(try lab.read("busy/cgroup.type") == "domain")
    try group.remove()
  }

  @Test func aThreadedCgroupTakesLimitsOfThreads() throws {
    let lab = try Laboratory()
    try lab.make("busy")
    try lab.start("exec sleep 100", in: "busy")
    let group = try create(lab, "busy/a") { $0.pids = PIDs(limit: 5) }
    #expect(try lab.read("busy/a/cgroup.type") == "threaded")
    #expect(try lab.read("busy/a/pids.max") == "5")
    // Neither a domain controller, nor cgroup.procs, nor cgroup.kill works in there.
    let text = message { _ = try create(lab, "busy/b") { $0.memory = MemoryResources(limit: 1 << 20) } }
    #expect(text == "cannot enter cgroupv2 \"\(lab.full("busy"))\" with domain controllers -- it is in domain threaded mode")
    let inside = try lab.start("exec sleep 100", in: "busy")
    lab.write("\(inside.processIdentifier)", "busy/a/cgroup.threads")
    #expect(try group.processes() == [inside.processIdentifier])
    try group.killAll()
    #expect(inside.wait() == SIGKILL)
    try group.remove()
  }
}
