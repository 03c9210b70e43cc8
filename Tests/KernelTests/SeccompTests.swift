import Kernel
import Testing

struct SeccompTests {
  @Test func aProgramSurvivesItsBytes() throws {
    let filter = try SeccompFilter(defaultAction: .allow)
    try filter.addRule(.errno(5), for: #require(SeccompFilter.Call(name: "mkdirat")))
    let program = try filter.program()
    #expect(program.instructions.count > 3)
    #expect(program.bytes.count == program.instructions.count * 8)
    #expect(SeccompProgram(bytes: program.bytes[...]) == program)
  }

  @Test func onlyWholeProgramsAreRead() {
    let one = SeccompProgram(instructions: [.init(code: 6, jumpTrue: 1, jumpFalse: 2, operand: 0x0304_0506)]).bytes
    #expect(SeccompProgram(bytes: []) == nil)
    #expect(SeccompProgram(bytes: one.dropLast()) == nil)
    #expect(SeccompProgram(bytes: (one + [0])[...]) == nil)
    let many = Array(repeating: one, count: 4097).flatMap { $0 }
    #expect(SeccompProgram(bytes: many[...]) == nil)
    #expect(SeccompProgram(bytes: many.dropLast(8))?.instructions.count == 4096)
  }

  @Test func programsTheKernelRefusesAreRefusedBeforeIt() {
    for count in [0, 4097] {
      let program = SeccompProgram(instructions: Array(repeating: .init(code: 6, operand: 0x7fff_0000), count: count))
      let failure = #expect(throws: Failure.self) { _ = try program.load([]) }
      #expect(failure?.cause.contains("\(count) instructions") == true)
    }
  }

  @Test func namesAreResolvedPerArchitecture() throws {
    let x86_64 = try #require(SeccompFilter.Architecture(name: "SCMP_ARCH_X86_64"))
    let x86 = try #require(SeccompFilter.Architecture(name: "SCMP_ARCH_X86"))
    #expect(x86_64.number(ofCall: "mkdir") == 83)
    #expect(x86.number(ofCall: "mkdir") == 39)
    #expect(x86_64.number(ofCall: "_llseek") == nil)
    #expect(x86.number(ofCall: "no_such_call") == nil)
    #expect(SeccompFilter.Call(name: "_llseek") != nil)  // known, if only elsewhere
    #expect(SeccompFilter.Call(name: "no_such_call") == nil)
    #expect(SeccompFilter.Call(name: "") == nil)
    #expect(SeccompFilter.Architecture(name: "SCMP_ARCH_PDP11") == nil)
    #expect(SeccompFilter.Architecture(name: "x86_64") == nil)
  }

  @Test func theNativeArchitectureIsThereAlreadyAndMayLeave() throws {
    let filter = try SeccompFilter(defaultAction: .allow)
    try filter.add(.native)
    try filter.add(#require(SeccompFilter.Architecture(name: "SCMP_ARCH_AARCH64")))
    try filter.remove(.native)
    #expect(throws: Failure.self) { try filter.remove(.native) }
  }

  @Test func libseccompsErrorsAreErrnos() throws {
    let filter = try SeccompFilter(defaultAction: .errno(1))
    let call = try #require(SeccompFilter.Call(name: "read"))
    // The reason for which callers leave out rules with the default action.
    #expect(#expect(throws: Failure.self) { try filter.addRule(.errno(1), for: call) }?.errno == .permissionDenied)
    let tooFar = SeccompFilter.Comparison(index: 6, op: .equal, value: 0)
    #expect(#expect(throws: Failure.self) { try filter.addRule(.allow, for: call, where: [tooFar]) }?.errno == .invalidArgument)
  }

  @Test func theKernelIsAskedForFlagsAndActions() {
    #expect(SeccompProgram.Flags.log.areSupported)
    #expect(SeccompProgram.Flags.speculationAllowed.areSupported)
    #expect(SeccompProgram.Flags([]).areSupported)
    #expect(!SeccompProgram.Flags(rawValue: 1 << 30).areSupported)
    #expect(!SeccompProgram.Flags.waitKillable.areSupported)  // nothing to wait for without a listener
    for action in [SeccompFilter.Action.allow, .log, .killProcess, .killThread, .trap, .errno(22), .trace(1), .notify] {
      #expect(action.isSupported)
    }
  }

  @Test func valuesStayInTheLowerHalf() {
    #expect(SeccompFilter.Action.errno(4095).rawValue == 0x0005_0fff)
    #expect(SeccompFilter.Action.trace(.max).rawValue == 0x7ff0_ffff)
    #expect(SeccompFilter.Action.errno(1).isErrno && !SeccompFilter.Action.trace(1).isErrno)
    #expect(SeccompFilter.Action.log.allows && !SeccompFilter.Action.notify.allows)
  }
}
