import Foundation
import Testing

extension Scenarios {
  /// A unit of `Type=notify` whose ExecStart runs a container: what systemd makes of READY, MAINPID and BARRIER.
  @Suite(
    .enabled(if: Systemd.isThere && Host.isLab, "makes units of systemd"), .enabled(if: Host.has(program: "cc"), "needs cc"),
    .disabled(if: Runtime.isCrun, "crun hands on what the container says as it is"))
  struct SystemdService {
    /// The service, its container, and what stands for the program's work: files that it waits for.
    struct Service {
      let runtime: Runtime
      let bundle: Bundle
      let id = TemporaryDirectory.newID()
      var unit: String { "\(id).service" }
      private var file: String { "/run/systemd/system/\(unit)" }

      /// - Parameters:
      ///   - options: of `run`.
      ///   - status: with which the program ends.
      init(_ options: [String] = [], says text: String = "READY=1", status: Int = 0) throws {
        runtime = try Runtime()
        bundle = try Bundle(["/ready", text, "\(status)"])
        let source = "\(Runtime.packageRoot)/conformance/lab/ready.c"
        expectSuccess(try Spawned.run(["cc", "-static", "-o", "\(bundle.rootfs)/ready", source], timeout: 120))
        try bundle.write()
        // PID 1 has another root file system: the runtime is started in ours.
        let words =
          ["/usr/bin/nsenter", "--mount=/proc/\(getpid())/ns/mnt", "--", Runtime.binary, "--root", runtime.root, "run"]
          + options + ["--bundle", bundle.path, id]
        try File.write(
          "[Service]\nType=notify\nExecStart=\(words.joined(separator: " "))\nTimeoutStartSec=300\nTimeoutStopSec=60\n", to: file)
        expectSuccess(try Systemd.call("daemon-reload"))
      }

      func start() throws {
        expectSuccess(try Systemd.call("start", "--no-block", unit))
        try Harness.waitUntil("\(id) runs") { try runtime.status(id) == "running" || isOver() }
      }

      /// Lets the program go on: `go`, `end`.
      func tell(_ word: String) throws { try File.write("", to: "\(bundle.rootfs)/\(word)") }

      func shows(_ property: String) throws -> String { try Systemd.show(unit, property) }
      func isOver() throws -> Bool { try ["failed", "inactive"].contains(shows("ActiveState")) }

      var pid: pid_t {
        get throws { try pid_t(#require(runtime.state(id)?["pid"]?.int)) }
      }

      func remove() throws {
        _ = try Systemd.call("stop", unit)
        runtime.deleteQuietly(id)
        unlink(file)
        _ = try Systemd.call("reset-failed", unit)
        expectSuccess(try Systemd.call("daemon-reload"))
        #expect(File.names(in: runtime.root).filter { $0 != ".cache" } == [])
      }
    }

    private func withService(_ service: Service, _ body: (Service) throws -> Void) throws {
      do { try body(service) } catch {
        try service.remove()
        throw error
      }
      try service.remove()
    }

    @Test func itIsActiveOnlyWhenTheProgramIsReady() throws {
      try withService(try Service()) { service in
        try service.start()
        usleep(300_000)
        #expect(try service.shows("ActiveState") == "activating")
        try service.tell("go")
        try Harness.waitUntil("it is active") { try service.shows("ActiveState") != "activating" }
        #expect(try service.shows("ActiveState") == "active")
        let pid = try service.pid
        #expect(File.text("/proc/\(pid)/comm") == "ready\n")
        #expect(try service.shows("MainPID") == parent(of: pid), "the runtime, which ends with the status of the program")
        expectSuccess(try Systemd.call("stop", service.unit))
        #expect(try service.shows("ActiveState") == "inactive")
        #expect(!File.exists("/proc/\(pid)"))
      }
    }

    /// systemd looks up to which unit the sender of a message belongs once it reads it; BARRIER is how the sender knows.
    @Test func theRuntimeMayEndOnceSystemdHasReadAll() throws {
      try withService(try Service(["--detach"], status: 5)) { service in
        try service.start()
        #expect(try service.shows("ActiveState") == "activating")
        try service.tell("go")
        try Harness.waitUntil("it is active") { try service.shows("ActiveState") != "activating" }
        let pid = try service.pid
        #expect(try service.shows("ActiveState") == "active")
        #expect(try service.shows("MainPID") == "\(pid)")
        try service.tell("end")
        try Harness.waitUntil("it has ended") { try service.isOver() }
        // Of the program, whose parent is systemd by now.
        #expect(try service.shows("ExecMainStatus") == "5")
        #expect(try service.shows("Result") == "exit-code")
      }
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc 1.1.5 waits for a child that it does not reap"), arguments: [[], ["--detach"]])
    func oneThatEndsBeforeItIsReadyHasFailed(options: [String]) throws {
      try withService(try Service(options, says: "STATUS=giving up", status: 5)) { service in
        try service.tell("go")
        try service.tell("end")
        try service.start()
        try Harness.waitUntil("it has ended") { try service.isOver() }
        #expect(try service.shows("ActiveState") == "failed")
        #expect(try ["exit-code", "protocol"].contains(service.shows("Result")))
      }
    }

    @Test func theStatusOfTheProgramIsThatOfTheService() throws {
      try withService(try Service(status: 5)) { service in
        try service.tell("go")
        try service.start()
        try Harness.waitUntil("it is active") { try service.shows("ActiveState") != "activating" }
        try service.tell("end")
        try Harness.waitUntil("it has ended") { try service.isOver() }
        #expect(try service.shows("ActiveState") == "failed")
        #expect(try service.shows("ExecMainStatus") == "5")
        #expect(try service.runtime.state(service.id) == nil)
      }
    }

    private func parent(of pid: pid_t) -> String {
      let line = File.text("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("PPid:") }
      return line?.split(separator: "\t").last.map(String.init) ?? ""
    }
  }
}
