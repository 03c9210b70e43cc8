import Foundation
import Testing

extension Scenarios {
  /// `--cgroup-manager disabled`: the container stays where its runtime is.
  @Suite(
    .enabled(if: Host.cgroupMount != nil, "no cgroup v2 is mounted"), .disabled(if: Runtime.isRunc, "runc has no such flag"))
  struct DisabledCgroupManager {
    private func runtime() throws -> Runtime {
      let runtime = try Runtime()
      runtime.globals = ["--cgroup-manager", "disabled"]
      return runtime
    }

    @Test func theContainerHasNoCgroupOfItsOwn() throws {
      let own = try Cgroup(of: getpid()).path
      try withRunningContainer(try Bundle(["sleep", "100"]), runtime: runtime()) { container in
        #expect(try Cgroup(of: container.pid).path == own)
        let outcome = try container.exec(["cat", "/proc/self/cgroup"])
        expectSuccess(outcome)
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
        expectSuccess(try container.runtime("delete", container.id))
      }
    }

    @Test(.enabled(if: Runtime.isApus, "crun passes over limits")) func aLimitIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.resources.pids"] = ["limit": 20]
      let outcome = try refusal(of: bundle, runtime: runtime())
      expectFailure(outcome, saying: "linux.resources.pids.limit needs a cgroup")
    }

    @Test(.enabled(if: Runtime.isApus, "crun has other words")) func whatNeedsACgroupSaysSo() throws {
      try withRunningContainer(try Bundle(["sleep", "100"]), runtime: runtime()) { container in
        for words in [["pause"], ["update", "--pids-limit", "20"], ["ps"], ["events", "--stats"]] {
          let outcome = try container.runtime.call(words + [container.id])
          expectFailure(outcome, saying: "the container has no cgroup")
        }
        #expect(try container.status() == "running")
      }
    }

    @Test(.enabled(if: Runtime.isApus, "crun says nothing")) func deviceRulesThatAreNotInForceAreToldOf() throws {
      let outcome = try runtime().run(try Bundle())
      #expect(outcome.status == 0 && outcome.stderr.contains("the device rules of the container are not in force"), "\(outcome)")
    }
  }
}
