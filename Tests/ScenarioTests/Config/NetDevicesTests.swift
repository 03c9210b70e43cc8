import Foundation
import Testing

/// A pair of virtual interfaces of the host: `name` goes into a container, `peer` stays.
final class InterfacePair {
  let name: String
  let peer: String

  /// Whether this kernel makes such pairs.
  static let areThere: Bool = {
    _ = try? Spawned.run(["modprobe", "veth"])  // built in, or already there
    guard let pair = try? InterfacePair() else { return false }  // not here is the answer
    return pair.exists
  }()

  private static let counter = Counter()

  init() throws {
    let number = Self.counter.next()
    (name, peer) = ("sc\(getpid() % 100_000)x\(number)", "sc\(getpid() % 100_000)y\(number)")
    try Self.ip("link", "add", name, "type", "veth", "peer", "name", peer)
  }

  deinit {
    _ = try? Spawned.run(["ip", "link", "delete", peer])  // the end of its namespace may have removed both
    _ = try? Spawned.run(["ip", "link", "delete", name])
  }

  var exists: Bool { File.exists("/sys/class/net/\(name)") }

  /// The kernel of `conformance/lab/uml` has no IPv6.
  static let hasIPv6 = File.exists("/proc/net/if_inet6")

  func setUp(_ addresses: String...) throws {
    for address in addresses where Self.hasIPv6 || !address.contains(":") { try Self.ip("address", "add", address, "dev", name) }
    for end in [name, peer] { try Self.ip("link", "set", end, "up") }
  }

  static func ip(_ arguments: String...) throws {
    let outcome = try Spawned.run(["ip"] + arguments)
    guard outcome.succeeded else { throw HarnessError("ip \(arguments.joined(separator: " ")): \(outcome)") }
  }

  /// A line of `ip -o` about it on the host.
  func shown(_ arguments: String...) throws -> String { try Spawned.run(["ip", "-o"] + arguments + ["dev", name]).stdout }
}

extension Scenarios {
  /// `linux.netDevices`: config-linux.md "Network Devices".
  @Suite(
    .enabled(if: InterfacePair.areThere, "this kernel makes no pairs of virtual interfaces"),
    .disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has them since 1.4, crun since 1.24"))
  struct NetDevices {
    static func bundle(_ line: String, _ devices: [String: String]) throws -> Bundle {
      let bundle = try Bundle(shell: line)
      bundle.config["linux.netDevices"] = .object(
        devices.mapValues { $0.isEmpty ? .object([:]) : .object(["name": .string($0)]) })
      return bundle
    }

    @Test func itMovesWithAllThatBelongsToIt() throws {
      let pair = try InterfacePair()
      try InterfacePair.ip("link", "set", pair.name, "mtu", "1400", "address", "02:00:00:00:12:34")
      try pair.setUp("10.99.7.2/24", "fd00:99::2/64")
      let bundle = try Self.bundle("ip link show \(pair.name); ip address show \(pair.name); ls /sys/class/net", [pair.name: ""])
      let outcome = try Runtime().run(bundle)
      expectSuccess(outcome)
      for text in ["mtu 1400", "02:00:00:00:12:34", "inet 10.99.7.2/24", "inet6 fd00:99::2/64", ",UP"]
      where InterfacePair.hasIPv6 || !text.hasPrefix("inet6") {
        #expect(outcome.stdout.contains(text), "no \(text) in \(outcome)")
      }
    }

    @Test func itGetsTheNewName() throws {
      let pair = try InterfacePair()
      try pair.setUp("10.99.7.2/24")
      let text = try output(of: Self.bundle("ls /sys/class/net; ip address show eth7", [pair.name: "eth7"]))
      #expect(text.hasPrefix("eth7\nlo\n") && text.contains("inet 10.99.7.2/24") && text.contains(",UP"), "\(text)")
    }

    @Test func theKernelNumbersATemplate() throws {
      let (one, two) = (try InterfacePair(), try InterfacePair())
      try one.setUp("10.99.8.2/24")
      let text = try output(
        of: Self.bundle("ls /sys/class/net; ip address | grep -c 'inet 10.99.8.2/24'", [one.name: "net%d", two.name: "net%d"]))
      #expect(text == "lo\nnet0\nnet1\n1\n", "\(text)")
    }

    /// "The runtime MUST set the network device state to up": also one that was not.
    @Test func oneThatWasDownComesUp() throws {
      let pair = try InterfacePair()
      #expect(try output(of: Self.bundle("ip link show \(pair.name)", [pair.name: ""])).contains("UP"))
    }

    @Test func twoChangeNames() throws {
      let (one, two) = (try InterfacePair(), try InterfacePair())
      try InterfacePair.ip("link", "set", one.name, "address", "02:00:00:00:00:01")
      let bundle = try Self.bundle("cat /sys/class/net/\(two.name)/address", [one.name: two.name, two.name: one.name])
      #expect(try output(of: bundle) == "02:00:00:00:00:01\n")
    }

    @Test func inAUserNamespaceToo() throws {
      let pair = try InterfacePair()
      try pair.setUp("10.99.7.2/24")
      let bundle = try UserNamespace.bundle("ip address show eth1")
      bundle.config["linux.netDevices"] = [pair.name: ["name": "eth1"]]
      #expect(try output(of: bundle).contains("inet 10.99.7.2/24"))
    }

    @Test func hooksAndSysctlsFindIt() throws {
      let pair = try InterfacePair()
      let bundle = try Self.bundle("cat /proc/sys/net/ipv4/conf/eth1/forwarding", [pair.name: "eth1"])
      let file = "\(bundle.directory.path)/state"
      bundle.config["hooks.createContainer"] = [
        ["path": "/bin/sh", "args": ["sh", "-c", .string("cat /proc/self/net/dev > \(file)")]]
      ]
      bundle.config["linux.sysctl"] = ["net/ipv4/conf/eth1/forwarding": "1"]
      #expect(try output(of: bundle) == "1\n")
      #expect(File.text(file).contains("eth1:"))
    }

    @Test func intoANamespaceThatIsJoined() throws {
      let pair = try InterfacePair()
      try pair.setUp("10.99.7.2/24")
      let first = try Bundle(["sleep", "100"])
      try withRunningContainer(first) { container in
        let bundle = try Self.bundle("ip address show eth1", [pair.name: "eth1"])
        bundle.setNamespace("network", path: "/proc/\(try container.pid)/ns/net")
        #expect(try output(of: bundle).contains("inet 10.99.7.2/24"))
        #expect(!pair.exists, "it was moved back")
      }
    }

    // MARK: Refusals

    @Test func oneThatIsNotThereIsRefused() throws {
      try expectRefusal(of: Self.bundle("true", ["no-such-dev": ""]), saying: "no-such-dev", "no such network interface")
    }

    @Test func aNameThatIsTakenIsRefused() throws {
      let pair = try InterfacePair()
      try pair.setUp("10.99.7.2/24", "fd00:99::2/64")
      try expectRefusal(of: Self.bundle("true", [pair.name: "lo"]), saying: "already has an interface lo", "File exists")
      #expect(pair.exists, "it was moved all the same")
    }

    @Test(.enabled(if: Runtime.isApus, "runc loses them")) func aFailureLeavesTheInterfacesAsTheyWere() throws {
      let pair = try InterfacePair()
      try pair.setUp("10.99.7.2/24", "fd00:99::2/64")
      let before = (try pair.shown("-4", "address", "show"), try pair.shown("-6", "address", "show", "scope", "global"))
      let bundle = try Self.bundle("true", [pair.name: "eth1"])
      bundle.config["hooks.createRuntime"] = [["path": "/bin/false"]]
      _ = try refusal(of: bundle)
      #expect(pair.exists)
      let link = try pair.shown("link", "show")
      #expect(link.contains(",UP"), "\(link)")
      #expect(try pair.shown("-4", "address", "show") == before.0)
      let addresses = try pair.shown("-6", "address", "show", "scope", "global")
      #expect(addresses.contains("fd00:99::2/64") == InterfacePair.hasIPv6, "\(before.1) became \(addresses)")
    }

    @Test func theLoopbackCannotMove() throws {
      let bundle = try Self.bundle("true", ["lo": "lo1"])
      expectApusSays("moving the network device lo", try refusal(of: bundle))
    }

    @Test(.enabled(if: Runtime.isApus, "only apus names the property")) func theHostsOwnNamespaceIsRefused() throws {
      let pair = try InterfacePair()
      let bundle = try Self.bundle("true", [pair.name: "eth1"])
      bundle.setNamespace("network", path: "/proc/self/ns/net")
      expectFailure(try refusal(of: bundle), saying: "linux.netDevices is not allowed in the host's network namespace")
      bundle.dropNamespace("network")
      expectFailure(try refusal(of: bundle), saying: "linux.netDevices: unable to move network devices")
    }

    @Test(
      .enabled(if: Runtime.isApus, "only apus names the property"),
      arguments: [
        ["sc1": "a/b"], ["sc1": "0123456789abcdef"], ["sc1": ".."], ["sc1": "a%db"], ["sc1": "%s"],
        ["sc1": "same", "sc2": "same"],
      ]) func aNameThatTheKernelHasNotIsRefused(devices: [String: String]) throws
    {
      expectFailure(try refusal(of: Self.bundle("true", devices)), saying: "linux.netDevices[\"sc")
    }
  }
}
