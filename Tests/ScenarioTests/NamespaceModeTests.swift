import Foundation
import Testing

extension Scenarios {
  /// `--ipc`, `--network`, `--pid`, `--uts` `private|host|container:<id>`: options of apus's own, over what config.json says.
  @Suite(.enabled(if: Runtime.isApus, "only apus has them")) struct NamespaceMode {
    /// The flag, which has the spec's name of the kind, and the name of the file in /proc/PID/ns.
    static let kinds = [("ipc", "ipc"), ("network", "net"), ("pid", "pid"), ("uts", "uts")]

    static func host(_ file: String) -> String { File.link("/proc/self/ns/\(file)") }

    /// config.json with or without a namespace of that kind.
    static func bundle(_ kind: String, isListed: Bool) throws -> Bundle {
      let bundle = try Bundle(["sleep", "100"])
      if isListed { bundle.setNamespace(kind) } else { bundle.dropNamespace(kind) }
      return bundle
    }

    /// A process that joins later is where the first one is.
    private func expectExec(in container: Container, _ file: String) throws {
      try container.start()
      let outcome = try container.exec(["readlink", "/proc/self/ns/\(file)"])
      #expect(try outcome.stdout == container.namespace(file) + "\n", "\(outcome)")
    }

    @Test(arguments: kinds, [true, false])
    func withoutThemTheConfigurationDecides(kind: (flag: String, file: String), isListed: Bool) throws {
      try withContainer(try Self.bundle(kind.flag, isListed: isListed)) { container in
        let namespace = try container.namespace(kind.file)
        #expect((namespace != Self.host(kind.file)) == isListed)
      }
    }

    @Test(arguments: kinds, [true, false])
    func privateIsANewOneWhateverTheConfigurationSays(kind: (flag: String, file: String), isListed: Bool) throws {
      let bundle = try Self.bundle(kind.flag, isListed: isListed)
      if isListed { bundle.setNamespace(kind.flag, path: "/proc/self/ns/\(kind.file)") }
      try withContainer(bundle, options: ["--\(kind.flag)", "private"]) { container in
        let namespace = try container.namespace(kind.file)
        #expect(namespace != Self.host(kind.file) && !namespace.isEmpty)
        try expectExec(in: container, kind.file)
      }
    }

    @Test(arguments: kinds, [true, false])
    func hostIsTheHostsWhateverTheConfigurationSays(kind: (flag: String, file: String), isListed: Bool) throws {
      try withContainer(try Self.bundle(kind.flag, isListed: isListed), options: ["--\(kind.flag)=host"]) { container in
        #expect(try container.namespace(kind.file) == Self.host(kind.file))
        try expectExec(in: container, kind.file)
      }
    }

    /// One that is only created will do: its namespaces are there.
    @Test(arguments: kinds, [true, false])
    func containerIsTheOthersWhateverTheConfigurationSays(kind: (flag: String, file: String), isListed: Bool) throws {
      try withContainer(try Bundle(["sleep", "100"])) { target in
        let options = ["--\(kind.flag)", "container:\(target.id)"]
        try withContainer(
          try Self.bundle(kind.flag, isListed: isListed), runtime: target.runtime, options: options
        ) { joiner in
          #expect(try joiner.namespace(kind.file) == target.namespace(kind.file))
          #expect(try joiner.namespace(kind.file) != Self.host(kind.file))
          try expectExec(in: joiner, kind.file)
          for other in Self.kinds where other.0 != kind.flag {
            #expect(try joiner.namespace(other.1) != target.namespace(other.1), "\(other.0)")
          }
        }
      }
    }

    /// All of them at once, as the containers of a pod have them; `run` takes them too.
    @Test func allTogether() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { target in
        let line = Self.kinds.map { "readlink /proc/self/ns/\($0.1)" }.joined(separator: "; ")
        let text = try output(
          of: try Bundle(shell: line), options: Self.kinds.flatMap { ["--\($0.0)", "container:\(target.id)"] },
          runtime: target.runtime)
        #expect(try text == Self.kinds.map { "\(try target.namespace($0.1))\n" }.joined())
        #expect(try target.status() == "running")
      }
    }

    /// The other's namespace may be the host's.
    @Test func theHostsByWayOfAnother() throws {
      try withContainer(try Bundle(["sleep", "100"]), options: ["--network", "host"]) { target in
        let bundle = try Bundle(["readlink", "/proc/self/ns/net"])
        let options = ["--network", "container:\(target.id)"]
        #expect(try output(of: bundle, options: options, runtime: target.runtime) == Self.host("net") + "\n")
        bundle.config["linux.sysctl"] = ["net.ipv4.ip_forward": "0"]
        let refused = try target.runtime.run(bundle, options: options)
        expectFailure(refused, saying: "sysctl \"net.ipv4.ip_forward\" is not allowed in the host's network namespace")
      }
    }

    @Test(arguments: kinds) func aTargetThatIsNotThereIsRefused(kind: (flag: String, file: String)) throws {
      try expectRefusal(
        of: try Bundle(), saying: "--\(kind.flag) container:nobody", "not exist",
        options: ["--\(kind.flag)", "container:nobody"])
    }

    @Test(arguments: kinds) func aTargetThatHasStoppedIsRefused(kind: (flag: String, file: String)) throws {
      try withContainer(try Bundle()) { target in
        try target.startAndFinish()
        let outcome = try refusal(
          of: try Bundle(), runtime: target.runtime, options: ["--\(kind.flag)", "container:\(target.id)"])
        #expect(outcome.message.contains("--\(kind.flag) container:\(target.id): container not running"), "\(outcome)")
      }
    }

    @Test(arguments: kinds, ["", "frobnicate", "container", "HOST", "shareable"])
    func aModeThatIsNoneIsRefused(kind: (flag: String, file: String), mode: String) throws {
      // The text tells what there is to choose from.
      try expectRefusal(
        of: try Bundle(), saying: "invalid --\(kind.flag) \"\(mode)\" (use private, host or container:<id>)",
        options: ["--\(kind.flag)=\(mode)"])
    }

    @Test(arguments: kinds, ["container:", "container:../a", "container:a/b"])
    func aTargetThatCanBeNoneIsRefused(kind: (flag: String, file: String), mode: String) throws {
      try expectRefusal(of: try Bundle(), saying: "--\(kind.flag) \(mode)", options: ["--\(kind.flag)", mode])
    }

    /// What would be set in the host's namespace is refused, and the flag that made it so is named.
    @Test(arguments: [
      ("ipc", "kernel.shmmax", "1"), ("network", "net.ipv4.ip_forward", "1"), ("uts", "kernel.domainname", "x"),
    ])
    func aKernelParameterOfTheHostIsRefused(flag: String, key: String, value: String) throws {
      let bundle = try Bundle()
      bundle.config["linux.sysctl"] = .object([key: .string(value)])
      try expectRefusal(of: bundle, saying: "config.json with --\(flag) host", key, options: ["--\(flag)", "host"])
    }

    @Test func aNetworkDeviceNeedsANetworkOfItsOwn() throws {
      let bundle = try Bundle()
      bundle.config["linux.netDevices"] = ["eth9": [:]]
      try expectRefusal(of: bundle, saying: "with --network host", "netDevices", options: ["--network", "host"])
    }
  }
}
