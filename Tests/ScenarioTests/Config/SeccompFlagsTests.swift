import Foundation
import Testing

extension Scenarios {
  /// `linux.seccomp.flags`, `defaultErrnoRet`, and the system calls which a filter's author could not know.
  @Suite struct SeccompFlags {
    /// A program of a few instructions: makes one system call without arguments, and ends with the errno of it.
    static func systemCall(_ number: UInt32) -> [UInt8] {
      func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
      // mov eax, number; syscall; neg eax; mov edi, eax; mov eax, exit_group; syscall
      let code = [0xb8] + bytes(number) + [0x0f, 0x05, 0xf7, 0xd8, 0x89, 0xc7, 0xb8] + bytes(UInt32(231)) + [0x0f, 0x05]
      let (base, headers) = (UInt64(0x40_0000), UInt64(64 + 56))
      var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      file += bytes(UInt16(2)) + bytes(UInt16(62)) + bytes(UInt32(1))  // ET_EXEC, EM_X86_64
      file += bytes(base + headers) + bytes(UInt64(64)) + bytes(UInt64(0)) + bytes(UInt32(0))
      file += bytes(UInt16(64)) + bytes(UInt16(56)) + bytes(UInt16(1)) + bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(UInt16(0))
      let length = headers + UInt64(code.count)
      file += bytes(UInt32(1)) + bytes(UInt32(5))  // PT_LOAD, to read and to execute
      file += bytes(UInt64(0)) + bytes(base) + bytes(base) + bytes(length) + bytes(length) + bytes(UInt64(4096))
      return file + code
    }

    /// The errno of a system call under a profile; 0 for one that goes through.
    static func errno(of number: UInt32, under seccomp: Value) throws -> Int32? {
      let bundle = try Bundle(["/call"])
      let path = "\(bundle.rootfs)/call"
      try Data(systemCall(number)).write(to: URL(fileURLWithPath: path))
      guard chmod(path, 0o755) == 0 else { throw HarnessError("chmod \(path): \(File.errorText())") }
      bundle.config["linux.seccomp"] = seccomp
      return try Runtime().run(bundle).status
    }

    static func engineProfile(_ name: String) throws -> Value {
      let path = "\(Runtime.packageRoot)/conformance/engines/configs/\(name).json"
      return try #require(try Value(parsing: File.text(path))["linux.seccomp"], "\(path) has no seccomp")
    }

    static let getpid: UInt32 = 39
    static let addKey: UInt32 = 248
    /// No kernel has it yet; its like comes with each new one.
    static let unknown: UInt32 = 1000

    #if arch(x86_64)
      /// A libc that tries a new call and hears EPERM gives up, and hearing ENOSYS takes the older one.
      @Test(.disabled(if: Runtime.isCrun, "crun answers them with the default")) func aCallThatIsNewerThanTheProfileIsNotThere()
        throws
      {
        var profile = try Self.engineProfile("docker-default")
        #expect(try Self.errno(of: Self.addKey, under: profile) == EPERM)
        #expect(try Self.errno(of: Self.unknown, under: profile) == ENOSYS)
        profile["defaultErrnoRet"] = 7
        #expect(try Self.errno(of: Self.addKey, under: profile) == 7)
        #expect(try Self.errno(of: Self.unknown, under: profile) == ENOSYS)
      }

      /// What a profile says about the rest is said about newer calls too, unless it is an errno.
      @Test(.disabled(if: Runtime.isRunc, "runc answers ENOSYS whatever does not allow")) func aProfileThatKillsKillsThemToo()
        throws
      {
        var profile = try Self.engineProfile("docker-default")
        profile["defaultAction"] = "SCMP_ACT_KILL_PROCESS"
        profile["defaultErrnoRet"] = nil
        #expect(try Self.errno(of: Self.unknown, under: profile) == 128 + SIGSYS)
      }

      @Test(arguments: [nil, 7] as [Int?]) func theErrnoOfARule(errno: Int?) throws {
        let profile: Value = [
          "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
          "syscalls": [Seccomp.rule(["getpid"], "SCMP_ACT_ERRNO", errno: errno)],
        ]
        #expect(try Self.errno(of: Self.getpid, under: profile) == Int32(errno ?? Int(EPERM)))
      }

      /// SCMP_ACT_LOG and SCMP_ACT_TRACE without a tracer.
      @Test func loggingAndTracing() throws {
        for (action, errno, expected) in [("SCMP_ACT_LOG", nil, Int32(1)), ("SCMP_ACT_TRACE", 9, ENOSYS)]
          as [(String, Int?, Int32)]
        {
          let profile: Value = [
            "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
            "syscalls": [Seccomp.rule(["getpid"], action, errno: errno)],
          ]
          // getpid of the first process is 1, which negated is no errno: -1 & 0xff.
          #expect(try Self.errno(of: Self.getpid, under: profile) == (expected == 1 ? 255 : expected), "\(action)")
        }
      }
    #endif

    @Test(
      .disabled(if: Runtime.isOldRunc, "runc has TSYNC and the newer ones since 1.2"),
      arguments: [
        [], ["SECCOMP_FILTER_FLAG_LOG"], ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"], ["SECCOMP_FILTER_FLAG_TSYNC"],
        ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC"],
      ], [true, false]) func withEachFlagTheFilterIsInForce(flags: [String], noNewPrivileges: Bool) throws
    {
      let bundle = try Seccomp.bundle(
        "grep ^Seccomp: /proc/self/status; mkdir /new", [Seccomp.rule(Seccomp.mkdir, "SCMP_ACT_ERRNO", errno: 7)],
        noNewPrivileges: noNewPrivileges)
      bundle.config["linux.seccomp.flags"] = Value(flags)
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "Seccomp:\t2\n" && outcome.stderr.contains("Argument list too long"), "\(outcome)")
    }

    /// Since Linux 5.19, and only for a filter that notifies.
    @Test(
      .enabled(if: Host.kernelIsAtLeast(5, 19), "since Linux 5.19"), .disabled(if: Runtime.isOldRunc || Runtime.isCrun, "newer"))
    func aListenerMayWaitKillable() throws {
      let directory = try TemporaryDirectory()
      let socket = try DescriptorSocket(path: "\(directory.path)/listener")
      let bundle = try SeccompListener.bundle(socket.path, noNewPrivileges: true)
      bundle.config["linux.seccomp.flags"] = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]
      try SeccompListener.expectTheAnswer(bundle, socket)
    }

    @Test(
      .enabled(if: Runtime.isApus, "only apus names the property"),
      arguments: ["SECCOMP_FILTER_FLAG_MADE_UP", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", "SECCOMP_FILTER_FLAG_NEW_LISTENER"])
    func aFlagThatMakesNoSenseIsRefused(flag: String) throws {
      let bundle = try Seccomp.bundle("true", [Seccomp.rule(Seccomp.mkdir, "SCMP_ACT_ERRNO")])
      bundle.config["linux.seccomp.flags"] = [.string(flag)]
      expectFailure(try refusal(of: bundle), saying: "linux.seccomp.flags")
    }
  }
}
