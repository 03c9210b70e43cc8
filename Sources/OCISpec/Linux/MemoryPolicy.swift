import JSON

/// config-linux.md "Memory Policy": the arguments of set_mempolicy(2).
package struct MemoryPolicy: Equatable, Sendable {
  package var mode: MemoryPolicyMode
  /// A list of NUMA nodes, `0-3,7`.
  package var nodes: String
  package var flags: [MemoryPolicyFlag]

  package init(mode: MemoryPolicyMode, nodes: String = "", flags: [MemoryPolicyFlag] = []) {
    self.mode = mode
    self.nodes = nodes
    self.flags = flags
  }

  init(_ reader: Reader) {
    mode = reader.choice("mode", .required) ?? .default
    nodes = reader.string("nodes") ?? ""
    flags = reader.choices("flags")
  }
}

package enum MemoryPolicyMode: String, CaseIterable, Sendable {
  case `default` = "MPOL_DEFAULT"
  case bind = "MPOL_BIND"
  case interleave = "MPOL_INTERLEAVE"
  case weightedInterleave = "MPOL_WEIGHTED_INTERLEAVE"
  case preferred = "MPOL_PREFERRED"
  case preferredMany = "MPOL_PREFERRED_MANY"
  case local = "MPOL_LOCAL"
}

package enum MemoryPolicyFlag: String, CaseIterable, Sendable {
  case numaBalancing = "MPOL_F_NUMA_BALANCING"
  case relativeNodes = "MPOL_F_RELATIVE_NODES"
  case staticNodes = "MPOL_F_STATIC_NODES"
}
