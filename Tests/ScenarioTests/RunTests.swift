import Foundation
import Testing

extension Scenarios {
  /// `run ID`: create, start, wait and delete in one.
  @Suite struct Run {
    @Test(arguments: [0, 1, 42, 126, 255])
    func theStatusIsTheContainers(status: Int) throws {
      let outcome = try Runtime().run(try Bundle(shell: "exit \(status)"))
      #expect(outcome.status == Int32(status), "\(outcome)")
      #expect(outcome.stdout == "" && outcome.stderr == "")
    }

    @Test func aKilledContainerGives128AndTheSignal() throws {
      try withForegroundRun(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.kill())
        let outcome = try container.creation.wait()
        #expect(outcome.status == 137 && outcome.signal == nil, "\(outcome)")
      }
    }

    @Test func stdinAndStdoutAndStderrAreTheCallers() throws {
      let bundle = try Bundle(shell: "cat; echo to stderr >&2")
      let outcome = try Runtime().run(bundle, input: .text("line one\nline two\n"))
      expectSuccess(outcome)
      #expect(outcome.stdout == "line one\nline two\n")
      #expect(outcome.stderr == "to stderr\n")
    }

    @Test func muchOutputArrivesWhole() throws {
      let bundle = try Bundle(shell: "i=0; while [ $i -lt 64 ]; do head -c 16384 /dev/zero | tr '\\0' x; i=$((i+1)); done")
      let outcome = try Runtime().run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout.utf8.count == 1 << 20)
      #expect(outcome.stdout.utf8.allSatisfy { $0 == UInt8(ascii: "x") })
    }

    @Test func aPipeAsStdinEndsWithItsWriter() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(shell: "read line; echo \"<$line>\"; cat; echo end")
      try bundle.write()
      let id = TemporaryDirectory.newID()
      try assertNothingLeft(by: runtime) {
        defer { runtime.deleteQuietly(id) }
        let run = try runtime.spawn(["run", "--bundle", bundle.path, id], input: .pipe)
        try run.write("hello\n")
        try Harness.waitUntil("it has read a line") { run.stdout == "<hello>\n" }
        try run.write("more\n")
        run.closeInput()
        let outcome = try run.wait()
        expectSuccess(outcome)
        #expect(outcome.stdout == "<hello>\nmore\nend\n")
      }
    }

    @Test(arguments: [
      ("TERM", SIGTERM), ("INT", SIGINT), ("HUP", SIGHUP), ("USR1", SIGUSR1), ("USR2", SIGUSR2), ("QUIT", SIGQUIT),
    ])
    func signalsAreForwarded(name: String, number: Int32) throws {
      let bundle = try Bundle(shell: "trap 'echo got \(name); exit 7' \(name); echo ready; while :; do sleep 0.02; done")
      try withForegroundRun(bundle) { container in
        let run = container.creation
        try Harness.waitUntil("it listens") { run.stdout == "ready\n" }
        run.send(number)
        let outcome = try run.wait()
        #expect(outcome.stdout == "ready\ngot \(name)\n")
        #expect(outcome.status == 7, "\(outcome)")
      }
    }

    @Test func theContainerIsGoneAtTheEnd() throws {
      let runtime = try Runtime()
      let id = TemporaryDirectory.newID()
      expectSuccess(try runtime.run(try Bundle(), id: id))
      expectUnknown(try runtime("state", id))
    }

    @Test(arguments: ["--detach", "-d"])
    func detachReturnsWhileItRuns(flag: String) throws {
      let runtime = try Runtime()
      let bundle = try Bundle(shell: "echo up; sleep 100")
      let id = TemporaryDirectory.newID()
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        defer { runtime.deleteQuietly(id) }
        let run = try runtime.spawn(["run", flag, "--bundle", bundle.path, id])
        expectSuccess(try run.wait())
        #expect(try runtime.status(id) == "running")
        try Harness.waitUntil("it has spoken") { run.stdout == "up\n" }
        let pid = try #require(try runtime.state(id)?["pid"]?.int)
        #expect(Orphans.descendants().allSatisfy { $0.pid == pid || $0.state == "Z" }, "somebody stayed with it")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8.1 has no --keep")) func keepLeavesAStoppedContainer() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(shell: "exit 3")
      let id = TemporaryDirectory.newID()
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        defer { runtime.deleteQuietly(id) }
        #expect(try runtime("run", "--keep", "--bundle", bundle.path, id).status == 3)
        #expect(try runtime.status(id) == "stopped")
        expectSuccess(try runtime("delete", id))
        expectUnknown(try runtime("state", id))
      }
    }

    /// The foreground `run` is who buries the container's orphans, but a caller may want that job itself.
    @Test(.disabled(if: Runtime.isCrun, "crun knows no single dash"), arguments: ["--no-subreaper", "-no-subreaper"])
    func noSubreaperIsTaken(flag: String) throws {
      #expect(try Runtime().run(try Bundle(shell: "exit 5"), options: [flag]).status == 5)
    }

    @Test func theStateOfARunningContainerIsTheUsualOne() throws {
      let bundle = try Bundle(["sleep", "100"])
      try withForegroundRun(bundle) { container in
        let state = try #require(try container.runtime.state(container.id))
        #expect(state["status"] == "running")
        #expect(state["bundle"]?.string == bundle.path)
        expectSuccess(try container.kill())
        #expect(try container.creation.wait().status == 137)
      }
    }

    /// Whoever kills the runtime in front leaves a container that the other verbs still handle.
    @Test func aKilledRunLeavesAContainerThatCanBeDeleted() throws {
      try withForegroundRun(try Bundle(["sleep", "100"])) { container in
        container.creation.send(SIGKILL)
        #expect(try container.creation.wait().signal == SIGKILL)
        expectSuccess(try container.runtime("delete", "--force", container.id))
        expectUnknown(try container.runtime("state", container.id))
      }
    }
  }
}
