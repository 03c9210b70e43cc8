import Foundation
import Testing

extension Scenarios {
  /// `linux.seccomp`, asked of the program that it filters.
  @Suite struct Seccomp {
    static func rule(_ names: [String], _ action: String, errno: Int? = nil, args: Value? = nil) -> Value {
      var rule: Value = ["names": Value(names), "action": .string(action)]
      if let errno { rule["errnoRet"] = Value(errno) }
      if let args { rule["args"] = args }
      return rule
    }

    static func bundle(_ line: String, _ rules: [Value], noNewPrivileges: Bool = true) throws -> Bundle {
      let bundle = try Bundle(shell: line)
      bundle.config["process.noNewPrivileges"] = .bool(noNewPrivileges)
      bundle.config["linux.seccomp"] = [
        "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": .array(rules),
      ]
      return bundle
    }

    static let mkdir = ["mkdir", "mkdirat"]

    @Test(arguments: [true, false]) func theFilterIsInForce(noNewPrivileges: Bool) throws {
      let line = "grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status; mkdir /new"
      let bundle = try Self.bundle(line, [Self.rule(Self.mkdir, "SCMP_ACT_ERRNO")], noNewPrivileges: noNewPrivileges)
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "NoNewPrivs:\t\(noNewPrivileges ? 1 : 0)\nSeccomp:\t2\n", "\(outcome)")
      #expect(outcome.stderr.contains("Operation not permitted") && outcome.status == 1, "\(outcome)")
    }

    @Test func withoutItThereIsNoFilter() throws {
      #expect(try output(ofShell: "grep ^Seccomp: /proc/self/status") == "Seccomp:\t0\n")
    }

    /// E2BIG, which no mkdir says by itself.
    @Test(arguments: [true, false]) func theErrnoIsTheListed(noNewPrivileges: Bool) throws {
      let bundle = try Self.bundle(
        "mkdir /new", [Self.rule(Self.mkdir, "SCMP_ACT_ERRNO", errno: 7)], noNewPrivileges: noNewPrivileges)
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stderr.contains("Argument list too long"), "\(outcome)")
    }

    @Test(arguments: ["SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP"]) func killing(
      action: String
    ) throws {
      let outcome = try Runtime().run(try Self.bundle("mkdir /new; echo status $?", [Self.rule(Self.mkdir, action)]))
      #expect(outcome.stdout == "status 159\n", "\(outcome)")  // 128 + SIGSYS
    }

    @Test func killingTheFirstProcessEndsTheContainer() throws {
      let bundle = try Self.bundle("", [Self.rule(Self.mkdir, "SCMP_ACT_KILL_PROCESS")])
      bundle.config["process.args"] = ["mkdir", "/new"]
      #expect(try Runtime().run(bundle).status == 159)
    }

    @Test func anArgumentIsCompared() throws {
      // socket(AF_INET, ...) but no other family.
      let args: Value = [["index": 0, "value": 2, "op": "SCMP_CMP_EQ"]]
      let bundle = try Self.bundle(
        "nc -w 1 127.0.0.1 9; nc -w 1 local:/none", [Self.rule(["socket"], "SCMP_ACT_ERRNO", errno: 7, args: args)])
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stderr.components(separatedBy: "Argument list too long").count == 2, "\(outcome)")
    }

    @Test func aMaskIsCompared() throws {
      // chmod(path, mode) with the set-user-id bit: mode & 04000 == 04000.
      let masked: Value = [["index": 1, "value": 0o4000, "valueTwo": 0o4000, "op": "SCMP_CMP_MASKED_EQ"]]
      let bundle = try Self.bundle(
        "cp /etc/passwd /x; chmod 755 /x && echo fine; chmod 4755 /x || echo no",
        [Self.rule(["chmod"], "SCMP_ACT_ERRNO", args: masked)])
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "fine\nno\n", "\(outcome)")
    }

    @Test func aNameThatNoKernelKnowsIsSkipped() throws {
      _ = try output(of: Self.bundle("true", [Self.rule(["no_such_call", "mkdirat"], "SCMP_ACT_ERRNO")]))
    }

    /// A list of what is allowed, with an error for the rest: it must let the runtime's own last steps through.
    @Test(arguments: [true, false]) func aListOfWhatIsAllowed(noNewPrivileges: Bool) throws {
      let bundle = try Bundle(["cat", "/etc/group"])
      bundle.config["process.noNewPrivileges"] = .bool(noNewPrivileges)
      let names = [
        "execve", "execveat", "brk", "arch_prctl", "mmap", "munmap", "mprotect", "open", "openat", "read", "write", "close",
        "fstat", "newfstatat",
        "sendfile", "exit_group", "exit", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "readlink", "readlinkat",
        "getrandom", "uname", "getuid",
        "getgid", "geteuid", "getegid", "setuid", "setgid", "setresuid", "setresgid", "setgroups", "capset", "capget", "prctl",
        "fcntl", "futex", "lseek",
        "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "getpid", "gettid", "tgkill", "sched_getaffinity",
        "sched_yield", "nanosleep",
        "epoll_ctl", "epoll_pwait", "epoll_create1", "pipe2", "eventfd2", "getdents64", "fchown", "statfs", "fstatfs", "chdir",
        "getcwd", "stat", "lstat",
        "statx", "access", "faccessat", "faccessat2", "ioctl", "dup3", "close_range", "recvmsg", "sendmsg", "recvfrom", "sendto",
        "accept4", "madvise",
        "setsockopt", "seccomp", "getppid", "kill", "clone", "clone3", "restart_syscall", "openat2", "fstatfs64", "getsockopt",
        "poll", "ppoll",
      ]
      bundle.config["linux.seccomp"] = [
        "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86_64"],
        "syscalls": [Self.rule(names, "SCMP_ACT_ALLOW")],
      ]
      #expect(try output(of: bundle) == File.text("\(bundle.rootfs)/etc/group"))
    }

    /// What an engine gives by default, and a shell with work in it.
    @Test(arguments: ["docker-default", "podman-run"], [true, false])
    func anEnginesProfileRunsAShell(name: String, noNewPrivileges: Bool) throws {
      let path = "\(Runtime.packageRoot)/conformance/engines/configs/\(name).json"
      let seccomp = try #require(try Value(parsing: File.text(path))["linux.seccomp"], "\(path) has no seccomp")
      let line = "mkdir /d && touch /d/f && ls /d | cat; (sleep 0.01 & wait); grep ^Seccomp: /proc/self/status"
      let bundle = try Bundle(shell: line)
      bundle.config["linux.seccomp"] = seccomp
      bundle.config["process.noNewPrivileges"] = .bool(noNewPrivileges)
      #expect(try output(of: bundle) == "f\nSeccomp:\t2\n")
    }

    @Test(
      arguments: ["SCMP_ACT_MADE_UP", "ALLOW", ""]) func anUnknownActionIsRefused(action: String) throws
    {
      expectApusSays("linux.seccomp.syscalls[0].action", try refusal(of: Self.bundle("true", [Self.rule(Self.mkdir, action)])))
    }

    @Test func anUnknownArchitectureIsRefused() throws {
      let bundle = try Self.bundle("true", [Self.rule(Self.mkdir, "SCMP_ACT_ERRNO")])
      bundle.config["linux.seccomp.architectures"] = ["SCMP_ARCH_Z80"]
      expectApusSays("linux.seccomp.architectures", try refusal(of: bundle))
    }

    @Test(.enabled(if: Runtime.isApus, "peers ignore it")) func anErrnoForAnActionWithoutOneIsRefused() throws {
      let outcome = try refusal(of: Self.bundle("true", [Self.rule(Self.mkdir, "SCMP_ACT_KILL", errno: 7)]))
      expectFailure(outcome, saying: "linux.seccomp.syscalls[0].errnoRet")
    }

    // MARK: the cache

    @Test(.enabled(if: Runtime.isApus, "asks of apus' own cache")) func theCompiledFilterIsKeptAndUsedAgain() throws {
      let runtime = try Runtime()
      func run(_ errno: Int) throws -> String {
        try runtime.run(try Self.bundle("mkdir /new", [Self.rule(Self.mkdir, "SCMP_ACT_ERRNO", errno: errno)])).stderr
      }
      let cache = "\(runtime.root)/.cache/seccomp"
      #expect(try run(7).contains("Argument list too long"))
      let entries = File.names(in: cache)
      #expect(entries.count == 1, "\(entries)")
      let before = try Self.fingerprint("\(cache)/\(try #require(entries.first))")
      #expect(before.mode & 0o077 == 0)
      #expect(try run(7).contains("Argument list too long"))
      #expect(File.names(in: cache) == entries)
      #expect(try Self.fingerprint("\(cache)/\(entries[0])") == before, "it was compiled again")
      // Another profile is another entry, and is in force.
      #expect(try run(13).contains("Permission denied"))
      #expect(File.names(in: cache).count == 2)
    }

    struct Fingerprint: Equatable { var inode: UInt, seconds: Int, nanoseconds: Int, mode: UInt32 }

    static func fingerprint(_ path: String) throws -> Fingerprint {
      var status = stat()
      guard stat(path, &status) == 0 else { throw HarnessError("\(path): \(File.errorText())") }
      return Fingerprint(
        inode: UInt(status.st_ino), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec, mode: status.st_mode)
    }
  }

  /// `linux.seccomp.listenerPath`: another program answers for the kernel.
  @Suite struct SeccompListener {
    static func bundle(_ socket: String, noNewPrivileges: Bool) throws -> Bundle {
      let bundle = try Seccomp.bundle(
        "mkdir /asked && echo made; ls -d /asked", [Seccomp.rule(Seccomp.mkdir, "SCMP_ACT_NOTIFY")],
        noNewPrivileges: noNewPrivileges)
      bundle.config["linux.seccomp.listenerPath"] = .string(socket)
      bundle.config["linux.seccomp.listenerMetadata"] = "some metadata"
      bundle.config["annotations"] = ["key": "value"]
      return bundle
    }

    /// struct seccomp_notif is 80 bytes, struct seccomp_notif_resp 24: seccomp_unotify(2).
    static func answerOne(_ listener: Int32, errno: Int32) throws {
      var request = [UInt8](repeating: 0, count: 80)
      guard ioctl(listener, UInt(0xc050_2100), &request) == 0 else {
        throw HarnessError("SECCOMP_IOCTL_NOTIF_RECV: \(File.errorText())")
      }
      var answer = [UInt8](repeating: 0, count: 24)
      answer[0..<8] = request[0..<8]
      withUnsafeBytes(of: -errno) { answer[16..<20] = ArraySlice($0) }
      guard ioctl(listener, UInt(0xc018_2101), &answer) == 0 else {
        throw HarnessError("SECCOMP_IOCTL_NOTIF_SEND: \(File.errorText())")
      }
    }

    /// The program sees the error that we answer its mkdir(2) with.
    static func expectTheAnswer(_ bundle: Bundle, _ socket: DescriptorSocket) throws {
      try bundle.write()
      try withContainer(bundle) { container in
        let start = try container.runtime.spawn(["start", container.id])
        let message = try socket.receive()
        defer { for descriptor in message.descriptors { close(descriptor) } }
        expectSuccess(try start.wait())
        try Self.answerOne(try #require(message.descriptors.first), errno: 7)
        try container.waitUntil("stopped")
        #expect(container.stderr.contains("Argument list too long"))
      }
    }

    @Test(arguments: [true, false]) func itIsSentWithTheState(noNewPrivileges: Bool) throws {
      let directory = try TemporaryDirectory()
      let socket = try DescriptorSocket(path: "\(directory.path)/listener")
      let bundle = try Self.bundle(socket.path, noNewPrivileges: noNewPrivileges)
      let runtime = try Runtime()
      try bundle.write()
      let id = TemporaryDirectory.newID()
      try assertNothingLeft(by: runtime) {
        defer { runtime.deleteQuietly(id) }
        let run = try runtime.spawn(["run", "--bundle", bundle.path, id])
        let message = try socket.receive()
        defer { for descriptor in message.descriptors { close(descriptor) } }
        let state = try Value(parsing: message.payload)
        #expect(message.descriptors.count == 1)
        #expect(state["fds"] == ["seccompFd"])
        #expect(state["metadata"] == "some metadata")
        #expect(state["pid"]?.int ?? 0 > 1)
        #expect(state["state.id"]?.string == id)
        #expect(state["state.bundle"]?.string == bundle.path)
        #expect(state["state.annotations"] == ["key": "value"])
        #expect(state["ociVersion"]?.string?.isEmpty == false)
        // Said to have succeeded, though nothing was made.
        try Self.answerOne(try #require(message.descriptors.first), errno: 0)
        let outcome = try run.wait()
        #expect(outcome.stdout == "made\n" && outcome.stderr.contains("No such file"), "\(outcome)")
      }
    }

    @Test func anErrorOfItsIsTheCallers() throws {
      let directory = try TemporaryDirectory()
      let socket = try DescriptorSocket(path: "\(directory.path)/listener")
      try Self.expectTheAnswer(try Self.bundle(socket.path, noNewPrivileges: true), socket)
    }

    @Test func aSocketThatIsNotThereIsRefused() throws {
      let outcome = try refusal(of: Self.bundle("/tmp/no-such-socket", noNewPrivileges: false), verb: "run")
      expectApusSays("/tmp/no-such-socket", outcome)
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes it")) func notifyWithoutAListenerIsRefused() throws {
      let bundle = try Self.bundle("", noNewPrivileges: true)
      bundle.config["linux.seccomp.listenerPath"] = nil
      bundle.config["linux.seccomp.listenerMetadata"] = nil
      expectApusSays("listenerPath", try refusal(of: bundle))
    }
  }
}
