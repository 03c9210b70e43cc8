import Foundation
import Testing

extension Scenarios {
  /// `state ID`: runtime.md "State", and the keys runc adds.
  @Suite struct State {
    @Test(.disabled(if: Runtime.isCrun, "crun gives root.path as it is in config.json")) func ofACreatedContainer() throws {
      let bundle = try Bundle(["sleep", "100"])
      bundle.config["annotations", "org.example.a"] = "b"
      try withContainer(bundle) { container in
        let state = try #require(try container.runtime.state(container.id))
        #expect(state["status"] == "created")
        #expect(state["id"]?.string == container.id)
        #expect(state["bundle"]?.string == bundle.path)
        #expect(state["rootfs"]?.string == bundle.rootfs)
        #expect(state["annotations", "org.example.a"] == "b")
        #expect(state["owner"]?.string == "root" || (Runtime.isRunc && state["owner"] == ""))
        #expect(state["ociVersion"]?.string?.hasPrefix("1.") == true)
        let pid = try #require(state["pid"]?.int)
        #expect(pid > 1 && File.exists("/proc/\(pid)"))
      }
    }

    @Test func ofARunningContainer() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let state = try #require(try container.runtime.state(container.id))
        #expect(state["status"] == "running")
        let pid = try container.pid
        try Harness.waitUntil("it is sleep") { File.text("/proc/\(pid)/cmdline").hasPrefix("sleep\0") }
      }
    }

    @Test func ofAPausedContainer() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        expectSuccess(try container.runtime("pause", container.id))
        #expect(try container.status() == "paused")
        expectSuccess(try container.runtime("resume", container.id))
        #expect(try container.status() == "running")
      }
    }

    @Test func ofAStoppedContainer() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        let state = try #require(try container.runtime.state(container.id))
        #expect(state["pid"] == nil || state["pid"] == 0)
        #expect(state["bundle"]?.string == container.bundle.path)
      }
    }

    /// An engine's shim buries init some time after it died, so a dead one that nobody has waited for is stopped too.
    @Test func aDeadInitThatNobodyBuriedIsStopped() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let pid = try container.pid
        Glibc.kill(pid, SIGKILL)
        try Harness.waitUntil("it is dead") { Orphans.process(pid)?.state == "Z" }
        // Not `status()`, which buries the dead.
        let answer = try container.runtime("state", container.id)
        #expect(Orphans.process(pid)?.state == "Z")
        #expect(try Value(parsing: answer.stdout)["status"] == "stopped")
      }
    }

    @Test func createdIsATimeOfTheClock() throws {
      let before = Date()
      try withContainer(try Bundle()) { container in
        let text = try #require(try container.runtime.state(container.id)?["created"]?.string)
        let created = try #require(RFC3339.date(text), "not RFC 3339: \(text)")
        #expect(created >= before.addingTimeInterval(-1) && created <= Date().addingTimeInterval(1))
        #expect(text.hasSuffix("Z"), "not UTC: \(text)")
      }
    }

    @Test func startChangesOnlyTheStatus() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        var created = try #require(try container.runtime.state(container.id))
        try container.start()
        let running = try #require(try container.runtime.state(container.id))
        created["status"] = "running"
        #expect(created == running)
      }
    }

    @Test func anUnknownIDIsRefused() throws {
      let runtime = try Runtime()
      let outcome = try runtime("state", "nobody")
      expectUnknown(outcome)
      if !Runtime.isCrun { #expect(outcome.message.contains("container does not exist"), "\(outcome)") }
      #expect(outcome.status == 1)
      #expect(outcome.stdout == "")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun indents by four")) func itIsIndentedByTwoSpaces() throws {
      try withContainer(try Bundle()) { container in
        let text = try container.runtime("state", container.id).stdout
        #expect(text.hasPrefix("{\n  \"ociVersion\": \""), "\(text)")
      }
    }
  }
}

/// Times as runtimes write them: RFC 3339, with up to nine decimals.
enum RFC3339 {
  static func date(_ text: String) -> Date? {
    let pattern = #/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/#
    guard text.wholeMatch(of: pattern) != nil else { return nil }
    let withoutDecimals = text.replacing(#/\.\d+/#, with: "")
    return ISO8601DateFormatter().date(from: withoutDecimals)
  }
}
