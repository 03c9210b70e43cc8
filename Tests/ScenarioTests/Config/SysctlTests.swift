import Foundation
import Testing

extension Scenarios {
  /// `linux.sysctl`: kernel parameters of the container's own namespaces.
  @Suite struct Sysctls {
    static func file(_ key: String) -> String { "/proc/sys/" + key.replacingOccurrences(of: ".", with: "/") }

    @Test(arguments: [
      ("net.ipv4.ip_forward", "1"), ("net.ipv4.ip_local_port_range", "20000\t30000"), ("net.core.somaxconn", "777"),
      ("net/ipv4/ip_default_ttl", "99"), ("kernel.msgmax", "8200"), ("kernel.shm_rmid_forced", "1"),
      ("kernel.sem", "250\t32001\t100\t128"),
      ("fs.mqueue.msg_max", "12"), ("kernel/shmmni", "4097"),
    ])
    func ofTheContainersNamespaces(key: String, value: String) throws {
      let bundle = try Bundle(["cat", Self.file(key)])
      bundle.config["linux.sysctl"] = .object([key: .string(value.replacingOccurrences(of: "\t", with: " "))])
      let before = File.text(Self.file(key))
      #expect(try output(of: bundle) == value + "\n")
      #expect(File.text(Self.file(key)) == before, "it was set on the host")
    }

    @Test func severalAtOnce() throws {
      let bundle = try Bundle(shell: "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax")
      bundle.config["linux.sysctl"] = ["kernel.msgmax": "8201", "net.ipv4.ip_forward": "1"]
      #expect(try output(of: bundle) == "1\n8201\n")
    }

    /// Which the host has a copy of, or nobody.
    @Test(arguments: [
      "kernel.panic", "vm.swappiness", "kernel.core_pattern", "fs.file-max", "kernel.hostname", "kernel.sysrq",
      "kernel/../vm/swappiness", "net/../kernel/panic",
    ])
    func oneOfTheHostIsRefused(key: String) throws {
      let bundle = try Bundle()
      bundle.config["linux.sysctl"] = .object([key: "0"])
      let before = File.text("/proc/sys/kernel/panic") + File.text("/proc/sys/vm/swappiness")
      expectApusSays(key, try refusal(of: bundle))
      #expect(File.text("/proc/sys/kernel/panic") + File.text("/proc/sys/vm/swappiness") == before)
    }

    @Test(arguments: [("net.ipv4.ip_forward", "network"), ("kernel.msgmax", "ipc"), ("fs.mqueue.msg_max", "ipc")])
    func oneWithoutItsNamespaceIsRefused(key: String, namespace: String) throws {
      let bundle = try Bundle()
      bundle.dropNamespace(namespace)
      bundle.config["linux.sysctl"] = .object([key: "1"])
      expectFailure(try refusal(of: bundle), saying: key)
    }

    /// In the runtime's own network namespace by another name.
    @Test(.disabled(if: Runtime.isCrun, "crun does not look")) func aPathToTheHostsNetworkIsTheHosts() throws {
      let bundle = try Bundle()
      bundle.setNamespace("network", path: "/proc/\(getpid())/ns/net")
      // The value that is there: nothing is lost if it is written all the same.
      let value = File.text("/proc/sys/net/ipv4/ip_default_ttl").dropLast()
      bundle.config["linux.sysctl"] = ["net.ipv4.ip_default_ttl": .string(String(value))]
      expectFailure(try refusal(of: bundle), saying: "net.ipv4.ip_default_ttl")
    }

    @Test func oneThatDoesNotExistIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.sysctl"] = ["net.ipv4.no_such_parameter": "1"]
      expectFailure(try refusal(of: bundle), saying: "no_such_parameter")
    }

    @Test func aValueTheKernelRefusesIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.sysctl"] = ["net.ipv4.ip_forward": "many"]
      expectApusSays("net.ipv4.ip_forward", try refusal(of: bundle))
    }
  }
}
