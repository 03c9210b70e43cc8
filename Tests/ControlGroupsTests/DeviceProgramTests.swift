import Fixtures
import Kernel
import OCISpec
import Testing

@testable import ControlGroups

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
      let interpreter = DeviceMachine(program: program.instructions)
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
    let interpreter = DeviceMachine(program: program.instructions)
    #expect(interpreter.isWellFormed)
    for major in [0, 1, 4500, 19999, 20000] as [UInt32] {
      let question = DeviceAccess(type: 2, major: major, minor: 1, access: 6)
      #expect(interpreter.answer(question) == (isAllowed(question, by: rules) ? 1 : 0))
    }
  }

  /// A program which tests whether a rule covers the whole access would let `rw` through here.
  @Test func denyingWriteAlsoStopsReadWrite() throws {
    let rules = [DeviceRule(allow: true), DeviceRule(allow: false, type: .c, major: 1, minor: 3, access: "w")]
    let interpreter = DeviceMachine(program: try DeviceProgram(rules).instructions)
    #expect(interpreter.answer(DeviceAccess(type: 2, major: 1, minor: 3, access: 6)) == 0)
    #expect(interpreter.answer(DeviceAccess(type: 2, major: 1, minor: 3, access: 2)) == 1)
    #expect(interpreter.answer(DeviceAccess(type: 2, major: 1, minor: 5, access: 6)) == 1)
  }

  @Test func whatNoRuleMentionsIsDenied() throws {
    let program = try DeviceProgram([])
    #expect(!program.allowsEverything)
    #expect(DeviceMachine(program: program.instructions).answer(DeviceAccess(type: 2, major: 1, minor: 3, access: 2)) == 0)
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
    let interpreter = DeviceMachine(program: try DeviceProgram(rules).instructions)
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
