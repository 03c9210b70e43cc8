import Foundation
import Testing

extension Scenarios {
  /// `monitor [PATTERN]`
  @Suite(.enabled(if: Runtime.isApus, "a verb that only apus has")) struct Monitor {
    @Test func theLifeOfAContainer() throws {
      let runtime = try Runtime()
      let watch = try Watch(runtime, [])
      try withContainer(try Bundle(["sleep", "100"]), runtime: runtime, id: "c1") { container in
        try container.start()
        expectSuccess(try runtime("pause", "c1"))
        expectSuccess(try runtime("resume", "c1"))
        expectSuccess(try container.kill())
        try watch.waitFor(lines: 6)
        expectSuccess(try runtime("delete", "c1"))
      }
      let lines = [
        "'c1' changed state to [CREATED]", "'c1' changed state to [RUNNING]", "'c1' changed state to [PAUSED]",
        "'c1' changed state to [RUNNING]", "'c1' exited with status [137]", "'c1' changed state to [STOPPED]",
        "'c1' changed state to [DELETED]",
      ]
      try watch.waitFor(lines: lines.count)
      let outcome = try watch.end()
      #expect(outcome.stdout == lines.joined(separator: "\n") + "\n", "\(outcome)")
      #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
    }

    @Test func asJSONEachLineIsAnObject() throws {
      let runtime = try Runtime()
      let watch = try Watch(runtime, ["--format", "json", "--quit-after", "5"])
      var pid = 0
      let before = Date()
      try withContainer(try Bundle(shell: "exit 42"), runtime: runtime, id: "c1") { container in
        pid = Int(try container.pid)
        try Self.finish(container)
      }
      let outcome = try watch.monitor.wait()
      #expect(outcome.status == 0, "\(outcome)")
      let events = try outcome.stdout.split(separator: "\n").map { try Value(parsing: String($0)) }
      #expect(events.map { $0["event"]?.string } == ["state", "state", "exit", "state", "state"])
      #expect(events.map { $0["status"]?.string } == ["created", "running", nil, "stopped", "deleted"])
      #expect(events.map { $0["exitCode"]?.int } == [nil, nil, 42, nil, nil])
      for event in events {
        #expect(event["id"] == "c1" && event["root"]?.string == runtime.root && event["pid"]?.int == pid, "\(event)")
        #expect(event["signal"] == .null)
        let time = try #require(RFC3339.date(event["time"]?.string ?? ""), "\(event)")
        #expect(time >= before.addingTimeInterval(-1) && time <= Date().addingTimeInterval(1))
      }
      #expect(events[2]["oom"] == false)
    }

    @Test(.enabled(if: Host.controllers.contains("memory"), "counting needs the memory controller"))
    func lackOfMemoryIsTold() throws {
      let runtime = try Runtime()
      let watch = try Watch(runtime, ["--format", "json", "--quit-after", "3"])
      let bundle = try Bundle(["dd", "if=/dev/zero", "of=/dev/null", "bs=200M", "count=1"])
      bundle.config["linux.resources", "memory"] = ["limit": 16_777_216, "swap": 16_777_216]
      try withContainer(bundle, runtime: runtime, id: "c1") { container in
        try Self.finish(container)
        let outcome = try watch.monitor.wait()
        let exit = try Value(parsing: String(outcome.stdout.split(separator: "\n").last ?? ""))
        #expect(exit["event"] == "exit" && exit["signal"] == 9 && exit["oom"] == true, "\(outcome)")
      }
    }

    @Test func thePatternMatchesTheWholeID() throws {
      let runtime = try Runtime()
      let watch = try Watch(runtime, ["web|db[0-9]*"])
      for id in ["web", "web1", "aweb", "db", "db12", "db1x"] { try Self.live(id, runtime, try Bundle(["true"])) }
      try watch.waitFor(lines: 15)
      let ids = Set(try watch.end().stdout.split(separator: "\n").map { $0.split(separator: "'")[0] })
      #expect(ids == ["web", "db", "db12"])
    }

    @Test func whatIsNoPatternIsRefused() throws {
      expectFailure(try Runtime()("monitor", "web("), saying: "apus: monitor: invalid regular expression \"web(\": ")
    }

    @Test func severalRootsThatAreNotThereYet() throws {
      let (first, second) = (try Runtime(rootName: "a"), try Runtime(rootName: "b/c/d"))
      #expect(!File.exists(first.root) && !File.exists(second.root))
      let watch = try Watch(first, ["--root", first.root, "--root", second.root, "--format", "json"], roots: 2)
      for round in 1...2 {
        try Self.live("c1", first, try Bundle(shell: "exit \(round)"))
        try Self.live("c1", second, try Bundle(shell: "exit 1\(round)"))
        // They may also go, and come back.
        try FileManager.default.removeItem(atPath: first.root)
        try FileManager.default.removeItem(atPath: "\(second.directory.path)/b")
      }
      try watch.waitFor(lines: 20)
      let events = try watch.end().stdout.split(separator: "\n").map { try Value(parsing: String($0)) }
      for (root, codes) in [(first.root, [1, 2]), (second.root, [11, 12])] {
        let told = events.filter { $0["root"]?.string == root }
        #expect(told.compactMap { $0["exitCode"]?.int } == codes)
        let life: [String?] = ["created", "running", nil, "stopped", "deleted"]
        #expect(told.map { $0["status"]?.string } == life + life)
      }
    }

    @Test func whatWasThereBeforeIsFollowedFromNowOn() throws {
      let runtime = try Runtime()
      try withRunningContainer(try Bundle(["sleep", "100"]), runtime: runtime) { container in
        expectSuccess(try runtime("pause", container.id))
        let watch = try Watch(runtime, [])
        expectSuccess(try runtime("resume", container.id))
        try watch.waitFor(lines: 1)
        expectSuccess(try container.kill())
        try watch.waitFor(lines: 3)
        let lines = ["changed state to [RUNNING]", "exited with status [137]", "changed state to [STOPPED]"]
        #expect(try watch.end().stdout == lines.map { "'\(container.id)' \($0)\n" }.joined())
      }
    }

    /// The kernel keeps the names of the notices for a monitor that is slow, here: stopped.
    @Test func ofALifeItSleptThroughNothingIsLost() throws {
      let runtime = try Runtime()
      try File.makeDirectory(runtime.root)  // what comes and goes with its root nobody can know
      let watch = try Watch(runtime, [])
      watch.monitor.send(SIGSTOP)
      try withContainer(try Bundle(["sleep", "100"]), runtime: runtime, id: "c1") { container in
        try container.start()
        for _ in 1...3 {
          expectSuccess(try runtime("pause", "c1"))
          expectSuccess(try runtime("resume", "c1"))
        }
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")  // it is reaped by then: nobody can know its status
      }
      try Self.live("c1", runtime, try Bundle(shell: "exit 7"), byRun: true)
      watch.monitor.send(SIGCONT)
      try watch.waitFor(lines: 16)
      let paused = ["changed state to [PAUSED]", "changed state to [RUNNING]"]
      let begin = ["changed state to [CREATED]", "changed state to [RUNNING]"]
      let end = ["changed state to [STOPPED]", "changed state to [DELETED]"]
      let life = begin + paused + paused + paused + ["exited with status [unknown]"] + end
      let next = begin + ["exited with status [7]"] + end
      let outcome = try watch.end()
      #expect(outcome.stdout == (life + next).map { "'c1' \($0)\n" }.joined(), "\(outcome)")
      #expect(
        outcome.stderr
          == "apus: monitor: warning: the exit status of c1 is unknown: it was reaped before its process could be held\n"
      )
    }

    @Test func aFreezeByHandIsToldToo() throws {
      let runtime = try Runtime()
      let watch = try Watch(runtime, [])
      try withRunningContainer(try Bundle(["sleep", "100"]), runtime: runtime) { container in
        let line = try #require(
          File.text("/proc/\(try container.pid)/cgroup").split(separator: "\n").first { $0.hasPrefix("0::") })
        let file = "\(try #require(Host.cgroupMount))\(line.dropFirst(3))/cgroup.freeze"
        for (value, lines) in [("1", 3), ("0", 4), ("1", 5), ("0", 6)] {
          let descriptor = open(file, O_WRONLY | O_CLOEXEC)
          #expect(write(descriptor, value, 1) == 1, "\(file)")
          close(descriptor)
          try watch.waitFor(lines: lines)
        }
        let states = try watch.end().stdout.split(separator: "[").dropFirst().map { $0.split(separator: "]")[0] }
        #expect(states == ["CREATED", "RUNNING", "PAUSED", "RUNNING", "PAUSED", "RUNNING"])
      }
    }

    /// Its notices would have names that no file can have.
    @Test func theLongestIDsAreFollowedToo() throws {
      let runtime = try Runtime()
      let watch = try Watch(runtime, [])
      let id = String(repeating: "l", count: 250)
      try withContainer(try Bundle(["sleep", "100"]), runtime: runtime, id: id) { container in
        for (line, verb) in ["start", "pause", "resume", "kill"].enumerated() {
          try watch.waitFor(lines: line + 1)
          expectSuccess(try runtime.call([verb, id] + (verb == "kill" ? ["KILL"] : [])))
        }
        try watch.waitFor(lines: 6)
      }
      try watch.waitFor(lines: 7)
      let states = try watch.end().stdout.split(separator: "[").dropFirst().map { $0.split(separator: "]")[0] }
      #expect(states == ["CREATED", "RUNNING", "PAUSED", "RUNNING", "137", "STOPPED", "DELETED"])
    }

    @Test func ofACreateThatFailsNothingIsTold() throws {
      let runtime = try Runtime()
      let watch = try Watch(runtime, [])
      #expect(try !runtime.create("c1", try Bundle(["no-such-program"])).succeeded)
      try Self.live("c2", runtime, try Bundle(["true"]))
      try watch.waitFor(lines: 5)
      #expect(try !watch.end().stdout.contains("c1"))
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalEndsItCleanly(signal: Int32) throws {
      let watch = try Watch(try Runtime(), [])
      watch.monitor.send(signal)
      let outcome = try watch.monitor.wait()
      #expect(outcome.status == 0 && outcome.signal == nil && outcome.stderr.isEmpty, "\(outcome)")
    }

    @Test func itEndsWithItsReader() throws {
      let runtime = try Runtime()
      let pipe = try Spawned.makePipe()
      let monitor = try runtime.spawn(["monitor"], output: pipe.write)
      close(pipe.write)
      try Watch.untilItWatches(monitor, roots: 1)
      #expect(!monitor.isOver)
      close(pipe.read)
      let outcome = try monitor.wait()
      #expect(outcome.status == 0 && outcome.signal == nil, "\(outcome)")
    }

    @Test func whatAKilledVerbLeftIsNoContainer() throws {
      let runtime = try Runtime()
      try withRunningContainer(try Bundle(["sleep", "100"]), runtime: runtime, options: []) { container in
        let left = [":started:\(container.id)", ":paused:\(container.id)", ":exited:0:\(container.id)"]
        for name in left { try File.write("", to: "\(runtime.root)/\(name)") }
        try File.write("", to: "\(runtime.root)/:started:other")
        #expect(try runtime("list", "-q").stdout == "\(container.id)\n")
        // It is in the way of nobody.
        let watch = try Watch(runtime, [])
        expectSuccess(try runtime("pause", container.id))
        try watch.waitFor(lines: 1)
        expectSuccess(try runtime("delete", "--force", container.id))
        #expect(File.names(in: runtime.root) == [":started:other"])
        try FileManager.default.removeItem(atPath: "\(runtime.root)/:started:other")
      }
    }

    @Test func itSleepsWhileNothingHappens() throws {
      let runtime = try Runtime()
      try withRunningContainer(try Bundle(["sleep", "100"]), runtime: runtime) { _ in
        let watch = try Watch(runtime, ["--root", runtime.root, "--root", "\(runtime.root)/not/there"], roots: 2)
        try Harness.waitUntil("it sleeps") { Orphans.process(watch.monitor.pid)?.state == "S" }
        let before = watch.switches
        sleep(2)
        #expect(watch.switches == before, "it was awake")
      }
    }

    /// `conformance/monitor-session` does the same with 1,000.
    @Test func manyContainersAtOnce() throws {
      let runtimes = [try Runtime(rootName: "a"), try Runtime(rootName: "b")]
      let watch = try Watch(runtimes[0], ["--root", runtimes[0].root, "--root", runtimes[1].root, "(web|db).*"], roots: 2)
      let bundle = try Bundle(shell: "read code < /code; exit $code")
      let sleeping = try Bundle(["sleep", "100"])
      try bundle.write()
      try sleeping.write()
      try File.write("42\n", to: "\(bundle.rootfs)/code")
      let ids = (1...10).flatMap { ["web\($0)", "db\($0)", "other\($0)"] }
      var expected: [String: [String]] = [:]
      for (index, id) in (ids + ids).enumerated() {
        let runtime = runtimes[index / ids.count]
        let name = "\(index / ids.count)-\(id)"
        let isKilled = index % 2 == 0
        expectSuccess(
          try runtime(
            "create", "--bundle", isKilled ? sleeping.path : bundle.path, id.hasPrefix("other") ? name : "\(id)-\(name)"))
        if id.hasPrefix("other") { continue }
        let exit = ["exited with status [\(isKilled ? 137 : 42)]", "changed state to [STOPPED]", "changed state to [DELETED]"]
        expected["\(id)-\(name)"] =
          ["changed state to [CREATED]", "changed state to [RUNNING]"]
          + (isKilled ? ["changed state to [PAUSED]", "changed state to [RUNNING]"] : []) + exit
      }
      for verb in ["start", "pause", "resume", "kill", "delete"] {
        if verb == "kill" { usleep(200_000) }
        for (index, runtime) in runtimes.enumerated() {
          for id in File.names(in: runtime.root) where id != ".cache" {
            let isKilled = (ids.firstIndex { id == "\(index)-\($0)" || id == "\($0)-\(index)-\($0)" } ?? 0) % 2 == 0
            switch verb {
            case "start", "delete": expectSuccess(try runtime.call([verb] + (verb == "delete" ? ["--force"] : []) + [id]))
            case "kill": if isKilled { expectSuccess(try runtime("kill", id, "KILL")) }
            default: if isKilled { expectSuccess(try runtime(verb, id)) }
            }
          }
        }
      }
      Orphans.reap()
      try watch.waitFor(lines: expected.values.map(\.count).reduce(0, +))
      let outcome = try watch.end()
      var told: [String: [String]] = [:]
      for line in outcome.stdout.split(separator: "\n") {
        let parts = line.split(separator: "'")
        told[String(parts[0]), default: []].append(String(parts[1].dropFirst()))
      }
      for (id, lines) in expected { #expect(told[id] == lines, "\(id)") }
      #expect(Set(told.keys) == Set(expected.keys))
      #expect(outcome.stderr.isEmpty, "\(outcome)")
    }

    /// From its creation to its deletion.
    static func live(_ id: String, _ runtime: Runtime, _ bundle: Bundle, byRun: Bool = false) throws {
      if byRun {
        _ = try runtime.run(bundle, id: id)
        return
      }
      try withContainer(bundle, runtime: runtime, id: id) { try finish($0) }
    }

    /// Starts it, and waits for its end. Before 6.15 its status is only known as long as nobody has reaped it.
    static func finish(_ container: Container) throws {
      let pid = try container.pid
      try container.start()
      try Harness.waitUntil("it is dead") { Orphans.process(pid)?.state == "Z" }
      if !Host.kernelIsAtLeast(6, 15) { usleep(300_000) }
    }
  }
}

/// A monitor at work.
struct Watch {
  let monitor: Spawned

  init(_ runtime: Runtime, _ arguments: [String], roots: Int = 1) throws {
    monitor = try runtime.spawn(["monitor"] + arguments)
    try Self.untilItWatches(monitor, roots: roots)
  }

  /// fdinfo of an inotify instance has a line for each watch.
  static func untilItWatches(_ monitor: Spawned, roots: Int) throws {
    try Harness.waitUntil("it watches") {
      let files = File.names(in: "/proc/\(monitor.pid)/fdinfo").map { File.text("/proc/\(monitor.pid)/fdinfo/\($0)") }
      return monitor.isOver || files.count { $0.contains("inotify wd:") } >= roots && Orphans.process(monitor.pid)?.state == "S"
    }
  }

  func waitFor(lines: Int) throws {
    do {
      try Harness.waitUntil("it has told \(lines) lines") { monitor.stdout.split(separator: "\n").count >= lines }
    } catch { throw HarnessError("\(error), but:\n\(monitor.stdout)\(monitor.stderr)") }
  }

  /// Ctrl-C, a moment after the last line: what is told twice comes late.
  func end() throws -> Outcome {
    usleep(100_000)
    monitor.send(SIGINT)
    return try monitor.wait()
  }

  /// How often it was put to sleep and woken up: /proc/PID/status, proc_pid_status(5).
  var switches: [Substring] {
    File.text("/proc/\(monitor.pid)/status").split(separator: "\n").filter { $0.contains("ctxt_switches") }
  }
}
