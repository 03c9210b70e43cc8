import Foundation
import Testing

extension Scenarios {
  /// `--trace FILE` of `create` and `run`.
  @Suite(.enabled(if: Runtime.isApus, "no peer has --trace")) struct Trace {
    let directory: TemporaryDirectory
    var file: String { "\(directory.path)/trace.json" }

    init() throws { directory = try TemporaryDirectory() }

    /// `run --trace`, and the names of init's steps as the debug log has them.
    func run(_ bundle: Bundle, succeeds: Bool = true) throws -> (trace: TraceFile, steps: [String], outcome: Outcome) {
      let runtime = try Runtime()
      let log = "\(runtime.directory.path)/log"
      runtime.globals = ["--debug", "--log", log]
      let outcome = try runtime.run(bundle, options: ["--trace", file])
      #expect((outcome.status == 0) == succeeds, "\(outcome)")
      let trace = try TraceFile(file)
      trace.expectNesting()
      let steps = File.text(log).split(separator: "\n").compactMap { $0.firstMatch(of: #/: init: (.*)"$/#).map { String($0.1) } }
      return (trace, steps, outcome)
    }

    @Test func aRunIsShownProcessByProcessAndStepByStep() throws {
      let (trace, steps, _) = try run(try Bundle())
      #expect(trace.pids.keys.sorted() == ["apus run", "init"])
      #expect(Set(trace.pids.values).count == 2)
      #expect(steps.count > 15)
      let initRows = trace.outermost("init").map(\.name)
      #expect(initRows.filter { steps.contains($0) } == steps)
      #expect(initRows.first == "becoming init" && initRows.suffix(2) == ["starting the program", "exec"])
      #expect(
        trace.outermost("apus run").map(\.name) == [
          "starting apus", "decoding config.json", "checking config.json", "checking the host", "making the state directory",
          "planning", "copying config.json", "making the cgroup", "starting the container's process",
          "resctrl, oom_score_adj, hard limits", "device program", "preparing the state", "waiting for init", "saving the state",
          "telling monitors", "waiting for the program's start", "looking whether it runs",
        ])
      #expect(trace.rows.values.joined().allSatisfy { $0.error == nil })
      try expectOneClock(in: trace)
      // Each row is where it belongs.
      for mount in ["mounting proc on /proc", "mounting cgroup on /sys/fs/cgroup"] {
        #expect(try trace.row("init", "mounts").contains(try trace.row("init", mount)))
      }
      let (exec, waiting) = (try trace.row("init", "exec"), try trace.row("apus run", "waiting for the program's start"))
      #expect(exec.isInstant && waiting.contains(exec))
    }

    /// Init begins after the runtime's clone and ends before the runtime has waited for it.
    func expectOneClock(in trace: TraceFile) throws {
      let birth = try trace.row("init", "becoming init").begin
      #expect(try trace.row("apus run", "starting the container's process").begin < birth)
      let end = try trace.row("init", "finding the program").end
      #expect(end < (try trace.row("apus run", "waiting for init").end))
    }

    /// No row is missing between two others of the same process.
    @Test func theTimeIsAccountedFor() throws {
      let (trace, _, _) = try run(try Bundle())
      for process in ["apus run", "init"] {
        let rows = trace.outermost(process)
        for (row, next) in zip(rows, rows.dropFirst()) { #expect(row.end == next.begin, "\(row), \(next)") }
      }
    }

    @Test func hooksAreShownByNameWhereTheyRan() throws {
      let bundle = try Bundle()
      for kind in Hooks.kinds { bundle.config["hooks.\(kind)"] = [Hooks.shell("sleep 0.02"), Hooks.shell("true")] }
      let (trace, _, _) = try run(bundle)
      let places = [
        ("prestart", "apus run", "hooks"), ("createRuntime", "apus run", "hooks"), ("createContainer", "init", "hooks"),
        ("startContainer", "init", "starting the program"), ("poststart", "apus run", "poststart hooks"),
      ]
      for (kind, process, row) in places {
        let rows = try (0...1).map { try trace.row(process, "running \(kind) hook #\($0) /bin/sh") }
        #expect(rows[0].end - rows[0].begin >= 20_000_000 && rows[0].end <= rows[1].begin)
        for hook in rows { #expect(try trace.row(process, row).contains(hook), "\(hook)") }
      }
      #expect(!trace.rows.values.joined().contains { $0.name.contains("poststop") })  // the start is over by then
      let waiting = try trace.row("init", "waiting for the host's hooks")
      #expect(waiting.contains(try trace.row("apus run", "running prestart hook #0 /bin/sh")))
    }

    // MARK: a start that fails

    @Test func itEndsWithTheStepOfInitThatFailed() throws {
      let (trace, steps, outcome) = try run(try Bundle(["/no/such/program"]), succeeds: false)
      #expect(steps.last == "finding the program")
      for process in ["apus run", "init"] {
        let failed = try #require(trace.rows[process]).filter { $0.error != nil }
        #expect(failed.map(\.name) == [process == "init" ? "finding the program" : "waiting for init"])
        #expect(outcome.message.contains(try #require(failed.first?.error)), "\(failed) \(outcome)")
        #expect(trace.names(process).last == failed.first?.name)
      }
    }

    @Test func theRowInARowThatFailedIsTheOneMarked() throws {
      let bundle = try Bundle()
      bundle.config.append("mounts", value: ["destination": "/mnt", "type": "tmpfs", "source": "x", "options": ["size=many"]])
      let (trace, _, _) = try run(bundle, succeeds: false)
      let failed = try #require(trace.rows["init"]).filter { $0.error != nil }
      #expect(failed.map(\.name) == ["mounting x on /mnt"])
      #expect(trace.names("init").suffix(2) == ["mounting x on /mnt", "mounts"])
    }

    @Test func aFailureBeforeThereIsAnInitIsShownToo() throws {
      let bundle = try Bundle()
      bundle.config["root.path"] = "nowhere"
      let (trace, _, _) = try run(bundle, succeeds: false)
      #expect(trace.pids.keys.sorted() == ["apus run"])
      let failed = try #require(trace.rows["apus run"]).filter { $0.error != nil }
      #expect(failed.map(\.name) == ["namespaces, root, cgroup"])
      #expect(trace.names("apus run").last == "planning")
    }

    @Test func aHookOfTheHostThatFailsIsNotInitsFault() throws {
      let bundle = try Bundle()
      bundle.config["hooks.createRuntime"] = [Hooks.shell("exit 3")]
      let (trace, _, _) = try run(bundle, succeeds: false)
      #expect(try trace.row("apus run", "running createRuntime hook #0 /bin/sh").error != nil)
      #expect(trace.rows["init"]?.allSatisfy { $0.error == nil } == true)
      #expect(trace.names("init").suffix(2) == ["waiting for the host's hooks", "hooks"])
    }

    @Test func aProgramThatCannotBeExecutedFailsBehindTheGate() throws {
      let bundle = try Bundle(["/script"])
      try File.write("#!/no/such/interpreter\n", to: "\(bundle.rootfs)/script", mode: 0o755)
      let (trace, _, _) = try run(bundle, succeeds: false)
      #expect(try trace.row("init", "starting the program").error != nil)
      #expect(!trace.names("init").contains("exec"))
    }

    // MARK: processes and clocks

    @Test func initWaitsForItsIDMaps() throws {
      let bundle = try Bundle()
      try bundle.enableUserNamespace()
      let (trace, _, _) = try run(bundle)
      #expect(try trace.row("init", "becoming init").contains(try trace.row("init", "waiting for the id maps")))
      _ = try trace.row("apus run", "writing the id maps")
    }

    @Test func theProcessThatJoinsAUserNamespaceIsShown() throws {
      try withRunningContainer(try UserNamespace.bundle("sleep 100")) { target in
        let bundle = try UserNamespace.bundle("true")
        bundle.setNamespace("user", path: "/proc/\(try target.pid)/ns/user")
        bundle.config["linux.uidMappings"] = nil
        bundle.config["linux.gidMappings"] = nil
        let (trace, _, _) = try run(bundle)
        #expect(trace.pids.keys.sorted() == ["apus run", "init", "intermediate"] && Set(trace.pids.values).count == 3)
        #expect(trace.names("intermediate") == ["joining namespaces", "starting the process"])
      }
    }

    @Test(.enabled(if: File.exists("/proc/self/ns/time"), "the kernel has no time namespaces"))
    func inATimeNamespaceTheClockIsTheRuntimes() throws {
      let bundle = try Bundle()
      bundle.setNamespace("time")
      bundle.config["linux.timeOffsets"] = ["monotonic": ["secs": 86400, "nanosecs": 5]]
      try expectOneClock(in: try run(bundle).trace)
    }

    // MARK: create

    @Test func withCreateItEndsAtTheGate() throws {
      let options = ["--trace", file]
      try File.write(String(repeating: "x", count: 100_000), to: file)
      try withContainer(try Bundle(), options: options) { container in
        let text = File.text(file)
        let trace = try TraceFile(parsing: text)
        trace.expectNesting()
        #expect(trace.pids["init"] == Int(try container.pid))
        #expect(trace.names("init").last == "waiting at the start gate")
        #expect(trace.names("apus create").last == "telling monitors")
        #expect(trace.names("apus create").contains("making the start gate"))
        try container.startAndFinish()
        #expect(File.text(file) == text)
      }
    }

    @Test func nothingOfItIsInTheContainer() throws {
      let bundle = try Bundle(["ls", "-l", "/proc/self/fd", "/proc/self/maps"])
      bundle.config["hooks.startContainer"] = [["path": "/bin/sh", "args": ["sh", "-c", "ls -l /proc/self/fd > /fds"]]]
      try withContainer(bundle, options: ["--trace", file]) { container in
        for name in File.names(in: "/proc/\(try container.pid)/fd") {
          let target = File.link("/proc/\(try container.pid)/fd/\(name)")
          #expect(target != file, "descriptor \(name)")
        }
        try container.startAndFinish()
        #expect(!File.text("\(bundle.rootfs)/fds").contains("trace.json"))
        #expect(!container.stdout.contains("trace.json"))
      }
      let outcome = try Runtime().run(try Bundle(["ls", "/proc/self/fd"]), options: ["--trace", file])
      #expect(outcome.stdout == "0\n1\n2\n3\n")
    }

    /// The memory in which init notes what it does is there only for a trace.
    @Test(arguments: [true, false]) func withoutItThereIsNoMemoryForIt(isTraced: Bool) throws {
      try withContainer(try Bundle(), options: isTraced ? ["--trace", file] : []) { container in
        let maps = File.text("/proc/\(try container.pid)/maps")
        #expect(maps.contains("/dev/zero (deleted)") == isTraced)
      }
    }

    // MARK: the file

    @Test func aRelativePathIsTheCallers() throws {
      let (runtime, bundle) = (try Runtime(), try Bundle())
      try bundle.write()
      let outcome = try runtime.spawn(
        ["run", "--bundle", bundle.path, "--trace", "here.json", TemporaryDirectory.newID()], directory: directory.path
      ).wait()
      expectSuccess(outcome)
      #expect(try TraceFile("\(directory.path)/here.json").pids.count == 2)
      var status = stat()
      #expect(stat("\(directory.path)/here.json", &status) == 0 && status.st_mode & 0o777 == 0o644)
    }

    @Test(arguments: ["create", "run"]) func aFileThatCannotBeWrittenIsRefused(verb: String) throws {
      let path = "\(directory.path)/nowhere/trace.json"
      let outcome = try refusal(of: try Bundle(), verb: verb, options: ["--trace", path])
      expectFailure(outcome, saying: "--trace \(path)", "No such file or directory")
    }

    @Test func aFullDiskIsAWarning() throws {
      let outcome = try Runtime().run(try Bundle(), options: ["--trace", "/dev/full"])
      expectSuccess(outcome)
      #expect(outcome.stderr.contains("--trace /dev/full: write: No space left on device"), "\(outcome)")
    }
  }
}
