import Foundation
import Kernel
import OCISpec
import Testing

@testable import ControlGroups

@Suite struct InverseTests {
  @Test(
    "What undoes a write: the old value, of a file with devices the line of the device",
    arguments: [
      ("memory.max", "67108864", "max", "max"), ("cpu.max", "5000", "max 100000", "max 100000"), ("cpuset.cpus", "0", "", "\n"),
      ("io.max", "8:0 rbps=100", "8:16 rbps=5 wbps=max riops=max wiops=max", "8:0 rbps=max"),
      ("io.max", "8:16 rbps=100 wiops=7", "8:16 rbps=5 wbps=max riops=max wiops=max", "8:16 rbps=5 wbps=max riops=max wiops=max"),
      ("io.weight", "200", "default 100\n8:0 50", "default 100"), ("io.weight", "8:0 200", "default 100\n8:0 50", "8:0 50"),
      ("io.bfq.weight", "8:0 200", "default 100", "8:0 default"),
      ("rdma.max", "mlx5_0 hca_handle=3", "mlx5_0 hca_handle=max hca_object=7", "mlx5_0 hca_handle=max hca_object=7"),
    ])
  func inverse(file: String, value: String, text: String, expected: String) {
    #expect(ControlGroup.inverse(of: value, in: text, of: file) == expected)
  }
}

/// Limits over others, for real.
@Suite(.serialized, .enabled(if: Laboratory.has("memory", "pids", "cpu"))) struct UpdateTests {
  private func writes(_ change: (inout Resources) -> Void) throws -> Writes {
    var resources = Resources()
    change(&resources)
    return try Writes(resources)
  }

  @Test func whatFailsLeavesTheOldLimits() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    try group.update(
      try writes {
        $0.pids = PIDs(limit: 17)
        $0.memory = MemoryResources(limit: 64 << 20)
        $0.cpu = CPUResources(shares: 512, quota: 50_000, period: 200_000)
      })
    let files = ["pids.max", "memory.max", "cpu.weight", "cpu.max"]
    let before = try files.map { try lab.read("a/\($0)") }
    #expect(before == ["17", "67108864", "59", "50000 200000"])
    let text = message {
      try group.update(
        try writes {
          $0.pids = PIDs(limit: 5)
          $0.memory = MemoryResources(limit: 32 << 20)
          $0.cpu = CPUResources(shares: 2048, quota: -1, period: 100_000)
          $0.unified = ["hello.world": "1"]
        })
    }
    #expect(text.contains("hello.world") && !text.contains("cannot be written again"), "\(text)")
    #expect(try files.map { try lab.read("a/\($0)") } == before)
  }

  @Test func aControllerThatWasNotNeededBeforeIsHandedDown() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("pod/a"), in: lab.hierarchy)
    lab.write("-pids", "pod/cgroup.subtree_control")
    #expect(!lab.exists("pod/a/pids.max"))
    try group.update(try writes { $0.pids = PIDs(limit: 9) })
    #expect(try lab.read("pod/a/pids.max") == "9")
  }
}
