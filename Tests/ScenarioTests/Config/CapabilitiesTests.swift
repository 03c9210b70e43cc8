import Foundation
import Testing

extension Scenarios {
  /// `process.capabilities` and `process.noNewPrivileges`.
  @Suite struct Capabilities {
    static let numbers: [String: UInt64] = [
      "CAP_CHOWN": 0, "CAP_DAC_OVERRIDE": 1, "CAP_FOWNER": 3, "CAP_KILL": 5, "CAP_SETGID": 6, "CAP_SETUID": 7,
      "CAP_NET_BIND_SERVICE": 10, "CAP_NET_RAW": 13, "CAP_SYS_CHROOT": 18, "CAP_AUDIT_WRITE": 29,
    ]

    static func mask(_ names: [String]) -> String {
      let set = names.reduce(UInt64(0)) { $0 | 1 << (numbers[$1] ?? 63) }
      return String(repeating: "0", count: 16 - String(set, radix: 16).count) + String(set, radix: 16)
    }

    static let fields = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]

    /// The five sets in a text of /proc/PID/status.
    static func sets(_ text: String) -> [String: String] {
      Dictionary(uniqueKeysWithValues: fields.map { ($0, User.status($0, of: text).first ?? "") })
    }

    static func bundle(_ sets: [String: [String]]?) throws -> Bundle {
      let bundle = try Bundle(["cat", "/proc/self/status"])
      bundle.config["process.capabilities"] = sets.map { .object($0.mapValues { Value($0) }) }
      return bundle
    }

    /// Before the program runs, when no exec has worked them out anew.
    @Test func allFiveSetsAreAsListed() throws {
      let bundle = try Self.bundle([
        "bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW", "CAP_SETUID", "CAP_AUDIT_WRITE"],
        "permitted": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"], "effective": ["CAP_CHOWN"],
        "inheritable": ["CAP_KILL", "CAP_NET_RAW"], "ambient": ["CAP_NET_RAW"],
      ])
      bundle.setUser(uid: 1000, gid: 1000)
      try withContainer(bundle) { container in
        let sets = Self.sets(File.text("/proc/\(try container.pid)/status"))
        #expect(sets["CapBnd"] == Self.mask(["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW", "CAP_SETUID", "CAP_AUDIT_WRITE"]))
        #expect(sets["CapPrm"] == Self.mask(["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"]))
        #expect(sets["CapEff"] == Self.mask(["CAP_CHOWN"]))
        #expect(sets["CapInh"] == Self.mask(["CAP_KILL", "CAP_NET_RAW"]))
        #expect(sets["CapAmb"] == Self.mask(["CAP_NET_RAW"]))
        try container.startAndFinish()
        // capabilities(7): of a user that is not root the ambient ones survive the exec, and no others.
        let after = Self.sets(container.stdout)
        for name in ["CapPrm", "CapEff", "CapAmb"] { #expect(after[name] == Self.mask(["CAP_NET_RAW"])) }
        #expect(after["CapInh"] == sets["CapInh"] && after["CapBnd"] == sets["CapBnd"])
      }
    }

    @Test func rootHasThoseThatAreListed() throws {
      let names = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_SYS_CHROOT"]
      let sets = Self.sets(try output(of: Self.bundle(["bounding": names, "effective": names, "permitted": names])))
      for name in ["CapPrm", "CapEff", "CapBnd"] { #expect(sets[name] == Self.mask(names)) }
      for name in ["CapInh", "CapAmb"] { #expect(sets[name] == Self.mask([])) }
    }

    @Test func anotherUserHasNone() throws {
      let names = ["CAP_CHOWN", "CAP_KILL"]
      let bundle = try Self.bundle(["bounding": names, "effective": names, "permitted": names])
      bundle.setUser(uid: 1000, gid: 1000)
      let sets = Self.sets(try output(of: bundle))
      for name in ["CapPrm", "CapEff", "CapInh", "CapAmb"] { #expect(sets[name] == Self.mask([])) }
      #expect(sets["CapBnd"] == Self.mask(names))
    }

    @Test(arguments: [nil, [:]] as [[String: [String]]?]) func withoutTheMemberThereAreNone(sets: [String: [String]]?) throws {
      let found = Self.sets(try output(of: Self.bundle(sets)))
      for name in Self.fields { #expect(found[name] == Self.mask([]), "\(found)") }
    }

    /// "Any value which cannot be mapped ... MUST be logged as a warning", and it SHOULD not fail.
    @Test(.disabled(if: Runtime.isCrun, "crun fails")) func anUnknownOneIsWarnedOf() throws {
      let names = ["CAP_KILL", "CAP_NONSENSE"]
      let outcome = try Runtime().run(try Self.bundle(["bounding": names, "effective": names, "permitted": names]))
      expectSuccess(outcome)
      #expect(outcome.stderr.contains("CAP_NONSENSE"))
      #expect(Self.sets(outcome.stdout)["CapEff"] == Self.mask(["CAP_KILL"]))
    }

    /// One that this root does not hold is warned of as well.
    @Test(.enabled(if: Runtime.isApus && !Host.holds(capability: 24), "this root holds CAP_SYS_RESOURCE, or the peer fails"))
    func oneThatCannotBeGrantedIsWarnedOf() throws {
      let names = ["CAP_KILL", "CAP_SYS_RESOURCE"]
      let outcome = try Runtime().run(try Self.bundle(["bounding": names, "effective": names, "permitted": names]))
      expectSuccess(outcome)
      #expect(outcome.stderr.contains("CAP_SYS_RESOURCE"))
      #expect(Self.sets(outcome.stdout)["CapEff"] == Self.mask(["CAP_KILL"]))
    }

    @Test func theyAreInForce() throws {
      let line = "touch /x; chown 1000 /x && echo chown; mknod /n c 1 3 || echo no mknod; chroot / true || echo no chroot"
      let bundle = try Bundle(shell: line)
      bundle.setCapabilities(["CAP_CHOWN"])
      #expect(try output(of: bundle) == "chown\nno mknod\nno chroot\n")
    }

    @Test(arguments: [true, false, nil] as [Bool?]) func noNewPrivilegesIsAsListed(value: Bool?) throws {
      let bundle = try Bundle(["cat", "/proc/self/status"])
      bundle.config["process.noNewPrivileges"] = value.map { .bool($0) }
      #expect(User.status("NoNewPrivs", of: try output(of: bundle)) == [value == true ? "1" : "0"])
    }

    /// A set-user-id program of the image gives the rights of root only without it: ping needs a raw socket.
    @Test(arguments: [true, false]) func noNewPrivilegesHoldsASetUserIDProgram(value: Bool) throws {
      let bundle = try Bundle(["/suid/busybox", "ping", "-c", "1", "127.0.0.1"])
      bundle.setUser(uid: 1000, gid: 1000)
      bundle.config["process.capabilities"] = ["bounding": ["CAP_NET_RAW"]]
      bundle.config["process.noNewPrivileges"] = .bool(value)
      bundle.config["linux.sysctl"] = ["net.ipv4.ping_group_range": "1 0"]  // else it is open to everybody
      let program = "\(bundle.rootfs)/suid/busybox"
      try File.makeDirectory("\(bundle.rootfs)/suid")
      expectSuccess(try Spawned.run(["sh", "-c", "cp \(bundle.rootfs)/bin/busybox \(program) && chmod 4755 \(program)"]))
      let outcome = try Runtime().run(bundle)
      #expect(outcome.succeeded == !value, "\(outcome)")
      #expect(outcome.stdout.contains("1 packets received") == !value, "\(outcome)")
    }
  }
}
