import ControlGroups
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
  static func create(
    _ plan: Plan, _ warn: (String) -> Void, announce: (ControlGroup.Record) throws(Failure) -> Void
  ) throws(Failure) -> ControlGroup {
    let hierarchy = try Hierarchy.find()
    let linux = plan.spec.linux
    let path = try ControlGroup.path(for: linux.cgroupsPath, id: plan.id, in: hierarchy)
    try announce(ControlGroup.intent(path, in: hierarchy))
    let cgroup = try ControlGroup.create(path, in: hierarchy, needs: plan.controlGroup.writes.needs)
    do throws(Failure) {
      for warning in plan.controlGroup.writes.warnings { warn(warning) }
      try cgroup.apply(plan.controlGroup.writes)
      try cgroup.apply(plan.controlGroup.devices, announce: announce, warn: warn)
      if delegates(plan), let owner = IDMappings.host(plan.process?.process.user.uid ?? 0, in: linux.uidMappings) {
        try cgroup.delegate(to: owner)
      }
      return cgroup
    } catch {
      discard(cgroup, plan.namespaces)
      throw error
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

  /// Undoes `create` when the container comes to nothing; what cannot be undone then is found by `delete --force`.
  static func discard(_ cgroup: ControlGroup, _ namespaces: NamespacePlan) {
    _ = Result { () throws(Failure) in
      // With a pid namespace of its own all has ended with init: what is in a cgroup that stays is another's.
      if cgroup.record.isOwned || !namespaces.new.contains(.pid), try !cgroup.isEmpty { try cgroup.killAll() }
      try cgroup.remove()
    }
  }
}
