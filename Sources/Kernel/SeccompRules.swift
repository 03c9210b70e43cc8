import CLibc
import CLinux
import CSeccomp

// What a filter's rules are made of.
extension SeccompFilter {
  /// SECCOMP_RET_*: what becomes of a system call. The upper half is the action, the lower its value.
  package struct Action: Hashable, Sendable {
    package let rawValue: UInt32

    package static let killProcess = Action(rawValue: 0x8000_0000)
    package static let killThread = Action(rawValue: 0)
    package static let trap = Action(rawValue: 0x0003_0000)
    /// A supervisor at the other end of the listener decides (kernel 5.0).
    package static let notify = Action(rawValue: 0x7fc0_0000)
    package static let log = Action(rawValue: 0x7ffc_0000)
    package static let allow = Action(rawValue: 0x7fff_0000)
    /// The call is not made and fails with this errno, at most ``highestErrno``.
    package static func errno(_ number: UInt16) -> Action { Action(rawValue: 0x0005_0000 | UInt32(number)) }
    /// A tracer decides, and gets this value; without a tracer the call fails with ENOSYS.
    package static func trace(_ message: UInt16) -> Action { Action(rawValue: 0x7ff0_0000 | UInt32(message)) }

    /// MAX_ERRNO: the kernel lowers what is higher to this.
    package static let highestErrno: UInt16 = 4095

    /// The call is made without asking anybody.
    package var allows: Bool { self == .allow || self == .log }
    package var isErrno: Bool { rawValue & 0xffff_0000 == 0x0005_0000 }

    /// Whether the running kernel has this action (SECCOMP_GET_ACTION_AVAIL).
    package var isSupported: Bool {
      var action = rawValue & 0xffff_0000
      return unsafe apus_seccomp(2, 0, &action) == 0
    }
  }

  /// A processor architecture and calling convention, as libseccomp numbers it.
  package struct Architecture: Hashable, Sendable {
    package let token: UInt32

    package static var native: Architecture { Architecture(token: seccomp_arch_native()) }

    private init(token: UInt32) { self.token = token }

    /// - Parameter name: such as `SCMP_ARCH_X86_64`. nil when this libseccomp can't write a filter for it.
    package init?(name: String) {
      // libseccomp's own names are the same in lower case, without the prefix.
      guard name.hasPrefix("SCMP_ARCH_") else { return nil }
      let token = unsafe seccomp_arch_resolve_name(name.dropFirst("SCMP_ARCH_".count).lowercased())
      guard token != 0 else { return nil }
      self.token = token
    }

    /// The number of a system call here; nil when it does not exist here or libseccomp does not know it.
    package func number(ofCall name: String) -> UInt32? {
      let number = unsafe seccomp_syscall_resolve_name_arch(token, name)
      return number < 0 ? nil : UInt32(number)
    }

    private static let x86_64: UInt32 = 0xc000_003e
    private static let x32: UInt32 = 0x4000_003e
    private static let s390: UInt32 = 0x16
    private static let s390x: UInt32 = 0x8000_0016

    /// AUDIT_ARCH_*, which `seccomp_data.arch` holds. Only x32 has none of its own: bit 30 of the number tells it.
    var audit: UInt32 { isX32 ? Self.x86_64 : token }
    var isX32: Bool { token == Self.x32 }

    /// The numbers of calls that came after the call `last`.
    func numbers(after last: UInt32) -> [Range<UInt32>] {
      switch token {
      // With bit 30 it is a call of x32: another architecture, which the filter itself has an answer to.
      case Self.x86_64: last < 0x3fff_ffff ? [last + 1..<0x4000_0000] : []
      // Number 0, setup(2), is what a call beyond the kernel's table looks like; nothing makes that call itself.
      case Self.s390, Self.s390x: [0..<1, last + 1..<0x8000_0000]
      // No number has bit 31; -1 is a tracer's word for no call at all.
      default: last < 0x7fff_ffff ? [last + 1..<0x8000_0000] : []
      }
    }
  }

  /// A comparison with one argument of a system call, 64 bits unsigned.
  package struct Comparison: Hashable, Sendable {
    package enum Operator: Sendable {
      case notEqual, less, lessOrEqual, equal, greaterOrEqual, greater
      /// The argument under the mask `value` equals `secondValue`.
      case maskedEqual
    }

    /// 0 to 5.
    package let index: UInt32
    package let op: Operator
    package let value: UInt64
    package let secondValue: UInt64

    package init(index: UInt32, op: Operator, value: UInt64, secondValue: UInt64 = 0) {
      self.index = index
      self.op = op
      self.value = value
      self.secondValue = secondValue
    }

    var argument: scmp_arg_cmp {
      let compare =
        switch op {
        case .notEqual: SCMP_CMP_NE
        case .less: SCMP_CMP_LT
        case .lessOrEqual: SCMP_CMP_LE
        case .equal: SCMP_CMP_EQ
        case .greaterOrEqual: SCMP_CMP_GE
        case .greater: SCMP_CMP_GT
        case .maskedEqual: SCMP_CMP_MASKED_EQ
        }
      return scmp_arg_cmp(arg: index, op: compare, datum_a: value, datum_b: secondValue)
    }
  }

  /// A system call known to libseccomp, on this architecture or another.
  package struct Call: Hashable, Sendable {
    /// Negative when the native architecture does not have the call.
    let number: CInt

    /// nil when libseccomp does not know the name on any architecture.
    package init?(name: String) {
      number = unsafe seccomp_syscall_resolve_name(name)
      if number == -1 { return nil }  // __NR_SCMP_ERROR
    }
  }
}
