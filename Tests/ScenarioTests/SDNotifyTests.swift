import Foundation
import Testing

extension Scenarios {
  /// NOTIFY_SOCKET: a service of `Type=notify` that runs a container.
  @Suite(.disabled(if: Runtime.isCrun, "crun calls its socket /run/notify/notify, and hands on what it is sent as it is"))
  struct SDNotify {
    /// A manager's socket, and a runtime that is told of it.
    struct Manager {
      let runtime: Runtime
      let socket: DatagramSocket
      var environment: [String: String] { ["NOTIFY_SOCKET": socket.address] }

      init(_ runtime: Runtime? = nil, address: String? = nil) throws {
        self.runtime = try runtime ?? Runtime()
        socket = try DatagramSocket(address ?? "\(self.runtime.directory.path)/manager")
      }

      /// Expects the three messages of a program that is ready. The returned descriptor is to be closed.
      func hear(_ pid: pid_t) throws -> Int32 {
        #expect(try socket.receive().payload == "READY=1\n")
        #expect(try socket.receive().payload == "MAINPID=\(pid)\n")
        if Runtime.isOldRunc { return open("/dev/null", O_RDONLY | O_CLOEXEC) }  // runc has the barrier since 1.2
        let barrier = try socket.receive()
        #expect(barrier.payload == "BARRIER=1")
        #expect(barrier.descriptors.count == 1)
        return try #require(barrier.descriptors.first)
      }
    }

    /// The container's socket, as the container sees it.
    static func say(_ text: String, _ pid: pid_t) throws {
      let path = "/proc/\(pid)/root/run/notify/notify.sock"
      try Harness.waitUntil("the socket is there") { File.exists(path) }
      try DatagramSocket.send(text, to: path)
    }

    private func withDetachedRun(
      _ manager: Manager, _ bundle: Bundle? = nil, _ body: (_ run: Spawned, _ id: String, _ pid: pid_t) throws -> Void
    ) throws {
      let bundle = try bundle ?? Bundle(["sleep", "100"])
      try bundle.write()
      let id = TemporaryDirectory.newID()
      try assertNothingLeft(by: manager.runtime) {
        defer { manager.runtime.deleteQuietly(id) }
        let run = try manager.runtime.spawn(
          ["run", "-d", "--bundle", bundle.path, id], environment: manager.environment)
        try Harness.waitUntil("\(id) runs") { try run.isOver || manager.runtime.status(id) == "running" }
        try body(run, id, try pid_t(#require(manager.runtime.state(id)?["pid"]?.int)))
      }
    }

    /// systemd ends a service whose main process ends before it has read READY, and reads by the sender's pid whose it is.
    @Test func aDetachedRunReturnsWhenTheManagerHasReadAll() throws {
      let manager = try Manager()
      try withDetachedRun(manager) { run, id, pid in
        try Self.say("STATUS=warming up", pid)
        #expect(!manager.socket.isCalled(within: 0.2))
        #expect(!run.isOver)
        try Self.say("READY=1", pid)
        let barrier = try manager.hear(pid)
        usleep(200_000)
        if !Runtime.isOldRunc { #expect(!run.isOver, "it did not wait for the manager") }
        close(barrier)
        expectSuccess(try run.wait())
        #expect(try manager.runtime.status(id) == "running")
      }
    }

    /// To systemd a carriage return ends a line: what follows it would be the container's word to the manager of the host.
    @Test(arguments: ["READY=1\rMAINPID=1\rSTOPPING=1", "READY=1\r\nMAINPID=1\n"])
    func theContainerSaysNothingButReady(text: String) throws {
      let manager = try Manager()
      try withDetachedRun(manager) { run, id, pid in
        try Self.say(text, pid)
        if Runtime.isApus {
          close(try manager.hear(pid))
          expectSuccess(try run.wait())
        } else {
          // runc passes on all up to the line feed.
          #expect(try manager.socket.receive().payload != "READY=1\n", "it is safe from this attack")
        }
      }
    }

    @Test func withCreateItIsStartThatWaits() throws {
      let manager = try Manager()
      try withContainer(
        try Bundle(["sleep", "100"]), runtime: manager.runtime, environment: manager.environment
      ) { container in
        let start = try manager.runtime.spawn(["start", container.id], environment: manager.environment)
        try container.waitUntil("running")
        try Self.say("READY=1", try container.pid)
        close(try manager.hear(try container.pid))
        expectSuccess(try start.wait())
      }
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc 1.1.5 waits for the manager first")) func theForegroundGoesOnMeanwhile() throws {
      let manager = try Manager()
      let bundle = try Bundle(shell: "until test -e /go; do sleep 0.02; done; exit 5")
      try bundle.write()
      let id = TemporaryDirectory.newID()
      try assertNothingLeft(by: manager.runtime) {
        defer { manager.runtime.deleteQuietly(id) }
        let run = try manager.runtime.spawn(["run", "--bundle", bundle.path, id], environment: manager.environment)
        try Harness.waitUntil("\(id) runs") { try run.isOver || manager.runtime.status(id) == "running" }
        let pid = try pid_t(#require(manager.runtime.state(id)?["pid"]?.int))
        try Self.say("READY=1", pid)
        // The manager may take its time with the barrier. The main process stays the one that ends with the program's status.
        let barrier = try manager.hear(run.pid)
        defer { close(barrier) }
        try File.write("", to: "\(bundle.rootfs)/go")
        #expect(try run.wait().status == 5)
      }
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc 1.1.5 waits for a child that it does not reap"), arguments: ["run -d", "start"])
    func aProgramThatEndsIsNotWaitedFor(verb: String) throws {
      let manager = try Manager()
      let bundle = try Bundle(["sleep", "0.3"])
      if verb == "start" {
        try withContainer(bundle, runtime: manager.runtime, environment: manager.environment) { container in
          expectSuccess(try manager.runtime("start", container.id, environment: manager.environment))
        }
      } else {
        try withDetachedRun(manager, bundle) { run, _, _ in expectSuccess(try run.wait()) }
      }
      #expect(!manager.socket.isCalled(within: 0))
    }

    /// What else is in the message is about pids and descriptors of the container.
    @Test(.enabled(if: Runtime.isApus, "runc looks at the beginning of a message only"))
    func readyMayStandAnywhereInAMessage() throws {
      let manager = try Manager()
      try withDetachedRun(manager) { run, _, pid in
        try Self.say("MAINPID=1\nREADY=1\nSTATUS=up", pid)
        close(try manager.hear(pid))
        expectSuccess(try run.wait())
      }
    }

    @Test func theManagerMayHaveAnAbstractAddress() throws {
      let manager = try Manager(address: "@\(TemporaryDirectory.newID())")
      try withDetachedRun(manager) { run, _, pid in
        try Self.say("READY=1", pid)
        close(try manager.hear(pid))
        expectSuccess(try run.wait())
      }
    }

    @Test(.enabled(if: Runtime.isApus, "runc says nothing"))
    func aManagerThatIsNotThereIsAWarning() throws {
      let runtime = try Runtime()
      let nobody = "\(runtime.directory.path)/nobody"
      try withContainer(try Bundle(["sleep", "100"]), runtime: runtime, environment: ["NOTIFY_SOCKET": nobody]) { container in
        let outcome = try runtime("start", container.id, environment: ["NOTIFY_SOCKET": nobody])
        expectSuccess(outcome)
        #expect(outcome.stderr.contains(nobody), "\(outcome)")
      }
    }

    @Test(.enabled(if: Runtime.isApus, "runc cannot start it")) func aContainerThatWasCreatedWithoutOneStarts() throws {
      let manager = try Manager()
      try withContainer(try Bundle(["sleep", "100"]), runtime: manager.runtime) { container in
        expectSuccess(try manager.runtime("start", container.id, environment: manager.environment))
      }
    }

    // MARK: What the container sees

    static let look = "echo $NOTIFY_SOCKET; test -S $NOTIFY_SOCKET && test -w $NOTIFY_SOCKET && echo there; touch /run/notify/x"

    /// - Parameter change: what is special about the container.
    private func expectASocket(
      _ runtime: Runtime? = nil, wrapper: [String] = [], _ change: (Bundle) throws -> Void = { _ in },
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let bundle = try Bundle(shell: Self.look)
      try change(bundle)
      try expectASocket(in: bundle, runtime, wrapper: wrapper, sourceLocation: sourceLocation)
    }

    private func expectASocket(
      in bundle: Bundle, _ runtime: Runtime? = nil, wrapper: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let manager = try Manager(runtime, address: "@\(TemporaryDirectory.newID())")
      try withContainer(
        bundle, runtime: manager.runtime, environment: manager.environment, wrapper: wrapper, sourceLocation: sourceLocation
      ) { container in
        let start = try manager.runtime.spawn(["start", container.id], environment: manager.environment)
        try container.waitUntil("stopped")
        #expect(container.stdout == "/run/notify/notify.sock\nthere\n", sourceLocation: sourceLocation)
        #expect(container.stderr.contains("Read-only file system"), "\(container.stderr)", sourceLocation: sourceLocation)
        Orphans.reap()  // runc waits until /proc has nothing of it
        expectSuccess(try start.wait(), sourceLocation: sourceLocation)
      }
    }

    @Test func aSocketInAReadonlyDirectory() throws { try expectASocket() }

    @Test func inAReadonlyRoot() throws { try expectASocket { $0.config["root.readonly"] = true } }

    @Test func overATmpfsOfTheConfiguration() throws {
      try expectASocket {
        $0.config.append("mounts", value: ["destination": "/run", "type": "tmpfs", "source": "tmpfs", "options": ["ro"]])
      }
    }

    @Test func forAnotherUser() throws {
      try expectASocket { $0.config["process.user"] = ["uid": 1000, "gid": 1000] }
    }

    @Test(.enabled(if: Runtime.isApus, "runc leaves the directory as the mask has it")) func whateverTheMaskOfTheCaller() throws {
      try expectASocket(wrapper: ["sh", "-c", "umask 077; exec \"$0\" \"$@\""]) {
        $0.config["process.user"] = ["uid": 1000, "gid": 1000]
      }
    }

    @Test func inAUserNamespace() throws {
      try expectASocket(in: try UserNamespace.bundle(Self.look))
    }

    @Test(.enabled(if: Runtime.isApus, "runc's paths end at 108 bytes"))
    func belowARootOfManyBytes() throws { try expectASocket(try Runtime(rootName: String(repeating: "r", count: 200))) }

    @Test func itGoesOverTheVariableOfTheConfiguration() throws {
      try expectASocket { $0.config.append("process.env", value: "NOTIFY_SOCKET=/elsewhere") }
    }

    @Test func aProcessThatJoinsIsNotGivenIt() throws {
      let manager = try Manager()
      try withContainer(
        try Bundle(["sleep", "100"]), runtime: manager.runtime, environment: manager.environment
      ) { container in
        let outcome = try manager.runtime(
          "exec", container.id, "sh", "-c", "echo ${NOTIFY_SOCKET-none}", environment: manager.environment)
        #expect(outcome.stdout == "none\n", "\(outcome)")
      }
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": ""]]) func withoutAManagerThereIsNone(environment: [String: String]) throws {
      let outcome = try Runtime().run(
        try Bundle(shell: "echo ${NOTIFY_SOCKET-none}; ls -d /run/notify"), environment: environment)
      #expect(outcome.stdout == "none\n", "\(outcome)")
    }

    @Test func aFailedCreateLeavesNothing() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(["/no/such/program"])
      let outcome = try assertNothingLeft(by: runtime) {
        try runtime.create(TemporaryDirectory.newID(), bundle, environment: ["NOTIFY_SOCKET": "@nobody"])
      }
      expectFailure(outcome)
    }
  }
}
