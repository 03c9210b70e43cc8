import Foundation
import Testing

extension Scenarios {
  /// `start ID`: runtime.md "Start".
  @Suite struct Start {
    @Test func runsTheProcess() throws {
      let bundle = try Bundle(shell: "echo started; sleep 100")
      try withContainer(bundle) { container in
        let outcome = try container.runtime("start", container.id)
        expectSuccess(outcome)
        #expect(outcome.stdout == "" && outcome.stderr == "")
        #expect(try container.status() == "running")
        try Harness.waitUntil("it has spoken") { container.stdout == "started\n" }
      }
    }

    @Test func aRunningContainerIsRefused() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let outcome = try container.runtime("start", container.id)
        expectFailure(outcome)
        if !Runtime.isCrun { #expect(outcome.message.contains("cannot start an already running container"), "\(outcome)") }
        #expect(try container.status() == "running")
      }
    }

    @Test func aStoppedContainerIsRefused() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        let outcome = try container.runtime("start", container.id)
        expectFailure(outcome)
        if !Runtime.isCrun { #expect(outcome.message.contains("cannot start a container that has stopped"), "\(outcome)") }
      }
    }

    @Test func aContainerKilledBeforeItsStartIsRefused() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
        expectFailure(try container.runtime("start", container.id))
        #expect(try container.status() == "stopped")
      }
    }

    @Test func anUnknownIDIsRefused() throws {
      expectUnknown(try Runtime()("start", "nobody"))
    }

    @Test(.disabled(if: Runtime.isRunc, "runc does not lock: the loser waits for the start gate forever"))
    func ofTwoAtOnceOneWins() throws {
      for _ in 0..<5 {
        let bundle = try Bundle(shell: "echo once; sleep 100")
        try withContainer(bundle) { container in
          let racers = try (0..<3).map { _ in try container.runtime.spawn(["start", container.id]) }
          let outcomes = try racers.map { try $0.wait() }
          #expect(outcomes.filter(\.succeeded).count == 1, "\(outcomes)")
          #expect(try container.status() == "running")
          try Harness.waitUntil("it has spoken") { container.stdout == "once\n" }
        }
      }
    }

    // MARK: A process that ends before it is the program, and programs that end as fast as can be

    /// The filter ends what would execute; no hook is told of a program that runs.
    @Test(
      .enabled(if: Runtime.isApus, "peers take the end for the exec"),
      arguments: ["start", "run", "run --detach"])
    func aProcessKilledBeforeItsProgramIsAnError(verb: String) throws {
      let bundle = try Bundle(["true"])
      bundle.config["linux.seccomp"] = [
        "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [["names": ["execve", "execveat"], "action": "SCMP_ACT_KILL_PROCESS"]],
      ]
      bundle.config["hooks.poststart"] = [Hooks.shell("touch \(bundle.rootfs)/poststart")]
      let saying = "was killed by SIGSYS before its program ran"
      if verb == "start" {
        try withContainer(bundle) { container in
          expectFailure(try container.runtime("start", container.id), saying: saying)
          try container.waitUntil("stopped")
        }
      } else {
        let options = verb == "run" ? [] : ["--detach"]
        expectFailure(try refusal(of: bundle, verb: "run", options: options), saying: saying)
      }
      #expect(!File.exists("\(bundle.rootfs)/poststart"))
    }

    /// Whose fault it was is said only where it is known.
    @Test(.enabled(if: Runtime.isApus, "apus' own words")) func aKilledInitIsNotBlamedOnItsMemory() throws {
      let bundle = try Bundle(["true"])
      bundle.dropNamespace("pid")
      bundle.config["hooks.createContainer"] = [Hooks.shell("kill -9 $PPID")]
      let outcome = try refusal(of: bundle)
      expectFailure(outcome, saying: "was killed by SIGKILL while it was set up", "another process")
      #expect(!outcome.message.contains("memory limit") && !outcome.message.contains("out of memory:"), "\(outcome)")
    }

    @Test(.needs("memory"), .enabled(if: Runtime.isApus, "apus' own words")) func anInitWithoutMemorySaysSo() throws {
      let bundle = try Bundle(["true"])
      bundle.config["linux.resources.memory"] = ["limit": 65536, "swap": 65536]
      expectFailure(try refusal(of: bundle), saying: "was killed by SIGKILL", "out of memory: the limit of its cgroup is too low")
    }

    @Test(arguments: ["exit 0", "exit 3", "kill -9 $$", "kill -SYS $$; kill -9 $$"])
    func aProgramThatEndsAtOnceIsNoError(line: String) throws {
      for _ in 0..<4 {
        let bundle = try Bundle(shell: line)
        bundle.dropNamespace("pid")  // process 1 would not die of its own signal
        try withContainer(bundle) { try $0.startAndFinish() }
        let runtime = try Runtime()
        try bundle.write()
        let id = TemporaryDirectory.newID()
        expectSuccess(try runtime("run", "--detach", "--bundle", bundle.path, id))
        try Harness.waitUntil("it has ended") { try runtime.status(id) == "stopped" }
        expectSuccess(try runtime("delete", id))
      }
    }

    @Test func theProcessHasTheEnvironmentAndDirectoryOfTheConfiguration() throws {
      let bundle = try Bundle(shell: "pwd; echo $MINE; echo ${OUTSIDE-unset}")
      bundle.config["process.cwd"] = "/tmp"
      bundle.config.append("process.env", value: "MINE=yes")
      try withContainer(bundle, environment: ["OUTSIDE": "leaked"]) { container in
        try container.startAndFinish()
        #expect(container.stdout == "/tmp\nyes\nunset\n")
      }
    }

    /// The last words of its end must not be taken for those of a start that failed.
    @Test(.enabled(if: Runtime.isApus, "the peers give init no name")) func aProgramMayHaveTheNameOfInit() throws {
      let bundle = try Bundle(shell: "echo -n apus/init > /proc/self/comm; sleep 0.3; exit 3")
      #expect(try Runtime().run(bundle).status == 3)
    }

    /// A run that fails has the container's lock until all of it is undone, and removes nothing but its own.
    @Test(.enabled(if: Runtime.isApus, "the peers have no such lock")) func aRunThatIsDeletedMeanwhileIsUndoneOnce() throws {
      let bundle = try Bundle(["true"])
      let log = "\(bundle.directory.path)/stopped"
      bundle.config["hooks.startContainer"] = [["path": "/bin/sleep", "args": ["sleep", "1"]]]
      bundle.config["hooks.poststop"] = [["path": "/bin/sh", "args": ["sh", "-c", "echo stopped >> \(log)"]]]
      try bundle.write()
      let runtime = try Runtime()
      try assertNothingLeft(by: runtime) {
        for _ in 1...10 {
          try? FileManager.default.removeItem(atPath: log)
          let id = TemporaryDirectory.newID()
          let run = try runtime.spawn(["run", "-d", "--bundle", bundle.path, id])
          try Harness.waitUntil("it is there") { try runtime.state(id) != nil || run.isOver }
          expectSuccess(try runtime("delete", "--force", id))
          _ = try run.wait()
          #expect(File.text(log) == "stopped\n")
        }
      }
    }
  }
}
