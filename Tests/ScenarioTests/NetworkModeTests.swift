import Foundation
import Testing

extension Scenarios {
  /// `--network private|host|container:<id>`, an option of apus's own.
  @Suite(.enabled(if: Runtime.isApus, "only apus has --network")) struct NetworkMode {
    static func interfaces(_ text: String) -> Set<String> {
      Set(text.split(separator: "\n").dropFirst(2).compactMap { $0.split(separator: ":").first }.map { $0.filter { $0 != " " } })
    }

    @Test func privateHasALoopbackThatIsUpAndNothingElse() throws {
      let bundle = try Bundle(shell: "cat /proc/net/dev; ip addr show lo")
      bundle.dropNamespace("network")
      let text = try output(of: bundle, options: ["--network", "private"])
      #expect(text.contains("LOOPBACK,UP") && text.contains("inet 127.0.0.1/8"), "\(text)")
      // tunl0 and the like are in every namespace of a kernel that has such a module.
      #expect(!text.contains("eth0"), "\(text)")
    }

    @Test func hostHasTheHostsInterfaces() throws {
      let text = try output(of: try Bundle(["cat", "/proc/net/dev"]), options: ["--network", "host"])
      #expect(Self.interfaces(text) == Self.interfaces(File.text("/proc/net/dev")))
    }

    /// Nor may a user namespace set what belongs to another, or mount the sysfs of it.
    @Test func aUserNamespaceMayNotChangeTheNetworkOfAnother() throws {
      try withContainer(try Bundle(["sleep", "100"])) { target in
        let options = ["--network", "container:\(target.id)"]
        let bundle = try UserNamespace.bundle("true")
        let mounting = try refusal(of: bundle, runtime: target.runtime, options: options)
        #expect(mounting.message.contains("sysfs needs a network namespace that belongs to the container's user namespace"))
        bundle.config["mounts"] = .array((bundle.config["mounts"]?.array ?? []).filter { $0["type"] == "proc" })
        bundle.config["linux.maskedPaths"] = []
        expectSuccess(try target.runtime.run(bundle, options: options))
        bundle.config["linux.sysctl"] = ["net.ipv4.ip_forward": "1"]
        let setting = try refusal(of: bundle, runtime: target.runtime, options: options)
        #expect(setting.message.contains("Permission denied (the namespace it is set in belongs to another user namespace)"))
      }
    }

    @Test func whoListensInOneIsReachedFromTheOther() throws {
      try withRunningContainer(try Bundle(["httpd", "-f", "-p", "127.0.0.1:4321", "-h", "/etc"])) { target in
        let line = "for i in 1 2 3 4 5 6 7 8 9; do wget -q -O - http://127.0.0.1:4321/group && exit; sleep 0.2; done; exit 1"
        let options = ["--network", "container:\(target.id)"]
        let text = try output(of: try Bundle(shell: line), options: options, runtime: target.runtime)
        #expect(text == File.text("\(target.bundle.rootfs)/etc/group"))
      }
    }

    /// Whoever joined keeps what it joined.
    @Test func theJoinerOutlivesTheTarget() throws {
      let runtime = try Runtime()
      try withRunningContainer(try Bundle(["sleep", "100"]), runtime: runtime) { target in
        let options = ["--network", "container:\(target.id)"]
        try withRunningContainer(try Bundle(["sleep", "100"]), runtime: runtime, options: options) { joiner in
          let namespace = try target.namespace("net")
          expectSuccess(try runtime("delete", "--force", target.id))
          #expect(try joiner.namespace("net") == namespace)
          let outcome = try joiner.exec(["ip", "addr", "show", "lo"])
          #expect(outcome.stdout.contains("LOOPBACK,UP"), "\(outcome)")
        }
      }
    }
  }
}
