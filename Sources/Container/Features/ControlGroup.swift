import ControlGroups
import JSON
import Kernel
import OCISpec

/// linux.cgroupsPath, linux.resources — config-linux.md "Control groups"
struct ControlGroupPlan {
  let writes: Writes
  let devices: DeviceProgram

  /// What linux.resources mean, found out before anything is touched.
  static func plan(_ linux: Linux) throws(Failure) -> ControlGroupPlan {
    let resources = linux.resources ?? Resources()
    return ControlGroupPlan(
      writes: try Writes(resources), devices: try DeviceProgram(resources.devices + DeviceRule.defaults))
  }

  /// Makes the cgroup with all its limits, before there is a process in it.
  ///
  /// - Parameter announce: is told what will be made, and what attached to a cgroup that stays, before it is.
  /// - Returns: nil when cgroups are disabled, and for a container that asks for nothing of a cgroup, where none can be made and
  ///   `--rootless` lets that be.
  static func create(
    _ plan: Plan, _ runtime: Runtime, announce: (ControlGroup.Record) throws(Failure) -> Void
  ) throws(Failure) -> ControlGroup? {
    if runtime.driver == .disabled {
      try doWithout(plan, runtime.warn)
      return nil
    }
    do { return try make(plan, runtime, announce: announce) } catch {
      guard runtime.isRootless else { throw error }
      if let what = plan.asksOfControlGroup {
        let failure = error.adding(context: "\(what) needs a cgroup")
        throw failure.hint == nil ? failure.adding(hint: delegation) : failure
      }
      runtime.debug?("the container gets no cgroup of its own: \(error.message)")
      if plan.spec.linux.resources?.devices.isEmpty == false {
        runtime.warn("the device rules of the container are not in force: it has no cgroup")
      }
      if !plan.namespaces.new.contains(.pid) {
        runtime.warn("without a cgroup and a pid namespace of its own the end of the container does not end all its processes")
      }
      return nil
    }
  }

  /// How whoever is not the host's root comes to a cgroup.
  static let delegation =
    "a cgroup that is given (delegated) to this user takes it, such as that of `systemd-run --user --scope -p Delegate=yes`"

  private static func make(
    _ plan: Plan, _ runtime: Runtime, announce: (ControlGroup.Record) throws(Failure) -> Void
  ) throws(Failure) -> ControlGroup {
    let hierarchy = try Hierarchy.find()
    let track = plan.trace?.host
    track?.begin("making it")
    let (cgroup, writes) =
      if case .systemd(let ofUser) = runtime.driver {
        try makeUnit(plan, in: hierarchy, ofUser: ofUser, announce: announce)
      } else {
        try makeDirectory(plan, in: hierarchy, runtime.warn, announce: announce)
      }
    do throws(Failure) {
      for warning in writes.warnings { runtime.warn(warning) }
      track?.next("limits")
      try cgroup.apply(writes)
      if !loadsDevicesLate(plan, cgroup) {
        track?.next("device program")
        try applyDevices(of: plan, to: cgroup, runtime, announce: announce)
      }
      if delegates(plan), let owner = IDMappings.host(plan.process?.process.user.uid ?? 0, in: plan.spec.linux.uidMappings) {
        try delegate(cgroup, to: owner, runtime)
      }
      track?.end()
      return cgroup
    } catch {
      track?.fail(error)
      discard(cgroup, plan.namespaces)
      throw error
    }
  }

  /// Whether the device program comes while init makes mounts, which does not need it: the kernel takes longer to verify it
  /// than for all else of a cgroup. Not before hooks have run in there, and not where what is attached has to be written down first.
  private static func loadsDevicesLate(_ plan: Plan, _ cgroup: ControlGroup) -> Bool {
    cgroup.record.isOwned && plan.spec.hooks.createContainer.isEmpty
  }

  /// The host's part while init works.
  static func finish(_ cgroup: ControlGroup, of plan: Plan, _ runtime: Runtime) throws(Failure) {
    guard loadsDevicesLate(plan, cgroup) else { return }
    plan.trace?.host.next("device program")
    try applyDevices(of: plan, to: cgroup, runtime) { _ throws(Failure) in }
  }

  private static func applyDevices(
    of plan: Plan, to cgroup: ControlGroup, _ runtime: Runtime, announce: (ControlGroup.Record) throws(Failure) -> Void
  ) throws(Failure) {
    // Those that every container has are no news to whoever can make no device anyway.
    let rules = plan.spec.linux.resources?.devices ?? []
    try cgroup.apply(plan.controlGroup.devices, announce: announce) { if !rules.isEmpty { runtime.warn($0) } }
  }

  private static func makeDirectory(
    _ plan: Plan, in hierarchy: Hierarchy, _ warn: (String) -> Void, announce: (ControlGroup.Record) throws(Failure) -> Void
  ) throws(Failure) -> (ControlGroup, Writes) {
    if let name = plan.spec.annotations[Annotations.systemdSubgroup], !name.isEmpty {
      warn("the annotation \(Annotations.systemdSubgroup) has no effect: the cgroup is not made through systemd")
    }
    let path = try ControlGroup.path(for: plan.spec.linux.cgroupsPath, id: plan.id, in: hierarchy)
    try announce(ControlGroup.intent(path, in: hierarchy))
    let writes = plan.controlGroup.writes
    return (try ControlGroup.create(path, in: hierarchy, needs: writes.needs), writes)
  }

  private static func makeUnit(
    _ plan: Plan, in hierarchy: Hierarchy, ofUser: Bool, announce: (ControlGroup.Record) throws(Failure) -> Void
  ) throws(Failure) -> (ControlGroup, Writes) {
    let spec = plan.spec
    let writes = plan.controlGroup.writes.settled(bandwidth: .none)
    let request = UnitRequest(
      unit: try SystemdUnit(cgroupsPath: spec.linux.cgroupsPath, id: plan.id, ofUser: ofUser), ofUser: ofUser, writes: writes,
      devices: UnitDevices((spec.linux.resources?.devices ?? []) + DeviceRule.defaults),
      annotations: try UnitProperty.list(annotations: spec.annotations),
      subgroup: spec.annotations[Annotations.systemdSubgroup] ?? "")
    return (try ControlGroup.create(request, in: hierarchy, announce: announce), writes)
  }

  private static let systemdRule = "de facto: systemd cgroup driver"

  /// What `create` would say of the unit.
  static func problemsForSystemd(_ spec: Spec, id: String, ofUser: Bool) -> [Problem] {
    var problems: [Problem] = []
    do { _ = try SystemdUnit(cgroupsPath: spec.linux.cgroupsPath, id: id, ofUser: ofUser) } catch {
      problems.append(Problem("linux.cgroupsPath", error.message, "write it as slice:prefix:name", rule: systemdRule))
    }
    do { _ = try UnitProperty.list(annotations: spec.annotations) } catch {
      problems.append(Problem("annotations", error.message, "write it as GVariant text", rule: systemdRule))
    }
    return problems
  }

  /// `--cgroup-manager disabled`: a limit that is not enforced would be a lie. Device rules are in nearly every config.json,
  /// which then could not be run at all.
  private static func doWithout(_ plan: Plan, _ warn: (String) -> Void) throws(Failure) {
    if let write = plan.controlGroup.writes.list.first {
      throw Failure("\(write.setting) needs a cgroup", hint: "cgroups are disabled by --cgroup-manager")
    }
    if !plan.controlGroup.devices.allowsEverything {
      warn("the device rules of the container are not in force: cgroups are disabled by --cgroup-manager")
    }
  }

  /// The container's user gets the cgroup exactly when it can reach it: a new cgroup namespace and a writable mount of it
  /// (config-linux.md "Cgroup ownership").
  private static func delegates(_ plan: Plan) -> Bool {
    plan.namespaces.newCgroup
      && plan.mounts.contains { mount in
        mount.destination == "/sys/fs/cgroup" && mount.mount.source == "cgroup" && !mount.options.set.contains(.readonly)
      }
  }

  private static func delegate(_ cgroup: ControlGroup, to owner: UInt32, _ runtime: Runtime) throws(Failure) {
    do { try cgroup.delegate(to: owner) } catch  where error.errno == .notPermitted && runtime.isRootless {
      // "SHOULD": an ordinary user can give nothing away.
      runtime.warn("the container cannot make cgroups of its own: \(error.message)")
    }
  }

  /// Undoes `create` when the container comes to nothing; what cannot be undone then is found by `delete --force`.
  static func discard(_ cgroup: ControlGroup, _ namespaces: NamespacePlan) {
    cgroup.endPlaceholder()
    _ = Result { () throws(Failure) in
      // With a pid namespace of its own all has ended with init: what is in a cgroup that stays is another's.
      if cgroup.record.isOwned || !namespaces.new.contains(.pid), try !cgroup.isEmpty { try cgroup.killAll() }
      try cgroup.remove()
    }
  }
}

extension Plan {
  /// What of config.json a container without a cgroup could not have; nil when there is nothing.
  fileprivate var asksOfControlGroup: String? {
    if !spec.linux.cgroupsPath.isEmpty { return "linux.cgroupsPath" }
    return controlGroup.writes.list.isEmpty ? nil : "linux.resources"
  }
}
