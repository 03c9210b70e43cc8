import Kernel
import OCISpec

/// process.capabilities — config.md "Linux Process", capabilities(7)
struct CapabilityPlan {
  var bounding = CapabilitySet()
  var effective = CapabilitySet()
  var inheritable = CapabilitySet()
  var permitted = CapabilitySet()
  var ambient = CapabilitySet()

  /// Names the kernel or libcap does not have, and what the runtime has not got itself, are warned of and left out
  /// ("MUST be logged as a warning", "SHOULD NOT fail").
  static func plan(_ sets: CapabilitySets?, inUserNamespace: Bool, _ warn: (String) -> Void) -> CapabilityPlan {
    guard let sets else { return CapabilityPlan() }
    var (asked, grantable) = (CapabilitySet(), CapabilitySet())
    func isGrantable(_ number: CInt) -> Bool {
      if inUserNamespace { return true }  // who makes or joins one has every capability there
      if !asked.contains(number), Kernel.Capabilities.isBounding(number) { grantable.insert(number) }
      asked.insert(number)
      return grantable.contains(number)
    }
    var unknown: Set<String> = []
    var ungranted: Set<String> = []
    func set(_ names: [String]) -> CapabilitySet {
      var result = CapabilitySet()
      for name in names {
        if let number = Kernel.Capabilities.number(of: name), number < Kernel.Capabilities.count {
          if isGrantable(number) { result.insert(number) } else { ungranted.insert(name) }
        } else {
          unknown.insert(name)
        }
      }
      return result
    }
    var plan = CapabilityPlan(
      bounding: set(sets.bounding), effective: set(sets.effective), inheritable: set(sets.inheritable),
      permitted: set(sets.permitted),
      ambient: set(sets.ambient))
    // The kernel has no ambient capability that is not permitted and inheritable.
    plan.ambient = plan.ambient.intersection(plan.permitted).intersection(plan.inheritable)
    if !unknown.isEmpty { warn("ignoring unknown capabilities: \(unknown.sorted().joined(separator: ", "))") }
    if !ungranted.isEmpty {
      warn("capabilities that cannot be granted, because this process lacks them: \(ungranted.sorted().joined(separator: ", "))")
    }
    return plan
  }
}
