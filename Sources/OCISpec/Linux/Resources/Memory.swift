import JSON

/// config-linux.md "Memory". Bytes; -1 is unlimited, and 0 counts as unset, as every engine means it.
package struct MemoryResources: Equatable, Sendable {
  package var limit: Int64?
  package var reservation: Int64?
  /// Memory and swap together.
  package var swap: Int64?
  package var kernel: Int64?
  package var kernelTCP: Int64?
  /// 0 to 100; cgroup v1 only, as the next two.
  package var swappiness: UInt64?
  package var disableOOMKiller: Bool?
  package var useHierarchy: Bool?
  /// Refuse a new limit below the current usage.
  package var checkBeforeUpdate: Bool?

  package init(limit: Int64? = nil, reservation: Int64? = nil, swap: Int64? = nil) {
    self.limit = limit
    self.reservation = reservation
    self.swap = swap
  }

  init(_ reader: Reader) {
    limit = reader.integer("limit")
    reservation = reader.integer("reservation")
    swap = reader.integer("swap")
    kernel = reader.integer("kernel")
    kernelTCP = reader.integer("kernelTCP")
    swappiness = reader.integer("swappiness")
    disableOOMKiller = reader.flag("disableOOMKiller")
    useHierarchy = reader.flag("useHierarchy")
    checkBeforeUpdate = reader.flag("checkBeforeUpdate")
  }
}
