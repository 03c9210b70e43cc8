import CLibc
import CLinux

/// A system call filter as the kernel takes it: classic BPF over `struct seccomp_data` (seccomp(2)).
package struct SeccompProgram: Equatable, Sendable {
  /// `struct sock_filter`.
  package struct Instruction: Equatable, Sendable {
    package let code: UInt16
    /// How many instructions a comparison skips when it holds, and when it does not.
    package let jumpTrue: UInt8
    package let jumpFalse: UInt8
    package let operand: UInt32

    package init(code: UInt16, jumpTrue: UInt8 = 0, jumpFalse: UInt8 = 0, operand: UInt32) {
      self.code = code
      self.jumpTrue = jumpTrue
      self.jumpFalse = jumpFalse
      self.operand = operand
    }
  }

  package let instructions: [Instruction]

  /// BPF_MAXINSNS: the kernel refuses a longer program with EINVAL.
  package static let mostInstructions = 4096
  package static let bytesPerInstruction = 8

  package init(instructions: [Instruction]) { self.instructions = instructions }

  /// Reads what ``bytes`` wrote; nil when it is no whole number of instructions, none, or too many.
  package init?(bytes: ArraySlice<UInt8>) {
    let count = bytes.count / Self.bytesPerInstruction
    guard count * Self.bytesPerInstruction == bytes.count, (1...Self.mostInstructions).contains(count) else { return nil }
    instructions = unsafe bytes.withUnsafeBytes { memory in
      stride(from: 0, to: memory.count, by: Self.bytesPerInstruction).map { offset in
        unsafe Instruction(
          code: memory.loadUnaligned(fromByteOffset: offset, as: UInt16.self), jumpTrue: memory[offset + 2],
          jumpFalse: memory[offset + 3], operand: memory.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
      }
    }
  }

  /// The instructions in the byte order of this machine, eight bytes each.
  package var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(instructions.count * Self.bytesPerInstruction)
    for instruction in instructions {
      unsafe withUnsafeBytes(of: instruction.code) { unsafe result.append(contentsOf: $0) }
      result.append(instruction.jumpTrue)
      result.append(instruction.jumpFalse)
      unsafe withUnsafeBytes(of: instruction.operand) { unsafe result.append(contentsOf: $0) }
    }
    return result
  }
}

// MARK: - Loading

extension SeccompProgram {
  /// SECCOMP_FILTER_FLAG_* of seccomp(2).
  ///
  /// TSYNC is not here: it spreads a filter to the other threads of the process, and apus has none.
  package struct Flags: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    /// All but allowed calls may be logged.
    package static let log = Flags(rawValue: 1 << 1)
    /// The process keeps its speculative store bypass mitigation as it is.
    package static let speculationAllowed = Flags(rawValue: 1 << 2)
    /// The call returns a descriptor on which a supervisor answers the calls of SCMP_ACT_NOTIFY (kernel 5.5).
    package static let newListener = Flags(rawValue: 1 << 3)
    /// A notified call whose notification was received can only be interrupted by a deadly signal (kernel 5.19); only
    /// together with `newListener`.
    package static let waitKillable = Flags(rawValue: 1 << 5)

    /// Whether the running kernel knows all of these flags together. It looks at them before it looks at the program, so
    /// without a program its answer is EFAULT for flags it knows and EINVAL for others.
    package var areSupported: Bool { apus_seccomp(setModeFilter, rawValue, nil) == -EFAULT }
  }
}

private let setModeFilter: UInt32 = 1  // SECCOMP_SET_MODE_FILTER

extension SeccompProgram {
  /// Puts this process, and all it starts, under the filter for ever; seccomp(2) SECCOMP_SET_MODE_FILTER.
  ///
  /// Needs no_new_privs or CAP_SYS_ADMIN in the user namespace (EACCES). With `newListener` the result is the
  /// descriptor of the notifications, CLOEXEC.
  package func load(_ flags: Flags) throws(Failure) -> Descriptor? {
    guard (1...Self.mostInstructions).contains(instructions.count) else {
      throw Failure("seccomp: the filter has \(instructions.count) instructions, the kernel takes 1 to \(Self.mostInstructions)")
    }
    var code = instructions.map { sock_filter(code: $0.code, jt: $0.jumpTrue, jf: $0.jumpFalse, k: $0.operand) }
    let result = try unsafe code.withUnsafeMutableBufferPointer { buffer throws(Failure) in
      var program = unsafe sock_fprog(len: UInt16(buffer.count), filter: buffer.baseAddress)
      do throws(Failure) {
        return try call("seccomp") { unsafe apus_seccomp(setModeFilter, flags.rawValue, &program) }
      } catch {
        switch error.errno {
        case .permissionDenied: throw error.adding(hint: "a filter needs noNewPrivileges or CAP_SYS_ADMIN")
        case .invalidArgument: throw error.adding(hint: "this kernel does not know a flag or an action of the filter")
        default: throw error
        }
      }
    }
    return flags.contains(.newListener) ? Descriptor(owning: result) : nil
  }
}

// MARK: - Several architectures

extension SeccompProgram {
  /// One program of those that libseccomp has written for one architecture each: a call gets the answer of its own.
  ///
  /// A call of yet another architecture comes to the last of them, which refuses it as each of them would.
  package static func choosing(
    among parts: [(architecture: SeccompFilter.Architecture, program: SeccompProgram)]
  ) throws(Failure) -> SeccompProgram {
    var remaining: [(audit: UInt32, instructions: [Instruction])] = []
    for (architecture, program) in parts {
      let (audit, instructions) = (architecture.audit, program.instructions)
      // x86_64 and x32 are one architecture to the kernel; a call of x32 has bit 30.
      if let index = remaining.firstIndex(where: { $0.audit == audit }) {
        let other = remaining[index].instructions
        let (x32, x86_64) = architecture.isX32 ? (instructions, other) : (other, instructions)
        remaining[index].instructions = branch(.loadNumber, .atLeast, 0x4000_0000, x32, else: x86_64)
      } else {
        remaining.append((audit, instructions))
      }
    }
    var all = remaining.popLast()?.instructions ?? []
    while let (audit, instructions) = remaining.popLast() {
      all = branch(.loadArchitecture, .equal, audit, instructions, else: all)
    }
    guard all.count <= mostInstructions else { throw tooLong(all.count) }
    return SeccompProgram(instructions: all)
  }

  static func tooLong(_ count: Int) -> Failure {
    Failure("the filter has \(count) instructions", hint: "the kernel takes at most \(mostInstructions)")
  }

  private static func branch(
    _ load: Instruction, _ comparison: Instruction.Comparison, _ operand: UInt32, _ then: [Instruction], else other: [Instruction]
  ) -> [Instruction] {
    // A comparison skips 255 instructions at most, `skip` any number.
    [load, .jump(comparison, operand, 1, 0), .skip(UInt32(then.count))] + then + other
  }
}

// MARK: - Calls newer than the filter

extension SeccompProgram {
  /// The system calls of one architecture that a filter's author cannot have known.
  package struct NewerCalls: Sendable {
    package let architecture: SeccompFilter.Architecture
    /// The highest number the filter has a rule for.
    package let lastNumber: UInt32

    package init(architecture: SeccompFilter.Architecture, lastNumber: UInt32) {
      self.architecture = architecture
      self.lastNumber = lastNumber
    }
  }

  /// The same filter behind a prologue which answers ENOSYS to every call newer than the filter's rules.
  ///
  /// A libc tries a new call first and falls back to the old one on ENOSYS, but takes EPERM for an answer: a filter that
  /// refuses what it has never heard of with EPERM breaks each newer libc. Nothing gets allowed by this that was not.
  package func answeringNoSuchCall(to newer: [NewerCalls]) -> SeccompProgram {
    var prologue: [Instruction] = []
    var grouped: [(audit: UInt32, windows: [Range<UInt32>])] = []
    for calls in newer {
      let windows = calls.architecture.numbers(after: calls.lastNumber)
      // x86_64 and x32 are one architecture to the kernel.
      if let index = grouped.firstIndex(where: { $0.audit == calls.architecture.audit }) {
        grouped[index].windows += windows
      } else {
        grouped.append((calls.architecture.audit, windows))
      }
    }
    let blockSizes = grouped.map { 3 + 3 * $0.windows.count }
    var remaining = blockSizes.reduce(0, +)
    if remaining == 0 { return self }
    prologue.append(.loadArchitecture)
    for (group, size) in zip(grouped, blockSizes) {
      remaining -= size
      prologue.append(.jump(.equal, group.audit, 0, UInt8(size - 1)))  // another architecture: its block is further on
      prologue.append(.loadNumber)
      for window in group.windows {
        prologue.append(.jump(.atLeast, window.lowerBound, 0, 2))
        prologue.append(.jump(.atLeast, window.upperBound, 1, 0))
        prologue.append(.return(.errno(UInt16(ENOSYS))))
      }
      prologue.append(.skip(UInt32(remaining)))
    }
    return SeccompProgram(instructions: prologue + instructions)
  }
}

extension SeccompProgram.Instruction {
  fileprivate enum Comparison: UInt16 {
    case equal = 0x15  // BPF_JMP | BPF_JEQ | BPF_K
    case atLeast = 0x35  // BPF_JMP | BPF_JGE | BPF_K
  }

  // BPF_LD | BPF_W | BPF_ABS of a member of struct seccomp_data
  fileprivate static let loadNumber = Self(code: 0x20, operand: 0)
  fileprivate static let loadArchitecture = Self(code: 0x20, operand: 4)

  fileprivate static func jump(_ comparison: Comparison, _ operand: UInt32, _ ifTrue: UInt8, _ ifFalse: UInt8) -> Self {
    Self(code: comparison.rawValue, jumpTrue: ifTrue, jumpFalse: ifFalse, operand: operand)
  }

  // BPF_JMP | BPF_JA
  fileprivate static func skip(_ count: UInt32) -> Self { Self(code: 0x05, operand: count) }

  // BPF_RET | BPF_K
  fileprivate static func `return`(_ action: SeccompFilter.Action) -> Self { Self(code: 0x06, operand: action.rawValue) }
}
