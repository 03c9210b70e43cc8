import Kernel
import OCISpec
import Testing

@testable import Container

/// What the planned filter answers to a call, decided by running its program.
@Suite(.enabled(if: SeccompFilter.Architecture.native == SeccompFilter.Architecture(name: "SCMP_ARCH_X86_64")))
struct SeccompTests {
  static let read: UInt32 = 0
  static let mkdir: UInt32 = 83
  static let personality: UInt32 = 135

  final class Log {
    var warnings: [String] = []
    var debug: [String] = []
  }

  func program(_ seccomp: Seccomp, _ log: Log = Log()) throws -> SeccompProgram {
    let plan = try SeccompFeature.plan(
      seccomp, cacheDirectory: nil, warn: { log.warnings.append($0) }, debug: { log.debug.append($0) })
    return try #require(plan).program
  }

  @Test func withoutTheSectionThereIsNoPlan() throws {
    #expect(try SeccompFeature.plan(nil, cacheDirectory: nil, warn: { _ in }, debug: { _ in }) == nil)
  }

  @Test func eachActionIsWhatTheRuleSays() throws {
    let program = try program(
      Seccomp(
        defaultAction: .allow,
        syscalls: [
          SyscallRule(names: ["mkdir"], action: .errno), SyscallRule(names: ["rmdir"], action: .errno, errnoRet: 5),
          SyscallRule(names: ["chmod"], action: .kill), SyscallRule(names: ["fchmod"], action: .killProcess),
          SyscallRule(names: ["chown"], action: .killThread), SyscallRule(names: ["fchown"], action: .trap),
          SyscallRule(names: ["lchown"], action: .trace, errnoRet: 7), SyscallRule(names: ["umask"], action: .log),
        ]))
    let expected: [(UInt32, SeccompVerdict)] = [
      (Self.read, .allow), (83, .errno(1)), (84, .errno(5)), (90, .killThread), (91, .killProcess), (92, .killThread),
      (93, .trap), (94, .trace(7)), (95, .log),
    ]
    for (number, answer) in expected { #expect(verdict(program, FilteredCall(number: number)) == answer, "call \(number)") }
  }

  @Test func defaultErrnoIsEPERMUnlessItIsGiven() throws {
    let rules = [SyscallRule(names: ["read", "mkdir"], action: .allow)]
    var seccomp = Seccomp(defaultAction: .errno, syscalls: rules)
    #expect(verdict(try program(seccomp), FilteredCall(number: 1)) == .errno(1))
    seccomp.defaultErrnoRet = 13
    #expect(verdict(try program(seccomp), FilteredCall(number: 1)) == .errno(13))
    #expect(verdict(try program(seccomp), FilteredCall(number: Self.read)) == .allow)
  }

  @Test func aRuleWithTheDefaultActionChangesNothing() throws {
    let seccomp = Seccomp(
      defaultAction: .errno,
      syscalls: [
        SyscallRule(names: ["read"], action: .allow), SyscallRule(names: ["mkdir"], action: .errno),
        SyscallRule(names: ["rmdir"], action: .errno, errnoRet: 1),
      ])
    let program = try program(seccomp)
    #expect(verdict(program, FilteredCall(number: Self.mkdir)) == .errno(1))
    #expect(verdict(program, FilteredCall(number: 84)) == .errno(1))
  }

  @Test func theSameRuleTwiceIsNoError() throws {
    let rule = SyscallRule(names: ["mkdir", "mkdir"], action: .errno, args: [SyscallArgument(index: 1, value: 4, op: .equal)])
    let program = try program(Seccomp(defaultAction: .allow, syscalls: [rule, rule]))
    #expect(verdict(program, FilteredCall(number: Self.mkdir, arguments: [0, 4, 0, 0, 0, 0])) == .errno(1))
    #expect(verdict(program, FilteredCall(number: Self.mkdir)) == .allow)
  }

  /// libseccomp takes a time that grows with the square of the rules.
  @Test func manyRulesAreOneOrTooMany() throws {
    let one = SyscallRule(names: ["mkdir"], action: .errno, errnoRet: 1)
    let same = try program(Seccomp(defaultAction: .allow, syscalls: Array(repeating: one, count: 100_000)))
    #expect(verdict(same, FilteredCall(number: Self.mkdir)) == .errno(1))
    let others = (0..<10_000).map { number in
      SyscallRule(names: ["mkdir"], action: .errno, args: [SyscallArgument(index: 1, value: UInt64(number), op: .equal)])
    }
    #expect {
      try program(Seccomp(defaultAction: .allow, syscalls: others))
    } throws: { ($0 as? Failure)?.message.contains("more than 8192 different rules") == true }
  }

  // MARK: - Arguments

  static let pivot: UInt64 = 0x1_0000_0005
  static let around: [UInt64] = [0, 4, 5, 6, 0x1_0000_0004, pivot, 0x1_0000_0006, 0x2_0000_0000, .max]

  @Test(arguments: SeccompOperator.allCases.filter { $0 != .maskedEqual })
  func comparesSixtyFourBitsUnsigned(_ op: SeccompOperator) throws {
    let rule = SyscallRule(
      names: ["mkdir"], action: .errno, args: [SyscallArgument(index: 5, value: Self.pivot, op: op)])
    let program = try program(Seccomp(defaultAction: .allow, syscalls: [rule]))
    for value in Self.around {
      let holds =
        switch op {
        case .notEqual: value != Self.pivot
        case .less: value < Self.pivot
        case .lessOrEqual: value <= Self.pivot
        case .equal: value == Self.pivot
        case .greaterOrEqual: value >= Self.pivot
        case .greater: value > Self.pivot
        case .maskedEqual: false
        }
      let call = FilteredCall(number: Self.mkdir, arguments: [0, 0, 0, 0, 0, value])
      #expect(verdict(program, call) == (holds ? .errno(1) : .allow), "\(value) \(op)")
    }
  }

  /// `value` is the mask and `valueTwo` the datum: the other way round this test fails.
  @Test func maskedEqualTakesTheMaskFirst() throws {
    let rule = SyscallRule(
      names: ["clone"], action: .allow,
      args: [SyscallArgument(index: 0, value: 0x7e02_0000, valueTwo: 0x0002_0000, op: .maskedEqual)])
    let program = try program(Seccomp(defaultAction: .errno, syscalls: [rule, SyscallRule(names: ["read"], action: .allow)]))
    func answer(_ flags: UInt64) -> SeccompVerdict {
      verdict(program, FilteredCall(number: 56, arguments: [flags, 0, 0, 0, 0, 0]))
    }
    #expect(answer(0x0002_0011) == .allow)
    #expect(answer(0x0002_0000) == .allow)
    #expect(answer(0x11) == .errno(1))
    #expect(answer(0x1002_0011) == .errno(1))
  }

  @Test func comparisonsOfDifferentArgumentsMustAllHold() throws {
    let rule = SyscallRule(
      names: ["mkdir"], action: .errno,
      args: [SyscallArgument(index: 0, value: 1, op: .equal), SyscallArgument(index: 2, value: 9, op: .notEqual)])
    let program = try program(Seccomp(defaultAction: .allow, syscalls: [rule]))
    func answer(_ first: UInt64, _ third: UInt64) -> SeccompVerdict {
      verdict(program, FilteredCall(number: Self.mkdir, arguments: [first, 0, third, 0, 0, 0]))
    }
    #expect(answer(1, 8) == .errno(1))
    #expect(answer(1, 9) == .allow)
    #expect(answer(2, 8) == .allow)
  }

  /// As runc and crun have it.
  @Test func ofComparisonsOfOneArgumentOneIsEnoughAndTheUserIsTold() throws {
    let log = Log()
    let rule = SyscallRule(
      names: ["personality"], action: .allow,
      args: [SyscallArgument(index: 0, value: 0, op: .equal), SyscallArgument(index: 0, value: 8, op: .equal)])
    let program = try program(Seccomp(defaultAction: .errno, syscalls: [rule]), log)
    func answer(_ persona: UInt64) -> SeccompVerdict {
      verdict(program, FilteredCall(number: Self.personality, arguments: [persona, 0, 0, 0, 0, 0]))
    }
    #expect(answer(0) == .allow)
    #expect(answer(8) == .allow)
    #expect(answer(9) == .errno(1))
    #expect(log.warnings == ["linux.seccomp.syscalls[0].args compares an argument twice: one of its comparisons is enough"])
  }

  // MARK: - Architectures

  @Test func withoutArchitecturesOnlyTheNativeOneMayCall() throws {
    let program = try program(Seccomp(defaultAction: .allow, syscalls: [SyscallRule(names: ["mkdir"], action: .errno)]))
    #expect(verdict(program, FilteredCall(number: Self.mkdir)) == .errno(1))
    for foreign in [FilteredCall.x86, FilteredCall.aarch64] {
      #expect(verdict(program, FilteredCall(number: Self.read, architecture: foreign)) == .killThread)
    }
    #expect(verdict(program, FilteredCall(number: Self.read | FilteredCall.x32Bit)) == .killThread)
  }

  @Test func aRuleHoldsUnderEachArchitecturesOwnNumber() throws {
    var seccomp = Seccomp(defaultAction: .allow, syscalls: [SyscallRule(names: ["mkdir", "_llseek"], action: .errno)])
    seccomp.architectures = [.x86, .x32]  // and the native one, though it is not named
    let program = try program(seccomp)
    #expect(verdict(program, FilteredCall(number: Self.mkdir)) == .errno(1))
    #expect(verdict(program, FilteredCall(number: Self.mkdir | FilteredCall.x32Bit)) == .errno(1))
    #expect(verdict(program, FilteredCall(number: 39, architecture: FilteredCall.x86)) == .errno(1))
    #expect(verdict(program, FilteredCall(number: 140, architecture: FilteredCall.x86)) == .errno(1))  // _llseek, 32 bit only
    #expect(verdict(program, FilteredCall(number: 83, architecture: FilteredCall.x86)) == .allow)  // symlink
    #expect(verdict(program, FilteredCall(number: 39)) == .allow)  // getpid
    #expect(verdict(program, FilteredCall(number: 39, architecture: FilteredCall.aarch64)) == .killThread)
  }

  @Test func anArchitectureThatCannotBeCombinedIsNamed() {
    var seccomp = Seccomp(defaultAction: .allow, syscalls: [SyscallRule(names: ["mkdir"], action: .errno)])
    seccomp.architectures = [.x86_64, .s390x]  // of the other byte order
    let failure = #expect(throws: Failure.self) { try program(seccomp) }
    #expect(failure?.message.hasPrefix("linux.seccomp.architectures[1] SCMP_ARCH_S390X: seccomp_arch_add") == true)
  }

  @Test func anArchitectureTheLibraryDoesNotHaveIsNamed() {
    for missing in Set(SeccompArchitecture.allCases).subtracting(SeccompFeature.architectures) {
      var seccomp = Seccomp(defaultAction: .allow)
      seccomp.architectures = [missing]
      let failure = #expect(throws: Failure.self) { try program(seccomp) }
      #expect(failure?.message.hasPrefix("linux.seccomp.architectures[0]: libseccomp") == true)
      #expect(failure?.message.hasSuffix("does not know \(missing.rawValue)") == true)
    }
  }

  // MARK: - Names nobody knows

  @Test func unknownCallsAreLeftOutAndSaidInTheDebugLog() throws {
    let log = Log()
    let rule = SyscallRule(names: ["no_such_call", "read"], action: .allow)
    let program = try program(Seccomp(defaultAction: .errno, syscalls: [rule]), log)
    #expect(verdict(program, FilteredCall(number: Self.read)) == .allow)
    #expect(log.debug.count == 1 && log.debug[0].hasSuffix("does not know no_such_call"))
    #expect(log.warnings.isEmpty)
  }

  @Test func aRestrictionThatIsLostIsAWarning() throws {
    let log = Log()
    _ = try program(
      Seccomp(defaultAction: .allow, syscalls: [SyscallRule(names: ["no_such_call", "mkdir"], action: .kill)]), log)
    #expect(log.warnings.count == 1 && log.warnings[0].hasSuffix("cannot restrict no_such_call"))
  }
}
