import Kernel

extension ControlGroup {
  /// Removes the cgroup and what is below it, and the levels above that were made for it and that nobody else uses.
  ///
  /// The processes must have been killed. They vanish a little later than they are reaped, so a busy cgroup is tried
  /// again for `limit` milliseconds.
  package func remove(within limit: Int = 10_000) throws(Failure) {
    try ControlGroup.remove(record, in: hierarchy, within: limit)
  }

  /// ``remove(within:)`` for a container whose cgroup may be gone, in part or whole.
  package static func remove(_ record: Record, in hierarchy: Hierarchy, within limit: Int = 10_000) throws(Failure) {
    if record.deviceProgram != nil { try open(record, in: hierarchy)?.detachDeviceProgram() }
    if let unit = record.unit, record.isOwned {
      let manager = try SystemdManager.connect(ofUser: unit.isOfUser)
      // Where the cgroup is gone the unit may be another container's by now.
      if try open(record, in: hierarchy) == nil { try manager.resetFailed(unit.name) } else { try manager.stop(unit.name) }
    }
    for path in record.created.reversed() {
      let full = hierarchy.mountPoint + path
      if path == record.path {
        guard let group = try open(record, in: hierarchy) else { continue }
        let deadline = monotonicMilliseconds() + limit
        try during("removing cgroup \(full)", try group.removeTree(deadline))
        continue
      }
      do { try hierarchy.root.shared.descriptor.removeDirectory(String(path.dropFirst())) } catch {
        // In use by another container now, or removed by another already: in both cases no longer ours to remove.
        if error.errno != .resourceBusy && error.errno != .noSuchFileOrDirectory {
          throw error.adding(context: "removing cgroup \(full)")
        }
      }
    }
  }

  private func removeTree(_ deadline: Int) throws(Failure) {
    let relative = String(path.dropFirst())
    var pause = Pause()
    while true {
      do { return try hierarchy.root.shared.descriptor.removeDirectory(relative) } catch {
        if error.errno == .noSuchFileOrDirectory { return }
        if error.errno != .resourceBusy { throw error }
        if monotonicMilliseconds() > deadline { throw describeBusy(error) }
      }
      let descendants: Int?
      do { descendants = try directory.number(of: "nr_descendants", in: "cgroup.stat") } catch
        where error.errno == .operationNotSupportedByDevice
      {
        return  // removed by another meanwhile
      }
      if descendants == 0 { pause.take() } else { try removeDescendants(deadline, &pause) }
    }
  }

  /// Removes what the container made below its cgroup, deepest first.
  ///
  /// One descriptor is open at a time, however deep a container nested its cgroups: the way up is `..`, which is sound
  /// because the kernel lets nobody move a cgroup.
  private func removeDescendants(_ deadline: Int, _ pause: inout Pause) throws(Failure) {
    var current = directory
    var depth = 0
    while true {
      let busy = try current.removeChildren()
      if busy == nil && depth == 0 { return }
      if let busy, let child = try current.childIfThere(busy) {
        if monotonicMilliseconds() > deadline { throw describeBusy(Failure("rmdir \(busy)", errno: .resourceBusy)) }
        current = child
        depth += 1
        if try current.children().isEmpty { pause.take() } else { continue }
      }
      if depth > 0 {
        current = try current.parent()
        depth -= 1
      }
    }
  }

  private func describeBusy(_ failure: Failure) -> Failure {
    // Without the list the failure is still the one to report.
    let remaining = (try? processes()) ?? []
    if remaining.isEmpty { return failure }
    let list = remaining.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return failure.adding(hint: "\(remaining.count) process(es) still in it: \(list)")
  }
}

extension ControlDirectory {
  /// Removes the children that can be; the name of the first that cannot, because it has processes or children itself.
  fileprivate func removeChildren() throws(Failure) -> String? {
    for name in try children() {
      do { try shared.descriptor.removeDirectory(name) } catch {
        if error.errno == .noSuchFileOrDirectory { continue }
        if error.errno == .resourceBusy { return name }
        throw error.adding(context: "removing cgroup \(path)/\(name)")
      }
    }
    return nil
  }

  fileprivate func childIfThere(_ name: String) throws(Failure) -> ControlDirectory? {
    do { return try child(name) } catch let error where error.errno == .noSuchFileOrDirectory { return nil }
  }

  fileprivate func parent() throws(Failure) -> ControlDirectory {
    let above = String(path.prefix(upTo: path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.endIndex))
    let descriptor = try during(
      "opening cgroup \(above)",
      try shared.descriptor.open("..", [.readOnly, .directory], resolve: [.noSymlinks, .noCrossDevice]))
    return ControlDirectory(descriptor, path: above)
  }
}
