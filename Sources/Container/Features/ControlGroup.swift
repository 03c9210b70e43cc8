import ControlGroups
import Kernel
import OCISpec

/// linux.cgroupsPath, linux.resources — config-linux.md "Control groups"
enum ControlGroupPlan {
  /// Makes the cgroup with all its limits, before there is a process in it.
  static func create(_ plan: Plan, _ warn: (String) -> Void) throws(Failure) -> ControlGroup? {
    let hierarchy = try Hierarchy.find()
    let linux = plan.spec.linux
    let path = try ControlGroup.path(for: linux.cgroupsPath, id: plan.id, in: hierarchy)
    var resources = linux.resources ?? Resources()
    resources.devices += DeviceRule.defaults
    let cgroup = try ControlGroup.create(path, in: hierarchy, needs: Needs(resources))
    do {
      try cgroup.apply(resources, warn: warn)
      if delegates(plan), let owner = IDMappings.host(plan.process?.process.user.uid ?? 0, in: linux.uidMappings) {
        try cgroup.delegate(to: owner)
      }
      return cgroup
    } catch {
      discard(cgroup)
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
  static func discard(_ cgroup: ControlGroup) {
    _ = Result { () throws(Failure) in
      if try !cgroup.isEmpty { try cgroup.killAll() }
      try cgroup.remove()
    }
  }
}
