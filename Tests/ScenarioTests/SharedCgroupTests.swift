import Foundation
import Testing

extension Scenarios {
  @Suite struct SharedCgroup {
    /// A cgroup that was there before holds another container by the time the first is deleted.
    @Test(.enabled(if: Runtime.isApus, "peers kill what they find in the cgroup"))
    func deleteOfAStoppedContainerSparesWhoeverCameAfter() throws {
      let path = "/\(TemporaryDirectory.newID())"
      let directory = try #require(Host.cgroupMount) + path
      #expect(mkdir(directory, 0o755) == 0)
      defer { rmdir(directory) }
      let first = try Bundle(["true"])
      let second = try Bundle(["sleep", "100"])
      for bundle in [first, second] { bundle.config["linux.cgroupsPath"] = .string(path) }
      try withContainer(first) { stopped in
        try stopped.startAndFinish()
        try withRunningContainer(second) { running in
          expectSuccess(try stopped.runtime("delete", stopped.id))
          #expect(try running.status() == "running")
          expectSuccess(try running.kill())
        }
      }
    }
  }

  @Suite struct OddCallers {
    /// A terminal nobody holds open must not keep `run` busy.
    @Test func aClosedTerminalCostsNoTime() throws {
      let bundle = try Bundle(shell: "exec 0<&- 1>&- 2>&-; sleep 2")
      bundle.config["process.terminal"] = true
      let runtime = try Runtime()
      try bundle.write()
      let outcome = try runtime(
        "run", "--bundle", bundle.path, TemporaryDirectory.newID(),
        wrapper: ["/bin/bash", "-c", "TIMEFORMAT='%U %S'; time \"$@\"", "bash"])
      expectSuccess(outcome)
      let seconds = outcome.stderr.split(whereSeparator: \.isWhitespace).suffix(2).compactMap { Double($0) }
      #expect(seconds.count == 2 && seconds.reduce(0, +) < 1, "\(outcome)")
    }

    @Test(.enabled(if: Runtime.isApus, "runc takes any number"))
    func aNumberOfDescriptorsThatCannotBeIsRefused() throws {
      let outcome = try refusal(of: try Bundle(["true"]), verb: "run", options: ["--preserve-fds", "2147483647"])
      expectFailure(outcome, saying: "2147483647")
    }

    @Test(.enabled(if: Runtime.isApus, "apus' own name")) func theNameOfTheCacheIsNoID() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(["true"])
      expectFailure(try runtime.create(".cache", bundle), saying: "invalid container ID format")
    }

    @Test func aStandardInputThatCannotBeReadIsNoCrash() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(["true"])
      bundle.config["process.terminal"] = true
      try bundle.write()
      let outcome = try runtime(
        "run", "--bundle", bundle.path, TemporaryDirectory.newID(), wrapper: ["/bin/sh", "-c", "exec \"$@\" 0>/dev/null", "sh"])
      #expect(outcome.signal == nil && outcome.status == 0, "\(outcome)")
    }
  }
}
