import Kernel
import OCISpec
import Testing

@testable import ControlGroups

/// One question the kernel asks.
struct DeviceAccess: Equatable {
  /// 1 block, 2 character.
  var type: UInt32
  var major: UInt32
  var minor: UInt32
  /// 1 mknod, 2 read, 4 write.
  var access: UInt32
}

/// Runs a device program as the kernel does; nil when it does what the kernel's verifier would refuse.
struct Interpreter {
  let program: [UInt64]

  /// No instruction is out of reach, no jump leaves the program or goes back: check_cfg() of the kernel.
  var isWellFormed: Bool {
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

  func answer(_ question: DeviceAccess) -> UInt64? {
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
func isAllowed(_ question: DeviceAccess, by rules: [DeviceRule]) -> Bool {
  for (bit, letter) in [(1 as UInt32, Character("m")), (2, "r"), (4, "w")] where question.access & bit != 0 {
    let decisive = rules.last { rule in
      (rule.type == .a || (rule.type == .b) == (question.type == 1))
        && (rule.major == nil || rule.major == Int64(question.major))
        && (rule.minor == nil || rule.minor == Int64(question.minor))
        && (rule.access.isEmpty || rule.access.contains(letter))
    }
    if decisive?.allow != true { return false }
  }
  return true
}

/// The same numbers every time: a failure can be run again.
struct Random: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let mixed = (state ^ state >> 33) &* 0xff51_afd7_ed55_8ccd
    return mixed ^ mixed >> 29
  }
}

@Suite struct DeviceProgramTests {
  private static let numbers: [Int64?] = [nil, 0, 1, 2, 0x8000_0000, 0xffff_ffff]
  private static let letters = ["", "r", "w", "m", "rw", "rm", "wm", "rwm"]

  private static func rules(_ count: Int, _ random: inout Random) -> [DeviceRule] {
    (0..<count).map { _ in
      DeviceRule(
        allow: Bool.random(using: &random), type: DeviceRuleKind.allCases.randomElement(using: &random) ?? .a,
        major: numbers.randomElement(using: &random) ?? nil, minor: numbers.randomElement(using: &random) ?? nil,
        access: letters.randomElement(using: &random) ?? "")
    }
  }

  private static let questions: [DeviceAccess] = {
    var all: [DeviceAccess] = []
    let numbers: [UInt32] = [0, 1, 2, 7, 0x8000_0000, 0xffff_ffff]
    for type in [1, 2] as [UInt32] {
      for major in numbers {
        for minor in numbers {
          for access in 1...7 as ClosedRange<UInt32> {
            all.append(DeviceAccess(type: type, major: major, minor: minor, access: access))
          }
        }
      }
    }
    return all
  }()

  @Test func agreesWithThePlainMeaningOfRandomRules() throws {
    var random = Random(state: 20)
    var allowed = 0
    for round in 0..<400 {
      let rules = Self.rules(round % 13, &random)
      let program = try DeviceProgram(rules)
      let interpreter = Interpreter(program: program.instructions)
      try #require(interpreter.isWellFormed, "\(rules)")
      for question in Self.questions {
        let expected = isAllowed(question, by: rules)
        allowed += expected ? 1 : 0
        try #require(interpreter.answer(question) == (expected ? 1 : 0), "\(rules) asked \(question)")
        if program.allowsEverything { try #require(expected, "\(rules) asked \(question)") }
      }
    }
    // The rules are of a kind that both answers come up.
    #expect(allowed > 10_000 && allowed < 400 * Self.questions.count - 10_000)
  }

  @Test func manyRulesNeedNoFarJump() throws {
    var random = Random(state: 7)
    let rules = (0..<20000).map { DeviceRule(allow: $0 % 3 != 0, major: Int64($0), access: "rwm") }
    let program = try DeviceProgram(rules.shuffled(using: &random))
    #expect(program.instructions.count > Int(UInt16.max))
    let interpreter = Interpreter(program: program.instructions)
    #expect(interpreter.isWellFormed)
    for major in [0, 1, 4500, 19999, 20000] as [UInt32] {
      let question = DeviceAccess(type: 2, major: major, minor: 1, access: 6)
      #expect(interpreter.answer(question) == (isAllowed(question, by: rules) ? 1 : 0))
    }
  }

  /// A program which tests whether a rule covers the whole access would let `rw` through here.
  @Test func denyingWriteAlsoStopsReadWrite() throws {
    let rules = [DeviceRule(allow: true), DeviceRule(allow: false, type: .c, major: 1, minor: 3, access: "w")]
    let interpreter = Interpreter(program: try DeviceProgram(rules).instructions)
    #expect(interpreter.answer(DeviceAccess(type: 2, major: 1, minor: 3, access: 6)) == 0)
    #expect(interpreter.answer(DeviceAccess(type: 2, major: 1, minor: 3, access: 2)) == 1)
    #expect(interpreter.answer(DeviceAccess(type: 2, major: 1, minor: 5, access: 6)) == 1)
  }

  @Test func whatNoRuleMentionsIsDenied() throws {
    let program = try DeviceProgram([])
    #expect(!program.allowsEverything)
    #expect(Interpreter(program: program.instructions).answer(DeviceAccess(type: 2, major: 1, minor: 3, access: 2)) == 0)
  }

  @Test func aPrivilegedContainerNeedsNoProgram() throws {
    let open = DeviceRule(allow: true)
    #expect(try DeviceProgram([DeviceRule(allow: false), open] + DeviceRule.defaults).allowsEverything)
    #expect(try !DeviceProgram([open, DeviceRule(allow: false, type: .b, access: "w")] + DeviceRule.defaults).allowsEverything)
    #expect(try !DeviceProgram([DeviceRule(allow: true, access: "rw")]).allowsEverything)
    #expect(try !DeviceProgram([DeviceRule(allow: true, type: .c)]).allowsEverything)
  }

  @Test func defaultRules() throws {
    let rules = [DeviceRule(allow: false)] + DeviceRule.defaults
    let interpreter = Interpreter(program: try DeviceProgram(rules).instructions)
    let everyday: [(UInt32, UInt32)] = [(1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 2), (136, 0), (136, 77), (10, 200)]
    for (major, minor) in everyday {
      #expect(interpreter.answer(DeviceAccess(type: 2, major: major, minor: minor, access: 7)) == 1, "\(major):\(minor)")
      #expect(interpreter.answer(DeviceAccess(type: 1, major: major, minor: minor, access: 2)) == 0)
    }
    for type in [1, 2] as [UInt32] {
      #expect(interpreter.answer(DeviceAccess(type: type, major: 8, minor: 0, access: 1)) == 1, "mknod of any device")
      #expect(interpreter.answer(DeviceAccess(type: type, major: 8, minor: 0, access: 2)) == 0)
    }
    for (major, minor) in [(1, 1), (1, 2), (1, 11), (5, 1), (10, 229)] as [(UInt32, UInt32)] {  // mem, kmem, kmsg, console, fuse
      #expect(interpreter.answer(DeviceAccess(type: 2, major: major, minor: minor, access: 2)) == 0, "\(major):\(minor)")
    }
  }

  @Test func badRulesAreRefused() {
    let bad = [
      DeviceRule(allow: true, major: 1 << 32), DeviceRule(allow: true, minor: 1 << 40), DeviceRule(allow: true, access: "rx"),
    ]
    for rule in bad { #expect(throws: Failure.self) { try DeviceProgram([rule]) } }
  }

  @Test func negativeNumbersAreEveryNumber() throws {
    let rules = [DeviceRule(allow: true, type: .c, major: -1, minor: -1)]
    #expect(try DeviceProgram(rules) == DeviceProgram([DeviceRule(allow: true, type: .c)]))
  }
}
