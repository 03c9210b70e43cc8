import Kernel
import OCISpec

/// process.user, process.capabilities, process.noNewPrivileges — the change from root of the container to its user.
enum Credentials {
  /// The order is the kernel's: the bounding set needs CAP_SETPCAP, groups need CAP_SETGID, both gone with the user id;
  /// KEEPCAPS carries the permitted set over that change; the ambient set needs the other two in place.
  ///
  /// - Parameters:
  ///   - loadsFilter: keeps CAP_SYS_ADMIN as well, for a seccomp filter that is loaded last: see ``SeccompStep``.
  ///   - isOpenToItsUser: see ``Plan/isOpenToItsUser``.
  static func apply(_ plan: ProcessPlan, loadsFilter: Bool, isOpenToItsUser: Bool) throws(Failure) {
    let user = plan.process.user
    try during("limiting the bounding set", try Kernel.Capabilities.limitBounding(to: plan.capabilities.bounding))
    try during("keeping capabilities", try ProcessControl.setKeepCapabilities(true))
    if !plan.keepsGroups { try setGroups(user.additionalGids) }
    try during("becoming gid \(user.gid)", try setGroupID(user.gid))
    try during("becoming uid \(user.uid)", try setUserID(user.uid))
    // setresuid(2) made us non-dumpable or not as it liked.
    try ProcessControl.setDumpable(isOpenToItsUser)
    try during("dropping capabilities", try ProcessControl.setKeepCapabilities(false))
    try setCapabilities(plan.capabilities, and: loadsFilter ? [Kernel.Capabilities.systemAdministration] : [])
    try during("setting ambient capabilities", try Kernel.Capabilities.setAmbient(plan.capabilities.ambient))
  }

  static func setCapabilities(_ plan: CapabilityPlan, and more: [CInt] = []) throws(Failure) {
    var (effective, permitted) = (plan.effective, plan.permitted)
    for capability in more {
      effective.insert(capability)
      permitted.insert(capability)
    }
    try during(
      "setting capabilities",
      try Kernel.Capabilities.set(effective: effective, permitted: permitted, inheritable: plan.inheritable))
  }

  /// Podman's `--group-add keep-groups`: the container keeps the caller's supplementary groups, as it does with crun, whatever
  /// the annotation's value is.
  static func keepsGroups(_ spec: Spec) -> Bool { spec.annotations[Annotations.keepOriginalGroups] != nil }

  /// Exactly these, so none of the caller's: a group that an ACL denies must not be lost or gained (CVE-2022-36109).
  private static func setGroups(_ groups: [UInt32]) throws(Failure) {
    do { try setSupplementaryGroups(groups) } catch {
      let failure = error.adding(context: "setting the supplementary groups")
      // In a user namespace whose maps an ordinary user wrote, setgroups(2) is off; without any to set nothing is lost.
      if error.errno == .notPermitted, groups.isEmpty { return }
      throw error.errno == .notPermitted
        ? failure.adding(hint: "the user namespace denies setgroups, or a group is not mapped") : failure
    }
  }
}
