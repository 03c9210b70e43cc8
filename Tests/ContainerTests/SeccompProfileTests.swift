import Kernel
import OCISpec
import Testing

@testable import Container

/// Whole profiles: newer calls, long lists, and the other members of the section.
@Suite(.enabled(if: SeccompFilter.Architecture.native == SeccompFilter.Architecture(name: "SCMP_ARCH_X86_64")))
struct SeccompProfileTests {
  /// Like Docker's: most calls allowed, some with conditions, the rest refused.
  static func profile(_ architectures: [SeccompArchitecture]) -> Seccomp {
    var seccomp = Seccomp(
      defaultAction: .errno,
      syscalls: [
        SyscallRule(
          names: [
            "accept", "accept4", "access", "alarm", "bind", "brk", "capget", "chdir", "chmod", "chown", "close", "connect", "dup",
            "dup2", "epoll_ctl", "epoll_wait", "execve", "execveat", "exit", "exit_group", "fchmod", "fcntl", "fork", "fstat",
            "fsync", "futex", "getcwd", "getdents64", "getpid", "ioctl", "kill", "link", "listen", "lseek", "madvise", "mkdir",
            "mmap", "mmap2", "mprotect", "munmap", "open", "openat", "openat2", "pipe2", "poll", "prctl", "pread64", "read",
            "recvmsg", "rt_sigaction", "rt_sigreturn", "sendmsg", "set_tid_address", "setgid", "setuid", "socketcall", "stat",
            "statx", "umask", "unlink", "vfork", "wait4", "waitpid", "write", "writev", "landlock_restrict_self", "_llseek",
          ], action: .allow),
        SyscallRule(names: ["socket"], action: .errno, errnoRet: 22, args: [SyscallArgument(index: 0, value: 16, op: .equal)]),
        SyscallRule(names: ["socket"], action: .allow, args: [SyscallArgument(index: 0, value: 16, op: .notEqual)]),
        SyscallRule(names: ["personality"], action: .allow, args: [SyscallArgument(index: 0, value: 0xffff_ffff, op: .equal)]),
        SyscallRule(names: ["personality"], action: .allow, args: [SyscallArgument(index: 0, value: 8, op: .equal)]),
        SyscallRule(
          names: ["clone"], action: .allow, args: [SyscallArgument(index: 0, value: 0x7e02_0000, valueTwo: 0, op: .maskedEqual)]),
        SyscallRule(names: ["clone3"], action: .errno, errnoRet: 38),
        SyscallRule(names: ["mount"], action: .errno),
      ])
    seccomp.architectures = architectures
    return seccomp
  }

  func compile(_ seccomp: Seccomp) throws -> SeccompProgram { try SeccompFeature.compile(seccomp, { _ in }, { _ in }).program }

  /// The calls of all three architectures with a few arguments each.
  static var calls: [FilteredCall] {
    var result: [FilteredCall] = []
    for number in UInt32(0)..<700 {
      for value: UInt64 in [0, 8, 16, 0xffff_ffff, 0x1_0000_0008, 0x1000_0000] {
        let arguments = [value, value, 0, 0, 0, 0]
        result.append(FilteredCall(number: number, arguments: arguments))
        result.append(FilteredCall(number: number | FilteredCall.x32Bit, arguments: arguments))
        result.append(FilteredCall(number: number, architecture: FilteredCall.x86, arguments: arguments))
      }
    }
    return result + [FilteredCall(number: .max), FilteredCall(number: 3, architecture: FilteredCall.aarch64)]
  }

  @Test func aProfileLikeDockersAnswersAsItSays() throws {
    let program = try compile(Self.profile([.x86_64, .x86, .x32]))
    func answer(_ number: UInt32, _ first: UInt64 = 0, on architecture: UInt32 = FilteredCall.x86_64) -> SeccompVerdict {
      verdict(program, FilteredCall(number: number, architecture: architecture, arguments: [first, 0, 0, 0, 0, 0]))
    }
    #expect(answer(0) == .allow)
    #expect(answer(165) == .errno(1))  // mount
    #expect(answer(435) == .errno(38))  // clone3
    #expect(answer(41, 16) == .errno(22))  // socket(AF_NETLINK)
    #expect(answer(41, 2) == .allow)
    #expect(answer(135, 8) == .allow)
    #expect(answer(135, 9) == .errno(1))
    #expect(answer(56, 0x11) == .allow)
    #expect(answer(56, 0x1000_0011) == .errno(1))  // clone(CLONE_NEWUSER)
    #expect(answer(3, on: FilteredCall.x86) == .allow)  // read
    #expect(answer(21, on: FilteredCall.x86) == .errno(1))  // mount
    #expect(answer(3, on: FilteredCall.aarch64) == .killThread)
  }

  /// libseccomp's tree and its list must be the same filter; every answer of one is compared with the other.
  @Test(arguments: [[SeccompArchitecture.x86_64], [.x86_64, .x86, .x32]])
  func theTreeAnswersAsTheListDoes(_ architectures: [SeccompArchitecture]) throws {
    func build(tree: Bool) throws -> SeccompProgram {
      let filter = try SeccompFilter(defaultAction: .errno(1))
      for name in architectures { try filter.add(#require(SeccompFilter.Architecture(name: name.rawValue))) }
      for name in Self.profile([]).syscalls[0].names {
        try filter.addRule(.allow, for: #require(SeccompFilter.Call(name: name)))
      }
      let persona = SeccompFilter.Comparison(index: 0, op: .equal, value: 8)
      try filter.addRule(.allow, for: #require(SeccompFilter.Call(name: "personality")), where: [persona])
      let namespaces = SeccompFilter.Comparison(index: 0, op: .maskedEqual, value: 0x7e02_0000, secondValue: 0)
      try filter.addRule(.allow, for: #require(SeccompFilter.Call(name: "clone")), where: [namespaces])
      if tree { try filter.setBinaryTree() }
      return try filter.program()
    }
    let list = try build(tree: false)
    let tree = try build(tree: true)
    #expect(list != tree)
    let different = Self.calls.filter { verdict(list, $0) != verdict(tree, $0) }
    #expect(different.isEmpty, "\(different.prefix(3))")
    let invalid = Self.calls.filter { verdict(tree, $0) == .invalid }
    #expect(invalid.isEmpty)
  }

  /// What libseccomp writes for all architectures at once, and for each of them alone, must be the same filter.
  @Test(arguments: [[SeccompArchitecture.x86_64, .x86], [.x86_64, .x32], [.x86_64, .x86, .x32], [.x32, .x86, .x86_64]])
  func architecturesOneByOneAnswerAsTogether(_ names: [SeccompArchitecture]) throws {
    func addRules(to filter: borrowing SeccompFilter) throws {
      for name in Self.profile([]).syscalls[0].names {
        try filter.addRule(.allow, for: #require(SeccompFilter.Call(name: name)))
      }
      let call = try #require(SeccompFilter.Call(name: "socket"))
      try filter.addRule(.errno(22), for: call, where: [.init(index: 0, op: .equal, value: 16)])
      let clone = try #require(SeccompFilter.Call(name: "clone"))
      try filter.addRule(.allow, for: clone, where: [.init(index: 0, op: .maskedEqual, value: 0x7e02_0000)])
      try filter.setBinaryTree()
    }
    let architectures = try names.map { try #require(SeccompFilter.Architecture(name: $0.rawValue)) }
    let together = try SeccompFilter(defaultAction: .errno(1))
    for architecture in architectures { try together.add(architecture) }
    try addRules(to: together)
    let parts = try architectures.map { architecture in
      let alone = try SeccompFilter(defaultAction: .errno(1))
      try alone.cover(only: architecture)
      try addRules(to: alone)
      return (architecture: architecture, program: try alone.program())
    }
    let (whole, chosen) = (try together.program(), try SeccompProgram.choosing(among: parts))
    #expect(whole != chosen)
    let different = Self.calls.filter { verdict(whole, $0) != verdict(chosen, $0) || verdict(chosen, $0) == .invalid }
    #expect(different.isEmpty, "\(different.prefix(3))")
  }

  @Test func partsThatAreTooLongTogetherAreRefused() throws {
    let half = SeccompProgram(instructions: Array(repeating: .init(code: 6, operand: 0), count: 2048))
    let parts = try ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"].map {
      (architecture: try #require(SeccompFilter.Architecture(name: $0)), program: half)
    }
    #expect {
      try SeccompProgram.choosing(among: parts)
    } throws: { ($0 as? Failure)?.message == "the filter has 4099 instructions (the kernel takes at most 4096)" }
  }

  @Test func anArchitectureWithoutARuleAnswersTheDefault() throws {
    var seccomp = Seccomp(defaultAction: .allow, syscalls: [SyscallRule(names: ["newfstatat"], action: .errno)])
    seccomp.architectures = [.x86]
    #expect(SeccompFilter.Architecture(name: "SCMP_ARCH_X86")?.number(ofCall: "newfstatat") == nil)
    let program = try compile(seccomp)
    for number in UInt32(0)..<500 {
      #expect(verdict(program, FilteredCall(number: number, architecture: FilteredCall.x86)) == .allow)
    }
  }
  // MARK: - Calls newer than the profile

  @Test func callsAfterTheProfilesLastOneDoNotExist() throws {
    let last: UInt32 = 446  // landlock_restrict_self
    for architectures: [SeccompArchitecture] in [[], [.x86_64, .x86, .x32]] {
      let program = try compile(Self.profile(architectures))
      #expect(verdict(program, FilteredCall(number: last)) == .allow)
      #expect(verdict(program, FilteredCall(number: last + 1)) == .errno(38))
      #expect(verdict(program, FilteredCall(number: 0x3fff_ffff)) == .errno(38))
      #expect(verdict(program, FilteredCall(number: last - 1)) == .errno(1))  // a gap in the profile is not newer
      #expect(verdict(program, FilteredCall(number: .max)) != .errno(38))
      // Calls with structures of another size have numbers from 512 on there; execveat is 545.
      let x32 = FilteredCall(number: 546 | FilteredCall.x32Bit)
      let x86 = FilteredCall(number: last + 1, architecture: FilteredCall.x86)
      #expect(verdict(program, x32) == (architectures.isEmpty ? .killThread : .errno(38)))
      #expect(verdict(program, x86) == (architectures.isEmpty ? .killThread : .errno(38)))
      #expect(verdict(program, FilteredCall(number: last + 1, architecture: FilteredCall.aarch64)) == .killThread)
    }
  }

  /// Apart from the newer calls, the filter behind the prologue answers what it answers alone.
  @Test func thePrologueChangesNoOtherAnswer() throws {
    let filter = try SeccompFilter(defaultAction: .errno(1))
    let names = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]
    let architectures = try names.map { try #require(SeccompFilter.Architecture(name: $0)) }
    for architecture in architectures { try filter.add(architecture) }
    try filter.addRule(.allow, for: #require(SeccompFilter.Call(name: "statx")))
    let plain = try filter.program()
    let newer = architectures.map { SeccompProgram.NewerCalls(architecture: $0, lastNumber: $0.number(ofCall: "statx")!) }
    let program = plain.answeringNoSuchCall(to: newer)
    let wrong = Self.calls.filter { call in
      let last: UInt32 = call.architecture == FilteredCall.x86 ? 383 : 332
      let number = call.number == .max ? 0 : call.number & ~FilteredCall.x32Bit
      let isNewer = number > last && call.architecture != FilteredCall.aarch64
      return verdict(program, call) != (isNewer ? .errno(38) : verdict(plain, call))
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(3))")
  }

  @Test(arguments: [SeccompAction.killProcess, .trap, .allow, .log, .trace])
  func aDefaultThatIsNoErrnoHoldsForNewerCallsToo(_ action: SeccompAction) throws {
    let rule = SyscallRule(names: ["read"], action: action == .allow ? .errno : .allow)
    let program = try compile(Seccomp(defaultAction: action, syscalls: [rule]))
    #expect(verdict(program, FilteredCall(number: 5000)) == verdict(program, FilteredCall(number: 1)))
  }

  // MARK: - Mistakes

  @Test func mistakesNameTheMember() {
    func message(_ change: (inout Seccomp) -> Void) -> String? {
      var seccomp = Seccomp(defaultAction: .errno, syscalls: [SyscallRule(names: ["read"], action: .allow)])
      change(&seccomp)
      return #expect(throws: Failure.self) {
        try SeccompFeature.plan(seccomp, cacheDirectory: nil, warn: { _ in }, debug: { _ in })
      }?.message
    }
    #expect(
      message {
        $0.architectures = [.x86]
        $0.syscalls = [
          SyscallRule(names: ["socket"], action: .allow, args: [SyscallArgument(index: 0, value: 1, op: .equal)]),
          SyscallRule(names: ["socket"], action: .errno, errnoRet: 9, args: [SyscallArgument(index: 0, value: 2, op: .equal)]),
        ]
      }?.hasPrefix("linux.seccomp.syscalls[1]: the rule for socket: seccomp_rule_add: File exists (") == true)
    #expect(message { $0.defaultErrnoRet = 4096 } == "linux.seccomp.defaultErrnoRet: 4096 is not an errno (0 to 4095)")
    #expect(
      message { $0.syscalls.append(SyscallRule(names: ["mkdir"], action: .trace, errnoRet: 65536)) }
        == "linux.seccomp.syscalls[1].errnoRet: 65536 does not fit a tracer's message (0 to 65535)")
    #expect(
      message { $0.syscalls[0].args = [SyscallArgument(index: 6, value: 0, op: .equal)] }?
        .hasPrefix("linux.seccomp.syscalls[0]: the rule for read: seccomp_rule_add: ") == true)
  }

  // MARK: - Flags and the listener

  func plan(_ seccomp: Seccomp) throws -> SeccompPlan {
    try #require(try SeccompFeature.plan(seccomp, cacheDirectory: nil, warn: { _ in }, debug: { _ in }))
  }

  @Test func flagsAreTheKernels() throws {
    var seccomp = Seccomp(defaultAction: .allow, syscalls: [SyscallRule(names: ["mkdir"], action: .errno)])
    #expect(try plan(seccomp).flags == .speculationAllowed)
    seccomp.flags = []  // which is not the same as nothing said
    #expect(try plan(seccomp).flags == [])
    seccomp.flags = [.tsync, .log]
    #expect(try plan(seccomp).flags == .log)
    seccomp.flags = [.specAllow, .waitKillableRecv]  // nothing is notified
    #expect(try plan(seccomp).flags == .speculationAllowed)
  }

  @Test(.enabled(if: SeccompProgram.Flags([.newListener, .waitKillable]).areSupported))
  func aNotifyingFilterHasAListener() throws {
    var seccomp = Seccomp(defaultAction: .allow, syscalls: [SyscallRule(names: ["mkdir"], action: .notify)])
    seccomp.listenerPath = "/run/supervisor"
    seccomp.flags = [.waitKillableRecv]
    let plan = try plan(seccomp)
    #expect(plan.flags == [.newListener, .waitKillable])
    #expect(verdict(plan.program, FilteredCall(number: 83)) == .notify)
  }

  @Test func aListenerWithoutNotifyIsIgnored() throws {
    var seccomp = Seccomp(defaultAction: .allow, syscalls: [SyscallRule(names: ["mkdir"], action: .errno)])
    seccomp.listenerPath = "/run/supervisor"
    let plan = try plan(seccomp)
    #expect(!plan.flags.contains(.newListener))
  }

  @Test func theSupervisorGetsTheStateAndTheListenerOnce() throws {
    try withTemporaryDirectory { path in
      let directory = try Descriptor.open(host: path, [.path, .directory])
      let socket = try UnixSocket.bind("s", in: directory, kind: .stream, mode: 0o600)
      try socket.listen()
      let pair = try SocketPair()
      try SeccompFeature.send(listener: pair.child, state: #"{"fds":["seccompFd"]}"#, to: "\(path)/s")
      let connection = try socket.accept()
      let message = try connection.receive()
      #expect(message.bytes == Array(#"{"fds":["seccompFd"]}"#.utf8))
      guard let received = message.descriptor else { throw Failure("no descriptor came") }
      try received.descriptor.send([7])
      #expect(try pair.host.receive().bytes == [7])
      #expect(try connection.receive().bytes.isEmpty)
      let failure = #expect(throws: Failure.self) {
        try SeccompFeature.send(listener: pair.child, state: "", to: "\(path)/missing")
      }
      #expect(failure?.message == "sending the seccomp listener to \(path)/missing: connect: No such file or directory")
    }
  }

  // MARK: - Features

  @Test func featuresNameWhatTheLibraryAndTheKernelHave() {
    #expect(SeccompFeature.libraryVersion.split(separator: ".").compactMap { Int($0) }.count == 3)
    #expect(SeccompFeature.architectures.contains(.x86_64))
    #expect(Set(SeccompFeature.supportedFlags).isSuperset(of: [.tsync, .log, .specAllow]))
  }
}
