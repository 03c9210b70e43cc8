import Foundation
import Testing

extension Scenarios {
  /// `process.oomScoreAdj`, `scheduler`, `ioPriority`, `linux.personality`: attributes of the process, read back from it.
  @Suite struct ProcessAttributes {
    // MARK: oomScoreAdj

    @Test(arguments: [0, 100, 1000]) func oomScoreAdjIsSet(value: Int) throws {
      let bundle = try Bundle(["cat", "/proc/self/oom_score_adj"])
      bundle.config["process.oomScoreAdj"] = Value(value)
      #expect(try output(of: bundle) == "\(value)\n")
    }

    @Test func oomScoreAdjIsSetForAUserThatIsNotRoot() throws {
      let bundle = try Bundle(["cat", "/proc/self/oom_score_adj"])
      bundle.config["process.oomScoreAdj"] = 321
      bundle.setUser(uid: 1000, gid: 1000)
      #expect(try output(of: bundle) == "321\n")
    }

    /// "If oomScoreAdj is not set, the runtime MUST NOT change the value."
    @Test func oomScoreAdjIsElseTheCallers() throws {
      let wrapper = ["sh", "-c", "echo 456 > /proc/self/oom_score_adj; exec \"$@\"", "sh"]
      let outcome = try Runtime().run(try Bundle(["cat", "/proc/self/oom_score_adj"]), wrapper: wrapper)
      #expect(outcome.stdout == "456\n", "\(outcome)")
    }

    @Test(.enabled(if: Host.holds(capability: 24), "lowering it takes CAP_SYS_RESOURCE")) func oomScoreAdjIsLowered() throws {
      let bundle = try Bundle(["cat", "/proc/self/oom_score_adj"])
      bundle.config["process.oomScoreAdj"] = -500
      #expect(try output(of: bundle) == "-500\n")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun leaves the cgroup")) func oomScoreAdjOutOfRangeIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["process.oomScoreAdj"] = 1001
      expectApusSays("oomScoreAdj", try refusal(of: bundle))
    }

    // MARK: scheduler

    /// Nice value, priority and policy of /proc/self/stat: proc_pid_stat(5), fields 19, 40 and 41.
    static func scheduling(_ scheduler: Value) throws -> [String] {
      let bundle = try Bundle(["cat", "/proc/self/stat"])
      bundle.config["process.scheduler"] = scheduler
      let fields = try output(of: bundle).split(whereSeparator: \.isWhitespace).map(String.init)
      return fields.count > 40 ? [fields[18], fields[39], fields[40]] : fields
    }

    @Test(
      .disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.2"),
      arguments: [
        (["policy": "SCHED_OTHER", "nice": 7], ["7", "0", "0"]), (["policy": "SCHED_BATCH", "nice": 3], ["3", "0", "3"]),
        (["policy": "SCHED_IDLE"], ["0", "0", "5"]),
      ] as [(Value, [String])])
    func theSchedulerIsSet(scheduler: Value, fields: [String]) throws {
      #expect(try Self.scheduling(scheduler) == fields)
    }

    @Test(
      .disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.2"),
      .disabled(if: Host.isLab, "its kernel has RT_GROUP_SCHED, which gives no realtime below the root cgroup"),
      arguments: [
        (["policy": "SCHED_FIFO", "priority": 10], ["0", "10", "1"]),
        (["policy": "SCHED_RR", "priority": 20], ["0", "20", "2"]),
      ] as [(Value, [String])])
    func aRealtimeSchedulerIsSet(scheduler: Value, fields: [String]) throws {
      #expect(try Self.scheduling(scheduler) == fields)
    }

    /// The kernel's admission test says no on a machine whose cpus are divided: then its word is passed on.
    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.2")) func aDeadlineIsSetOrRefused() throws {
      let bundle = try Bundle(["cat", "/proc/self/stat"])
      bundle.config["process.scheduler"] = [
        "policy": "SCHED_DEADLINE", "runtime": 5_000_000, "deadline": 50_000_000, "period": 100_000_000,
      ]
      let outcome = try Runtime().run(bundle)
      if outcome.succeeded {
        let fields = outcome.stdout.split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(fields.count > 40 && fields[40] == "6", "\(outcome)")
      } else {
        expectApusSays("setting the scheduler SCHED_DEADLINE: sched_setattr: ", outcome)
      }
    }

    /// SCHED_FLAG_RESET_ON_FORK: the shell has the policy, what it starts has not.
    @Test(
      .disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.2"),
      .disabled(if: Host.isLab, "its kernel has RT_GROUP_SCHED, which gives no realtime below the root cgroup"))
    func aSchedulerFlagIsSet() throws {
      for (flags, policies) in [(["SCHED_FLAG_RESET_ON_FORK"], "1 0\n"), ([], "1 1\n")] as [(Value, String)] {
        let bundle = try Bundle(shell: "echo $(cut -d' ' -f41 /proc/$$/stat) $(cut -d' ' -f41 /proc/self/stat)")
        bundle.config["process.scheduler"] = ["policy": "SCHED_FIFO", "priority": 1, "flags": flags]
        #expect(try output(of: bundle) == policies)
      }
    }

    @Test(
      .disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.2"),
      arguments: [
        ["policy": "SCHED_ISO"], ["policy": "SCHED_MADE_UP"], ["policy": "SCHED_OTHER", "nice": 20],
        ["policy": "SCHED_OTHER", "priority": 5],
        ["policy": "SCHED_FIFO", "priority": 100], ["policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_MADE_UP"]], ["nice": 1],
      ] as [Value])
    func aSchedulerTheKernelHasNotIsRefused(scheduler: Value) throws {
      let bundle = try Bundle()
      bundle.config["process.scheduler"] = scheduler
      expectApusSays("process.scheduler", try refusal(of: bundle))
    }

    // MARK: ioPriority

    @Test(
      .disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.2"),
      arguments: [
        ("IOPRIO_CLASS_BE", 3, "best-effort: prio 3"), ("IOPRIO_CLASS_BE", 0, "best-effort: prio 0"),
        ("IOPRIO_CLASS_IDLE", 0, "idle"), ("IOPRIO_CLASS_RT", 4, "realtime: prio 4"),
      ])
    func theIOPriorityIsSet(name: String, priority: Int, shown: String) throws {
      let bundle = try Bundle(shell: "ionice -p $$")
      bundle.config["process.ioPriority"] = ["class": .string(name), "priority": Value(priority)]
      let text = try output(of: bundle)
      #expect(text.hasPrefix(shown), "\(text)")
    }

    @Test(
      .disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.2"),
      arguments: [("IOPRIO_CLASS_BE", 8), ("IOPRIO_CLASS_MADE_UP", 1), ("IOPRIO_CLASS_BE", -1)])
    func anIOPriorityTheKernelHasNotIsRefused(name: String, priority: Int) throws {
      let bundle = try Bundle()
      bundle.config["process.ioPriority"] = ["class": .string(name), "priority": Value(priority)]
      expectApusSays("process.ioPriority", try refusal(of: bundle))
    }

    // MARK: personality

    @Test(
      .disabled(if: Runtime.isOldRunc, "runc has it since 1.2"), arguments: [("LINUX32", "00000008"), ("LINUX", "00000000")])
    func thePersonalityIsSet(domain: String, number: String) throws {
      let bundle = try Bundle(["cat", "/proc/self/personality"])
      bundle.config["linux.personality"] = ["domain": .string(domain)]
      #expect(try output(of: bundle) == number + "\n")
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc has it since 1.2")) func anUnknownPersonalityIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.personality"] = ["domain": "BSD"]
      expectApusSays("linux.personality.domain", try refusal(of: bundle))
    }
  }

  /// A config without `process`: `create` makes the container, `start` has nothing to run.
  @Suite(.enabled(if: Runtime.isApus, "peers refuse create without a process")) struct ProcessAbsent {
    @Test func createWorksAndStartDoesNot() throws {
      let bundle = try Bundle()
      bundle.config["process"] = nil
      try withContainer(bundle) { container in
        #expect(try container.status() == "created")
        expectFailure(try container.runtime("start", container.id), saying: "process")
        #expect(try container.status() != "running")
        expectSuccess(try container.runtime("delete", "--force", container.id))
      }
    }

    @Test func runFailsAndLeavesNothing() throws {
      let bundle = try Bundle()
      bundle.config["process"] = nil
      expectFailure(try refusal(of: bundle, verb: "run"), saying: "process")
    }
  }

  /// `annotations`.
  @Suite struct Annotations {
    static let values: Value = ["org.example.key": "value", "empty": "", "io.x/y": "ü \"quoted\"\nline"]

    @Test func theyAreInTheState() throws {
      let bundle = try Bundle()
      bundle.config["annotations"] = Self.values
      try withContainer(bundle) { container in
        #expect(try container.runtime.state(container.id)?["annotations"] == Self.values)
        try container.startAndFinish()
        #expect(try container.runtime.state(container.id)?["annotations"] == Self.values)
      }
    }

    @Test func theyAreInTheStateOfAHook() throws {
      let bundle = try Bundle()
      bundle.config["annotations"] = Self.values
      let file = "\(bundle.directory.path)/state"
      bundle.config["hooks.createRuntime"] = [["path": "/bin/sh", "args": ["sh", "-c", .string("cat > \(file)")]]]
      _ = try output(of: bundle)
      #expect(try Value(parsing: File.text(file))["annotations"] == Self.values)
    }

    @Test func withoutAnyTheContainerRuns() throws {
      let bundle = try Bundle()
      bundle.config["annotations"] = .object([:])
      _ = try output(of: bundle)
    }

    @Test(.enabled(if: Runtime.isApus, "peers take it")) func oneWithoutANameIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["annotations"] = ["": "value"]
      expectFailure(try refusal(of: bundle), saying: "annotations")
    }
  }
}
