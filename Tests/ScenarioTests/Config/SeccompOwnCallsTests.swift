import Foundation
import Testing

extension Scenarios {
  /// A filter is for the container's program: what the runtime calls on the way to it is not its business.
  @Suite struct SeccompOwnCalls {
    /// Newer or rarer than what a profile knows that was made from a trace of a program.
    static let calls = [
      "openat2", "faccessat2", "statx", "close_range", "accept4", "recvmsg", "sendmsg", "clone3", "memfd_create", "prlimit64",
      "pidfd_open", "setresuid", "prctl",
    ]
    /// Those runc makes behind its filter: there it cannot do without them when noNewPrivileges is off.
    static let callsOfRunc = ["setgroups", "capset", "fchdir", "chdir", "getcwd"]

    /// A program that needs next to nothing. `ENOSYS` is what Docker's profile answers to clone3.
    static func bundle(refusing call: String, errno: Int = 1, uid: Int = 0, hook: Bool = false) throws -> Bundle {
      let bundle = try Seccomp.bundle(
        "", [Seccomp.rule([call], "SCMP_ACT_ERRNO", errno: errno)], noNewPrivileges: false)
      bundle.config["process.args"] = ["echo", "fine"]
      bundle.setUser(uid: uid, gid: uid)
      if hook { bundle.config["hooks"] = ["startContainer": [["path": "/bin/true"]]] }
      return bundle
    }

    @Test(arguments: calls, [0, 1000]) func aRefusedCallIsNotMissed(call: String, uid: Int) throws {
      if !Runtime.isApus, ["setresuid", "prctl", "prlimit64", "sendmsg", "recvmsg"].contains(call) { return }  // their own
      #expect(try output(of: Self.bundle(refusing: call, uid: uid)) == "fine\n")
    }

    @Test(.enabled(if: Runtime.isApus, "peers load the filter before they make these calls"), arguments: callsOfRunc, [0, 1000])
    func neitherAreThoseOfTheUser(call: String, uid: Int) throws {
      #expect(try output(of: Self.bundle(refusing: call, uid: uid)) == "fine\n")
    }

    @Test(arguments: calls) func norWithAHookInTheContainer(call: String) throws {
      if !Runtime.isApus, ["setresuid", "prctl", "prlimit64", "sendmsg", "recvmsg"].contains(call) { return }  // their own
      let bundle = try Self.bundle(refusing: call, hook: true)
      #expect(try output(of: bundle) == "fine\n")
      try withContainer(bundle) { container in
        try container.startAndFinish()
        #expect(container.stdout == "fine\n")
      }
    }

    @Test(arguments: [true, false]) func clone3IsNotThere(noNewPrivileges: Bool) throws {
      let bundle = try Self.bundle(refusing: "clone3", errno: 38, hook: true)
      bundle.config["process.noNewPrivileges"] = .bool(noNewPrivileges)
      #expect(try output(of: bundle) == "fine\n")
    }

    @Test(.enabled(if: Runtime.isApus, "peers make calls of their own under the filter"))
    func execveIsAllThatTheRuntimeNeeds() throws {
      let bundle = try Bundle(["/bin/true"])
      bundle.config["process.noNewPrivileges"] = false
      let names = [
        "execve", "arch_prctl", "brk", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "readlinkat", "readlink",
        "getrandom", "mprotect", "exit_group", "getuid", "uname", "mmap", "prctl",
      ]
      bundle.config["linux.seccomp"] = [
        "defaultAction": "SCMP_ACT_KILL_PROCESS", "architectures": ["SCMP_ARCH_X86_64"],
        "syscalls": [Seccomp.rule(names, "SCMP_ACT_ALLOW")],
      ]
      _ = try output(of: bundle)
    }

    /// A hook in the container is a file of the image.
    @Test(arguments: [true, false]) func hooksInTheContainerAreUnderTheFilter(noNewPrivileges: Bool) throws {
      let bundle = try Seccomp.bundle(
        "cat /hook", [Seccomp.rule(Seccomp.mkdir, "SCMP_ACT_ERRNO")], noNewPrivileges: noNewPrivileges)
      let line = "mkdir /new; grep -E '^(Seccomp|CapPrm|CapEff|CapBnd):' /proc/self/status > /hook; ls -d /new; true"
      bundle.setCapabilities(["CAP_KILL", "CAP_SYS_PTRACE"])
      bundle.config["hooks"] = ["startContainer": [["path": "/bin/sh", "args": ["sh", "-c", .string(line)]]]]
      let capabilities = "0000000000080020"
      #expect(
        try output(of: bundle)
          == "CapPrm:\t\(capabilities)\nCapEff:\t\(capabilities)\nCapBnd:\t\(capabilities)\nSeccomp:\t2\n")
      #expect(!File.exists("\(bundle.rootfs)/new"))
    }

    /// While a hook runs, so while what the image has put there runs, nothing in the container has more than the container.
    @Test(arguments: [0, 1000]) func noProcessHasMoreThanTheContainerDuringAHook(uid: Int) throws {
      let bundle = try Seccomp.bundle(
        "cat /tmp/hook", [Seccomp.rule(Seccomp.mkdir, "SCMP_ACT_ERRNO")], noNewPrivileges: false)
      bundle.setUser(uid: uid, gid: uid)
      bundle.setCapabilities(["CAP_KILL"])
      let line = "grep -E '^(CapPrm|CapEff):' /proc/1/status > /tmp/hook"
      bundle.config["hooks"] = ["startContainer": [["path": "/bin/sh", "args": ["sh", "-c", .string(line)]]]]
      #expect(try output(of: bundle) == "CapPrm:\t0000000000000020\nCapEff:\t0000000000000020\n")
    }

    /// What init keeps to load the filter never gets to the program, whoever that is.
    @Test(arguments: [0, 1000], [true, false])
    func theProgramHasNotTheCapabilityToLoadFilters(uid: Int, userNamespace: Bool) throws {
      let bundle = try Seccomp.bundle(
        "grep ^Cap /proc/self/status", [Seccomp.rule(Seccomp.mkdir, "SCMP_ACT_ERRNO")], noNewPrivileges: false)
      bundle.setUser(uid: uid, gid: uid)
      if userNamespace { try bundle.enableUserNamespace() }
      bundle.setCapabilities(["CAP_KILL", "CAP_CHOWN"])
      let own = uid == 0 ? "0000000000000021" : "0000000000000000"
      let none = "0000000000000000"
      let expected = "CapInh:\t\(none)\nCapPrm:\t\(own)\nCapEff:\t\(own)\nCapBnd:\t0000000000000021\nCapAmb:\t\(none)\n"
      #expect(try output(of: bundle) == expected)
    }
  }
}
