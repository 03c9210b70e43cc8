import OCISpec

/// One question the kernel asks.
package struct DeviceAccess: Equatable {
  /// 1 block, 2 character.
  package var type: UInt32
  package var major: UInt32
  package var minor: UInt32
  /// 1 mknod, 2 read, 4 write.
  package var access: UInt32

  package init(type: UInt32, major: UInt32, minor: UInt32, access: UInt32) {
    self.type = type
    self.major = major
    self.minor = minor
    self.access = access
  }
}

/// Runs a device program as the kernel does; nil when it does what the kernel's verifier would refuse.
package struct DeviceMachine {
  let program: [UInt64]

  package init(program: [UInt64]) { self.program = program }

  /// No instruction is out of reach, no jump leaves the program or goes back: check_cfg() of the kernel.
  package var isWellFormed: Bool {
    var reached: Set<Int> = []
    var waiting = [0]
    while let index = waiting.popLast() {
      guard program.indices.contains(index) else { return false }
      if !reached.insert(index).inserted { continue }
      let offset = Int(Int16(truncatingIfNeeded: program[index] >> 16))
      switch program[index] & 0xff {
      case 0x95: continue
      case 0x05: waiting.append(index + 1 + offset)
      case 0x56, 0x46: waiting += [index + 1, index + 1 + offset]
      default: waiting.append(index + 1)
      }
      if offset < 0 { return false }
    }
    return reached.count == program.count
  }

  package func answer(_ question: DeviceAccess) -> UInt64? {
    var registers: [UInt64?] = [nil, 0, nil, nil]  // r1 points to the context
    let context = [question.access << 16 | question.type, question.major, question.minor]
    var index = 0
    while program.indices.contains(index) {
      let code = program[index]
      let target = Int(code >> 8 & 0xf)
      let source = Int(code >> 12 & 0xf)
      let offset = Int(Int16(truncatingIfNeeded: code >> 16))
      let immediate = Int32(truncatingIfNeeded: code >> 32)
      index += 1
      switch code & 0xff {
      case 0x61, 0x69:
        guard source == 1, offset % 4 == 0, context.indices.contains(offset / 4) else { return nil }
        registers[target] = UInt64(context[offset / 4]) & (code & 0xff == 0x69 ? 0xffff : 0xffff_ffff)
      case 0xb7: registers[target] = UInt64(bitPattern: Int64(immediate))
      case 0x95: return registers[0]
      case 0x05: index += offset
      default:
        guard let value = registers[target].map({ UInt32(truncatingIfNeeded: $0) }) else { return nil }
        let operand = UInt32(bitPattern: immediate)
        switch code & 0xff {
        case 0x74: registers[target] = UInt64(value >> operand)
        case 0x54: registers[target] = UInt64(value & operand)
        case 0x56: if value != operand { index += offset }
        case 0x46: if value & operand != 0 { index += offset }
        default: return nil
        }
      }
    }
    return nil
  }
}

/// What the rules mean, said as plainly as can be: every letter is decided by the last rule that has it.
package func isAllowed(_ question: DeviceAccess, by rules: [DeviceRule]) -> Bool {
  for (bit, letter) in [(1 as UInt32, Character("m")), (2, "r"), (4, "w")] where question.access & bit != 0 {
    let decisive = rules.last { rule in
      (rule.type == .a || (rule.type == .b) == (question.type == 1))
        && (rule.major ?? -1 < 0 || rule.major == Int64(question.major))
        && (rule.minor ?? -1 < 0 || rule.minor == Int64(question.minor))
        && (rule.access.isEmpty || rule.access.contains(letter))
    }
    if decisive?.allow != true { return false }
  }
  return true
}
