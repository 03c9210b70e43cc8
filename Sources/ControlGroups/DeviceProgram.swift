import Kernel
import OCISpec

/// The device rules of a container as a BPF_PROG_TYPE_CGROUP_DEVICE program, which the kernel asks at every open(2) and
/// mknod(2) of a device node.
///
/// Of an access such as `rw` each letter is decided by the last rule that matches the device and has the letter; the
/// access is granted when every letter is. What no rule mentions is denied. (That a rule denying `w` must also stop an
/// open for `rw` is why letters are decided one by one.)
package struct DeviceProgram: Equatable, Sendable {
  /// As ``BPF/loadDeviceProgram(_:)`` takes them.
  package let instructions: [UInt64]
  /// No program is needed then.
  package let allowsEverything: Bool

  /// BPF_COMPLEXITY_LIMIT_JMP_SEQ, less what the last rule takes meanwhile. Beyond it the kernel says EFAULT, as if a
  /// pointer were wrong.
  private static let pendingLimit = 8192 - 4

  /// - Parameter rules: in their order, the last one winning; see ``OCISpec/DeviceRule/defaults``.
  package init(_ rules: [DeviceRule]) throws(Failure) {
    var code = [Instruction.loadWord(.access, at: 0), .shiftRight(.access, by: 16)]
    var seen = Set<DeviceCondition>(minimumCapacity: rules.count)
    var denies = false
    var isOpen = true
    var pending = 0
    for rule in rules.reversed() where isOpen {
      let condition = try DeviceCondition(rule)
      // Overridden whole by a later rule for just the same.
      if !seen.insert(condition).inserted { continue }
      condition.append(to: &code, allow: rule.allow)
      pending += condition.pendingBranches(allow: rule.allow)
      denies = denies || !rule.allow
      // Nothing gets past a rule for all letters of all devices, and the kernel refuses a program with dead code.
      isOpen = !condition.matchesEverything
    }
    if isOpen { code += Instruction.answer(0) }
    if pending > DeviceProgram.pendingLimit {
      throw Failure(
        "linux.resources.devices: \(rules.count) rules are more than the kernel's BPF verifier follows",
        hint: "it keeps at most 8192 branches in mind; rules for rwm and rules without numbers take the fewest")
    }
    allowsEverything = !isOpen && !denies
    instructions = code.map { $0.encoded }
  }
}

/// What a rule applies to, without its verdict.
private struct DeviceCondition: Hashable {
  var type: Int32?
  var major: Int32?
  var minor: Int32?
  var access: Int32

  init(_ rule: DeviceRule) throws(Failure) {
    type =
      switch rule.type {
      case .a: nil
      case .b: 1  // BPF_DEVCG_DEV_BLOCK
      case .c: 2  // BPF_DEVCG_DEV_CHAR
      }
    major = try DeviceCondition.number(rule.major, "major")
    minor = try DeviceCondition.number(rule.minor, "minor")
    access = 0
    if rule.access.isEmpty { access = 7 }
    for letter in rule.access.unicodeScalars {
      switch letter {
      case "m": access |= 1  // BPF_DEVCG_ACC_MKNOD
      case "r": access |= 2
      case "w": access |= 4
      default: throw Failure("linux.resources.devices: access \(rule.access) has other letters than r, w and m")
      }
    }
  }

  var matchesEverything: Bool { type == nil && major == nil && minor == nil && access == 7 }

  /// nil is every number, and so is a negative one.
  private static func number(_ number: Int64?, _ name: String) throws(Failure) -> Int32? {
    guard let number, number >= 0 else { return nil }
    guard let fitting = UInt32(exactly: number) else {
      throw Failure("linux.resources.devices: \(name) \(number) is no device number")
    }
    return Int32(bitPattern: fitting)
  }

  /// Tests that jump past the rule where it does not match, then the verdict.
  ///
  /// Each value is loaded where it is compared and not kept: the verifier then has no different states to follow from
  /// rule to rule, and its work grows with the number of rules, not with its square. No jump leaves its rule, so that
  /// the 16 bits of an offset are enough however many rules there are.
  func append(to code: inout [Instruction], allow: Bool) {
    let end = code.count + 2 * tests + (access == 7 ? 2 : 4)
    func test(_ load: Instruction, _ value: Int32) {
      code.append(load)
      code.append(.skipUnlessEqual(.scratch, value, Int16(end - code.count - 1)))
    }
    if let type { test(.loadHalf(.scratch, at: 0), type) }
    if let major { test(.loadWord(.scratch, at: 4), major) }
    if let minor { test(.loadWord(.scratch, at: 8), minor) }
    // The register holds the letters that no rule has decided yet.
    if access != 7 {
      code.append(allow ? .and(.access, ~access) : .skipIfAny(.access, access, 1))
      code.append(allow ? .skipUnlessEqual(.access, 0, 2) : .skip(2))
    }
    code += Instruction.answer(allow ? 1 : 0)
  }

  /// How many branches the verifier still has to follow when it comes to the next rule: it follows the match first and
  /// keeps the target of every test in mind, and comes to the next rule by the last of these.
  func pendingBranches(allow: Bool) -> Int {
    if access == 7 { return max(0, tests - 1) }
    return allow ? tests : tests + 1
  }

  private var tests: Int { (type == nil ? 0 : 1) + (major == nil ? 0 : 1) + (minor == nil ? 0 : 1) }
}

/// One `struct bpf_insn` (linux/bpf.h), of the few kinds a device program is made of.
private struct Instruction {
  enum Register: UInt8 {
    case answer = 0
    /// At the start: struct bpf_cgroup_dev_ctx { u32 access_type (access << 16 | type); u32 major; u32 minor; }
    case context = 1
    case scratch = 2
    case access = 3
  }

  var operation: UInt8
  var target: Register
  var source = Register.answer
  var offset: Int16 = 0
  var immediate: Int32 = 0

  var encoded: UInt64 {
    UInt64(operation) | UInt64(source.rawValue << 4 | target.rawValue) << 8 | UInt64(UInt16(bitPattern: offset)) << 16
      | UInt64(UInt32(bitPattern: immediate)) << 32
  }

  /// BPF_LDX | BPF_MEM | BPF_W
  static func loadWord(_ register: Register, at offset: Int16) -> Instruction {
    Instruction(operation: 0x61, target: register, source: .context, offset: offset)
  }
  /// BPF_LDX | BPF_MEM | BPF_H
  static func loadHalf(_ register: Register, at offset: Int16) -> Instruction {
    Instruction(operation: 0x69, target: register, source: .context, offset: offset)
  }
  /// BPF_ALU | BPF_RSH | BPF_K
  static func shiftRight(_ register: Register, by bits: Int32) -> Instruction {
    Instruction(operation: 0x74, target: register, immediate: bits)
  }
  /// BPF_ALU | BPF_AND | BPF_K
  static func and(_ register: Register, _ mask: Int32) -> Instruction {
    Instruction(operation: 0x54, target: register, immediate: mask)
  }
  /// BPF_JMP32 | BPF_JNE | BPF_K: 32 bits, for a 64 bit comparison would extend the sign of a number above 2³¹.
  static func skipUnlessEqual(_ register: Register, _ value: Int32, _ count: Int16) -> Instruction {
    Instruction(operation: 0x56, target: register, offset: count, immediate: value)
  }
  /// BPF_JMP32 | BPF_JSET | BPF_K
  static func skipIfAny(_ register: Register, _ mask: Int32, _ count: Int16) -> Instruction {
    Instruction(operation: 0x46, target: register, offset: count, immediate: mask)
  }
  /// BPF_JMP | BPF_JA
  static func skip(_ count: Int16) -> Instruction { Instruction(operation: 0x05, target: .answer, offset: count) }
  /// BPF_ALU64 | BPF_MOV | BPF_K, BPF_JMP | BPF_EXIT
  static func answer(_ value: Int32) -> [Instruction] {
    [Instruction(operation: 0xb7, target: .answer, immediate: value), Instruction(operation: 0x95, target: .answer)]
  }
}
