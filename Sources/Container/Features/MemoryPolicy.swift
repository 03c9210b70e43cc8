import Kernel
import OCISpec

/// linux.memoryPolicy — config-linux.md "Memory Policy", set_mempolicy(2)
enum MemoryPolicies {
  private static func number(_ mode: MemoryPolicyMode) -> CInt {
    switch mode {
    case .default: 0
    case .preferred: 1
    case .bind: 2
    case .interleave: 3
    case .local: 4
    case .preferredMany: 5
    case .weightedInterleave: 6
    }
  }

  private static func bit(_ flag: MemoryPolicyFlag) -> CInt {
    switch flag {
    case .staticNodes: 1 << 15
    case .relativeNodes: 1 << 14
    case .numaBalancing: 1 << 13
    }
  }

  static func apply(_ policy: MemoryPolicy?) throws(Failure) {
    guard let policy else { return }
    let mode = policy.flags.reduce(number(policy.mode)) { $0 | bit($1) }
    guard let list = NumberList(policy.nodes) else {
      throw Failure("linux.memoryPolicy.nodes: \(policy.nodes) is no list such as 0-3,7")
    }
    let nodes = list.ranges.flatMap { Array($0) }
    try during("setting the memory policy \(policy.mode.rawValue)", try setMemoryPolicy(mode: mode, nodes: nodes))
  }
}
