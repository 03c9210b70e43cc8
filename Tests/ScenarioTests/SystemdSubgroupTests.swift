import Foundation
import Testing

extension Scenarios {
  /// The annotation run.oci.systemd.subgroup: the container is in a cgroup below that of its unit.
  @Suite(
    .enabled(if: Systemd.isThere, "needs a systemd on a pure cgroup v2 host"), .disabled(if: Runtime.isRunc, "it is crun's"))
  struct SystemdSubgroup {
    private func bundle(_ scope: Scope, _ name: String) throws -> Bundle {
      let bundle = try scope.bundle()
      bundle.config["annotations"] = ["run.oci.systemd.subgroup": .string(name)]
      bundle.config["linux.resources.memory"] = ["limit": 67_108_864]
      bundle.config["linux.resources.pids"] = ["limit": 50]
      return bundle
    }

    @Test func itIsInThatCgroup() throws {
      let scope = Scope()
      try withRunningContainer(try bundle(scope, "inner"), runtime: .withSystemd()) { container in
        let inner = try Cgroup(of: container.pid)
        #expect(inner.path == "\(scope.cgroup.path)/inner")
        #expect(inner.read("memory.max") == "67108864" && inner.read("pids.max") == "50")
        if Runtime.isApus {
          let unit = try Systemd.show(scope.unit, "MemoryMax", "TasksMax")
          #expect(unit["MemoryMax"] == "67108864" && unit["TasksMax"] == "50", "\(unit)")
        }
        try Systemd.call("daemon-reload")
        #expect(inner.read("memory.max") == "67108864")
        let outcome = try container.exec(["cat", "/proc/self/cgroup"])
        #expect(outcome.stdout.hasSuffix("0::/\n"), "\(outcome)")
        expectSuccess(try container.runtime("pause", container.id))
        #expect(inner.read("cgroup.events").contains("frozen 1"))
        expectSuccess(try container.runtime("resume", container.id))
      }
      #expect(try !Systemd.isLoaded(scope.unit))
      #expect(!scope.cgroup.exists)
    }

    @Test(.enabled(if: Runtime.isApus, "crun 1.8 tells systemd of no limit")) func updateChangesBoth() throws {
      let scope = Scope()
      try withRunningContainer(try bundle(scope, "inner"), runtime: .withSystemd()) { container in
        expectSuccess(try container.runtime("update", "--memory", "33554432", container.id))
        #expect(try Cgroup(of: container.pid).read("memory.max") == "33554432")
        #expect(try Systemd.show(scope.unit, "MemoryMax") == "33554432")
      }
    }

    @Test func withoutANameThereIsNone() throws {
      let scope = Scope()
      try withRunningContainer(try bundle(scope, ""), runtime: .withSystemd()) { container in
        let cgroup = try Cgroup(of: container.pid)
        #expect(cgroup.path == scope.cgroup.path)
      }
    }

    @Test func aFailingStartLeavesNone() throws {
      let scope = Scope()
      let bundle = try bundle(scope, "inner")
      bundle.config["process.args"] = ["/no/such/program"]
      _ = try refusal(of: bundle, runtime: .withSystemd())
      #expect(try !Systemd.isLoaded(scope.unit) && !scope.cgroup.exists)
    }

    @Test(.enabled(if: Runtime.isApus, "crun goes where the name leads"), arguments: ["a/b", "..", "memory.max"])
    func whatIsNoNameIsRefused(name: String) throws {
      let scope = Scope()
      let outcome = try refusal(of: try bundle(scope, name), runtime: .withSystemd())
      #expect(outcome.message.contains("run.oci.systemd.subgroup"), "\(outcome)")
    }

    @Test(.enabled(if: Runtime.isApus, "crun says nothing")) func withoutSystemdItHasNoEffect() throws {
      let bundle = try Bundle()
      bundle.config["annotations"] = ["run.oci.systemd.subgroup": "inner"]
      let outcome = try Runtime().run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stderr.contains("run.oci.systemd.subgroup has no effect"), "\(outcome)")
    }
  }
}
