import DBus
import Kernel

/// What a unit is made with, beside what every container's has.
package struct UnitRequest {
  package var unit: SystemdUnit
  package var ofUser: Bool
  package var writes: Writes
  package var devices: UnitDevices
  /// `org.systemd.property.*`
  package var annotations: [UnitProperty]
  /// A cgroup below that of the scope, for the container to be in; empty: none.
  package var subgroup: String

  package init(
    unit: SystemdUnit, ofUser: Bool, writes: Writes, devices: UnitDevices, annotations: [UnitProperty], subgroup: String = ""
  ) {
    self.unit = unit
    self.ofUser = ofUser
    self.writes = writes
    self.devices = devices
    self.annotations = annotations
    // What is below a slice is systemd's affair.
    self.subgroup = unit.isSlice ? "" : subgroup
  }
}

extension ControlGroup {
  /// Has systemd make the cgroup, as a unit with the container's limits.
  ///
  /// - Parameter announce: is told what will be made before it is.
  package static func create(
    _ request: UnitRequest, in hierarchy: Hierarchy, announce: (Record) throws(Failure) -> Void
  ) throws(Failure) -> ControlGroup {
    let manager = try SystemdManager.connect(ofUser: request.ofUser)
    let unitPath = try manager.controlGroup() + request.unit.path()
    let path = request.subgroup.isEmpty ? unitPath : "\(unitPath)/\(request.subgroup)"
    let reference = Record.Unit(name: request.unit.name, isOfUser: request.ofUser)
    // The slices above come and go with systemd.
    var intent = ControlGroup.intent(path, in: hierarchy).only(from: unitPath)
    intent.unit = reference
    try announce(intent)

    let limits = request.writes.unitProperties(version: try manager.version(), makesScope: !request.unit.isSlice)
    let placeholder = request.unit.isSlice ? nil : try Placeholder()
    let isNew = try manager.start(request.unit, request.properties(limits, placeholder))
    do throws(Failure) {
      if !isNew { try manager.setProperties(limits, of: request.unit.name) }
      var directory = try hierarchy.root.child(String(unitPath.dropFirst()))
      if !request.subgroup.isEmpty {
        directory = try directory.subgroup(request.subgroup, for: placeholder, request.writes.needs)
      }
      let inode = try during("opening cgroup \(directory.path)", try directory.shared.descriptor.status()).inode
      var record = Record(path: path, inode: inode, created: isNew ? [unitPath] + (path == unitPath ? [] : [path]) : [])
      record.unit = reference
      let group = ControlGroup(hierarchy: hierarchy, record: record, directory: directory)
      group.placeholder = placeholder
      if !isNew { try group.checkUnused() }
      let here = try directory.words(of: "cgroup.controllers")
      // systemd knows cpu, cpuset, io, memory and pids only.
      if !request.writes.needs.sorted.allSatisfy({ here.contains($0.0) }) { try group.handDown(request.writes.needs) }
      return group
    } catch {
      placeholder?.end()
      // The failure above is the one to report.
      if isNew { _ = Result { () throws(Failure) in try manager.stop(request.unit.name) } }
      throw error
    }
  }

  /// The container's own process is there.
  package func endPlaceholder() {
    placeholder?.end()
    placeholder = nil
  }
}

extension ControlDirectory {
  /// A cgroup below the scope's, with all of its controllers. The kernel gives a cgroup none as long as a process is in that
  /// above it, so systemd's placeholder comes along.
  fileprivate func subgroup(_ name: String, for placeholder: Placeholder?, _ needs: Needs) throws(Failure) -> ControlDirectory {
    _ = try make(name)
    let below = try child(name)
    if let placeholder { try below.write("\(placeholder.pid)", to: "cgroup.procs") }
    try handDown(to: below, needs)
    return below
  }
}

extension ControlGroup.Record {
  /// From the unit's cgroup to the container's: empty, or a path that begins with a slash.
  var belowUnit: String {
    guard let unit, let place = path.split(separator: "/").firstIndex(of: unit.name[...]) else { return "" }
    return path.split(separator: "/")[(place + 1)...].map { "/\($0)" }.joined()
  }

  /// Only this level and what is below are the container's to remove, if they are at all.
  fileprivate func only(from level: String) -> ControlGroup.Record {
    ControlGroup.Record(path: path, inode: inode, created: created.filter { $0.utf8.count >= level.utf8.count })
  }
}

extension UnitRequest {
  fileprivate func properties(_ limits: [UnitProperty], _ placeholder: Placeholder?) -> [UnitProperty] {
    var list = [
      UnitProperty("Description", .string("apus container \(unit.containerName)")),
      unit.isSlice ? UnitProperty("Wants", .strings([unit.slice])) : UnitProperty("Slice", .string(unit.slice)),
    ]
    if !unit.isSlice { list.append(UnitProperty("Delegate", .boolean(true))) }
    if let placeholder {
      list.append(UnitProperty("PIDs", .array(.uint32, [.uint32(UInt32(bitPattern: placeholder.pid))])))
    }
    for name in ["MemoryAccounting", "CPUAccounting", "IOAccounting", "TasksAccounting"] {
      list.append(UnitProperty(name, .boolean(true)))
    }
    list.append(UnitProperty("DefaultDependencies", .boolean(false)))
    // A user's manager may load no device program.
    return list + limits + (ofUser ? [] : devices.properties) + annotations
  }
}
