import Kernel

/// A system call as a filter sees it: `struct seccomp_data`.
struct FilteredCall {
  var number: UInt32
  var architecture: UInt32 = x86_64
  var arguments: [UInt64] = [0, 0, 0, 0, 0, 0]

  static let x86_64: UInt32 = 0xc000_003e
  static let x86: UInt32 = 0x4000_0003
  static let aarch64: UInt32 = 0xc000_00b7
  static let x32Bit: UInt32 = 0x4000_0000

  /// The word at a byte offset, little endian.
  func word(at offset: UInt32) -> UInt32 {
    switch offset {
    case 0: return number
    case 4: return architecture
    case 8, 12: return 0
    default:
      let argument = arguments[Int(offset - 16) / 8]
      return UInt32(truncatingIfNeeded: offset % 8 == 0 ? argument : argument >> 32)
    }
  }
}

/// Runs a filter the way the kernel does, over the few instructions of classic BPF that seccomp allows and libseccomp uses.
func verdict(_ program: SeccompProgram, _ call: FilteredCall) -> SeccompVerdict {
  var accumulator: UInt32 = 0
  var next = 0
  while program.instructions.indices.contains(next) {
    let instruction = program.instructions[next]
    next += 1
    func jump(_ holds: Bool) { next += Int(holds ? instruction.jumpTrue : instruction.jumpFalse) }
    switch instruction.code {
    case 0x20: accumulator = call.word(at: instruction.operand)
    case 0x54: accumulator &= instruction.operand
    case 0x05: next += Int(instruction.operand)
    case 0x15: jump(accumulator == instruction.operand)
    case 0x25: jump(accumulator > instruction.operand)
    case 0x35: jump(accumulator >= instruction.operand)
    case 0x45: jump(accumulator & instruction.operand != 0)
    case 0x06: return SeccompVerdict(instruction.operand)
    default: return .invalid
    }
  }
  return .invalid
}

enum SeccompVerdict: Equatable {
  case allow, log, killThread, killProcess, trap, notify
  case errno(UInt32)
  case trace(UInt32)
  /// The kernel would not have taken the program.
  case invalid

  init(_ value: UInt32) {
    switch value & 0xffff_0000 {
    case 0x7fff_0000: self = .allow
    case 0x7ffc_0000: self = .log
    case 0x7fc0_0000: self = .notify
    case 0x0003_0000: self = .trap
    case 0x0005_0000: self = .errno(value & 0xffff)
    case 0x7ff0_0000: self = .trace(value & 0xffff)
    case 0x8000_0000: self = .killProcess
    case 0: self = .killThread
    default: self = .invalid
    }
  }
}
