import ControlGroups
import JSON
import Kernel
import OCISpec

/// What later updates must know of earlier ones.
struct SavedLimits: Equatable {
  /// memory.swap of the last update that had one, in bytes; 0 when memory.swap.max was set by itself. nil: as config.json says.
  var memorySwap: Int64?
  var checkBeforeUpdate: Bool?
}

extension Runtime {
  /// Changes the limits of a container that has not stopped. Only what is given changes; device rules never do. After a
  /// failure the old limits hold.
  ///
  /// - Parameter shares: of linux.intelRdt, the two properties with a schema alone.
  package func update(_ id: String, _ change: Resources, shares: IntelRDT) throws(Failure) {
    let directory = try StateDirectory.open(root: root, id: id, lock: true)
    let saved = try SavedState.load(from: directory)
    let proc = try ProcFS()
    let status = try ContainerStatus.of(saved, proc)
    guard status != .stopped, status != .creating else { throw Failure("container not running") }
    try requireControlGroup(of: saved, to: "limit it")
    guard let cgroup = try controlGroup(of: saved) else { throw Failure("container not running") }
    let spec = try savedSpec(saved, in: directory)
    let original = spec.linux.resources ?? Resources()
    var wanted = change
    wanted.devices = []
    if change.memory != nil { try complete(&wanted, saved.limits, original, cgroup) }
    let problems = wanted.check()
    if !problems.isEmpty {
      throw Failure(ConfigurationError(document: "the new limits", problems: problems).description)
    }
    let writes = try Writes(wanted)
    for warning in writes.warnings { warn(warning) }
    let rewrite = try ResourceControl.Rewrite(shares, spec, id: id, proc)

    var new = saved
    new.limits = SavedLimits(saved.limits, changedBy: change)
    // Before the limits themselves: should it fail, nothing has changed.
    if new.limits != saved.limits { try new.save(in: directory) }
    do {
      try rewrite.run { () throws(Failure) in try cgroup.update(writes) }
    } catch {
      if new.limits != saved.limits {
        // The failure below is the one to report.
        do throws(Failure) { try saved.save(in: directory) } catch { warn(error.message) }
      }
      throw error
    }
  }

  /// The config counts memory and swap together, the kernel swap alone: whichever of the two is given, it takes the other
  /// one to tell what to write.
  private func complete(
    _ wanted: inout Resources, _ limits: SavedLimits?, _ original: Resources, _ cgroup: ControlGroup
  ) throws(Failure) {
    guard var memory = wanted.memory else { return }
    let (limit, swap) = (memory.limit ?? 0, memory.swap ?? 0)
    if swap > 0, limit == 0 { memory.limit = try cgroup.memoryLimit() }
    if limit > 0, swap == 0, wanted.unified["memory.swap.max"] == nil, let total = limits.total(original) {
      if total >= 0, total < limit {
        throw Failure(
          "memory.limit \(limit): memory+swap limit should be >= memory limit",
          hint: "memory and swap together are limited to \(total): give memory.swap too")
      }
      memory.swap = total
    }
    memory.checkBeforeUpdate = memory.checkBeforeUpdate ?? limits?.checkBeforeUpdate ?? original.memory?.checkBeforeUpdate
    wanted.memory = memory
  }
}

extension SavedLimits {
  init?(_ old: SavedLimits?, changedBy change: Resources) {
    self = old ?? SavedLimits()
    if let swap = change.memory?.swap, swap != 0 {
      memorySwap = swap
    } else if change.memory?.limit == -1 {
      memorySwap = -1
    }
    if change.unified["memory.swap.max"] != nil { memorySwap = 0 }
    if let check = change.memory?.checkBeforeUpdate { checkBeforeUpdate = check }
    if self == SavedLimits() { return nil }
  }
}

extension SavedLimits? {
  /// The limit of memory and swap together; nil when there is none to reckon with.
  fileprivate func total(_ original: Resources) -> Int64? {
    let total = self?.memorySwap ?? (original.unified["memory.swap.max"] == nil ? original.memory?.swap : nil)
    return total == 0 ? nil : total
  }
}
