import Foundation
import Testing

extension Scenarios {
  /// `linux.memoryPolicy`: config-linux.md "Memory Policy", asked of numa_maps (proc_pid_numa_maps(5)).
  @Suite(
    .enabled(if: File.exists("/proc/self/numa_maps"), "the kernel has no memory policies"),
    .disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.4"))
  struct MemoryPolicy {
    static func bundle(_ policy: Value) throws -> Bundle {
      let bundle = try Bundle(shell: "cut -d' ' -f2- /proc/self/numa_maps | grep -v default | sed -n '1s/ file=.*//p'")
      bundle.config["linux.memoryPolicy"] = policy
      return bundle
    }

    @Test(
      arguments: [
        (["mode": "MPOL_BIND", "nodes": "0"], "bind:0"), (["mode": "MPOL_INTERLEAVE", "nodes": "0"], "interleave:0"),
        (["mode": "MPOL_PREFERRED", "nodes": "0"], "prefer:0"), (["mode": "MPOL_PREFERRED"], "local"),
        (["mode": "MPOL_LOCAL"], "local"),
        (["mode": "MPOL_DEFAULT"], ""), (["mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]], "bind=static:0"),
        (["mode": "MPOL_INTERLEAVE", "nodes": "0", "flags": ["MPOL_F_RELATIVE_NODES"]], "interleave=relative:0"),
      ] as [(Value, String)])
    func itIsSet(policy: Value, shown: String) throws {
      #expect(try output(of: Self.bundle(policy)) == (shown.isEmpty ? "" : shown + "\n"))
    }

    @Test(
      .enabled(if: Host.kernelIsAtLeast(6, 9), "since Linux 6.9"),
      arguments: [
        (["mode": "MPOL_PREFERRED_MANY", "nodes": "0"], "prefer (many):0"),
        (["mode": "MPOL_WEIGHTED_INTERLEAVE", "nodes": "0"], "weighted interleave:0"),
        (["mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_NUMA_BALANCING"]], "bind=balancing:0"),
      ] as [(Value, String)]) func theNewerOnesToo(policy: Value, shown: String) throws
    {
      #expect(try output(of: Self.bundle(policy)) == shown + "\n")
    }

    /// Asked before anything is made.
    @Test(arguments: ["1023", "60000"]) func aNodeThatIsNotThereIsRefused(nodes: String) throws {
      let outcome = try refusal(of: Self.bundle(["mode": "MPOL_BIND", "nodes": .string(nodes)]))
      expectApusSays("linux.memoryPolicy.nodes: \(nodes) is more than there is", outcome)
    }

    @Test(
      .enabled(if: Runtime.isApus, "only apus names the property"),
      arguments: [
        ["mode": "MPOL_MADE_UP"], ["nodes": "0"], ["mode": "MPOL_BIND"], ["mode": "MPOL_DEFAULT", "nodes": "0"],
        ["mode": "MPOL_BIND", "nodes": "zero"], ["mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_MADE_UP"]],
      ] as [Value]) func whatTheKernelHasNotIsRefused(policy: Value) throws
    {
      expectFailure(try refusal(of: Self.bundle(policy)), saying: "linux.memoryPolicy.")
    }
  }

  /// `process.execCPUAffinity`: of `exec` alone.
  @Suite struct ExecCPUAffinity {
    static let allowed = ["sh", "-c", "grep ^Cpus_allowed_list /proc/self/status"]

    /// More cpus than the 1024 of the C library's cpu_set_t, and blanks.
    @Test(arguments: ["0", "0-2047", "0-3, 8191", " 7 ", "0-3,7,1024-1100"]) func itIsTakenAndNotTheInitsAffair(list: String)
      throws
    {
      let bundle = try Bundle(Self.allowed)
      let without = try output(of: bundle)
      bundle.config["process.execCPUAffinity"] = ["initial": .string(list), "final": .string(list)]
      #expect(try output(of: bundle) == without)
    }

    @Test(.enabled(if: Runtime.isApus, "peers parse it in exec"), arguments: ["0-", "3-1", "x", "0 1", "-1", "0-1-2"])
    func aListThatIsNoneIsRefused(list: String) throws {
      let bundle = try Bundle()
      bundle.config["process.execCPUAffinity"] = ["final": .string(list)]
      expectFailure(try refusal(of: bundle), saying: "process.execCPUAffinity.final")
    }
  }
}
