import CCapability
import CLibc
import CLinux

/// A set of capabilities(7), a bit each.
package struct CapabilitySet: Sendable, Equatable {
  package var bits: UInt64 = 0
  package init() {}
  package func contains(_ number: CInt) -> Bool { bits & 1 << UInt64(number) != 0 }
  package mutating func insert(_ number: CInt) { bits |= 1 << UInt64(number) }
  package func intersection(_ other: CapabilitySet) -> CapabilitySet {
    var result = self
    result.bits &= other.bits
    return result
  }
}

package enum Capabilities {
  package static let setGroupIDs: CInt = 6  // CAP_SETGID
  package static let setUserIDs: CInt = 7  // CAP_SETUID
  package static let systemAdministration: CInt = 21  // CAP_SYS_ADMIN

  /// Whether this process has CAP_SYS_ADMIN in its user namespace. A set that cannot be read has nothing in it.
  package static var mayAdministrate: Bool { (try? effective())?.contains(systemAdministration) ?? false }

  /// The number of a name such as `CAP_SYS_ADMIN`; nil when libcap does not know it.
  package static func number(of name: String) -> CInt? {
    var value: cap_value_t = 0
    guard name.hasPrefix("CAP_"), unsafe cap_from_name(name, &value) == 0 else { return nil }
    return value
  }

  /// All names libcap knows, in upper case and in the order of their numbers.
  package static var names: [String] {
    (0..<CInt(CAP_LAST_CAP + 1)).compactMap { number in
      guard let name = unsafe cap_to_name(number) else { return nil }
      defer { unsafe cap_free(name) }
      return unsafe String(cString: name).uppercased()
    }
  }

  /// One more than the highest capability of the running kernel.
  package static var count: CInt { cap_max_bits() }

  /// Whether this process may have it at all: whether its bounding set does.
  package static func isBounding(_ number: CInt) -> Bool { cap_get_bound(number) == 1 }

  /// What this process has in effect now.
  package static func effective() throws(Failure) -> CapabilitySet { try own(CAP_EFFECTIVE) }
  /// What it may put into effect.
  static func permitted() throws(Failure) -> CapabilitySet { try own(CAP_PERMITTED) }

  private static func own(_ flag: cap_flag_t) throws(Failure) -> CapabilitySet {
    guard let state = unsafe cap_get_proc() else { throw Failure("capget", errno: .current) }
    defer { unsafe cap_free(UnsafeMutableRawPointer(state)) }
    var result = CapabilitySet()
    for number in 0..<count {
      var value = CAP_CLEAR
      if unsafe cap_get_flag(state, number, flag, &value) == 0, value == CAP_SET { result.insert(number) }
    }
    return result
  }

  /// Takes everything that is not in `keep` out of the bounding set. Needs CAP_SETPCAP, so it comes before `set`.
  package static func limitBounding(to keep: CapabilitySet) throws(Failure) {
    for number in 0..<count where !keep.contains(number) && cap_drop_bound(number) != 0 {
      let reason = Errno.current
      // Without CAP_SETPCAP not even one that is not in it can be dropped; then nothing is left to do either.
      if isBounding(number) { throw Failure("prctl(PR_CAPBSET_DROP)", errno: reason) }
    }
  }

  /// capset(2): effective, permitted and inheritable in one call.
  package static func set(
    effective: CapabilitySet, permitted: CapabilitySet, inheritable: CapabilitySet
  ) throws(Failure) {
    guard let state = unsafe cap_init() else { throw Failure("cap_init", errno: .noMemory) }
    defer { unsafe cap_free(UnsafeMutableRawPointer(state)) }
    for (flag, set) in [(CAP_EFFECTIVE, effective), (CAP_PERMITTED, permitted), (CAP_INHERITABLE, inheritable)] {
      let numbers = (0..<count).filter { set.contains($0) }
      if !numbers.isEmpty { unsafe cap_set_flag(state, flag, CInt(numbers.count), numbers, CAP_SET) }
    }
    if unsafe cap_set_proc(state) != 0 { throw Failure("capset", errno: .current) }
  }

  /// Replaces the ambient set. Each must be permitted and inheritable already (kernel 4.3).
  package static func setAmbient(_ set: CapabilitySet) throws(Failure) {
    // Not cap_reset_ambient(3), which asks the kernel for each of them first.
    try call("prctl(PR_CAP_AMBIENT_CLEAR_ALL)") { apus_prctl(47, 4, 0, 0, 0) }
    for number in 0..<count where set.contains(number) {
      if cap_set_ambient(number, CAP_SET) != 0 { throw Failure("prctl(PR_CAP_AMBIENT_RAISE)", errno: .current) }
    }
  }
}
