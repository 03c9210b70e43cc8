import Foundation
import Testing

extension Scenarios {
  /// The same again and again: what is left behind once in a hundred times is found here.
  ///
  /// `APUS_ENDURANCE` is the percentage of the full count; the default is all of it for apus, a tenth for a peer.
  @Suite struct Endurance {
    static func count(_ full: Int) -> Int {
      let percentage = Host.environment["APUS_ENDURANCE"].flatMap(Int.init) ?? (Runtime.isApus && !Host.isLab ? 100 : 10)
      return max(1, full * percentage / 100)
    }

    @Test func run() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(["/bin/true"])
      try bundle.write()
      let descriptors = File.names(in: "/proc/self/fd").count
      try assertNothingLeft(by: runtime) {
        for round in 1...Self.count(200) {
          let id = TemporaryDirectory.newID()
          let outcome = try runtime("run", "--bundle", bundle.path, id)
          guard outcome.status == 0, outcome.stderr == "" else {
            runtime.deleteQuietly(id)
            Issue.record("round \(round): \(outcome)")
            return
          }
        }
      }
      #expect(File.names(in: "/proc/self/fd").count <= descriptors + 2, "the harness itself leaks")
    }

    @Test func createStartDelete() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(["sleep", "1000"])
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        for round in 1...Self.count(100) {
          let id = TemporaryDirectory.newID()
          defer { runtime.deleteQuietly(id) }
          for arguments in [["create", "--bundle", bundle.path, id], ["start", id], ["delete", "--force", id]] {
            let outcome = try runtime.call(arguments)
            guard outcome.status == 0, outcome.stderr == "" else {
              Issue.record("round \(round): \(outcome)")
              return
            }
          }
          #expect(!File.exists("\(runtime.root)/\(id)"))
        }
      }
    }

    /// One process after the other in one container; `APUS_ENDURANCE=3334` is 10,000.
    @Test(.timeLimit(.minutes(30))) func exec() throws {
      try withSleeper { container in
        let descriptors = File.names(in: "/proc/\(try container.pid)/fd")
        let count = Self.count(300)
        let began = Date()
        for round in 1...count {
          let outcome = try container.exec(["/bin/true"])
          guard outcome.status == 0, outcome.stderr == "" else {
            Issue.record("round \(round): \(outcome)")
            return
          }
        }
        let each = Date().timeIntervalSince(began) / Double(count) * 1000
        print("\(count) times exec, \((each * 100).rounded() / 100) ms each")
        #expect(try container.status() == "running")
        #expect(File.names(in: "/proc/\(try container.pid)/fd") == descriptors)
        #expect(try container.output(ofShell: "ls -d /proc/[0-9]* | wc -l") <= "4\n")
      }
    }

    /// Several at a time, which wait for nobody.
    @Test func execsAtOnce() throws {
      try withSleeper { container in
        for _ in 1...Self.count(10) {
          let execs = try (0..<8).map { number in
            try container.runtime.spawn(["exec", container.id, "sh", "-c", "exit \(number)"])
          }
          #expect(try execs.map { try $0.wait().status } == Array(0..<8))
        }
      }
    }

    /// Failures too: each way out has its own things to undo.
    @Test func failures() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(["/no/such/program"])
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        for _ in 1...Self.count(50) {
          let outcome = try runtime("create", "--bundle", bundle.path, TemporaryDirectory.newID())
          #expect(outcome.status == 1, "\(outcome)")
        }
      }
    }
  }
}
