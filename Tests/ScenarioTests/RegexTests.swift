import Foundation
import Testing

extension Scenarios {
  /// `kill --regex PATTERN [SIGNAL]`, `delete --regex PATTERN`: crun's, which runc has not.
  @Suite(.enabled(if: Runtime.isApus || Runtime.isCrun, "only crun has it")) struct Regex {
    /// Containers whose ids end in these words, of one runtime.
    static func with(_ names: [String], _ body: (Runtime, [Container]) throws -> Void) throws {
      let runtime = try Runtime()
      let base = TemporaryDirectory.newID()
      func make(_ rest: ArraySlice<String>, _ made: [Container]) throws {
        guard let name = rest.first else { return try body(runtime, made) }
        try withContainer(try Bundle(["sleep", "100"]), runtime: runtime, id: "\(base)-\(name)") { container in
          try container.start()
          try make(rest.dropFirst(), made + [container])
        }
      }
      try make(names[...], [])
    }

    static func names(_ runtime: Runtime) throws -> Set<String> {
      Set(
        try runtime("list", "-q").stdout.split(separator: "\n").map {
          String($0.drop { $0 != "-" }.dropFirst().drop { $0 != "-" }.dropFirst())
        })
    }

    @Test(arguments: ["--regex", "-r"]) func killReachesEveryMatch(flag: String) throws {
      try Self.with(["a1", "a2", "b1"]) { runtime, containers in
        expectSuccess(try runtime("kill", flag, "a[0-9]$", "KILL"))
        try containers[0].waitUntil("stopped")
        try containers[1].waitUntil("stopped")
        #expect(try containers[2].status() == "running")
        // A part of the id is enough, and those that have stopped are no error.
        expectSuccess(try runtime("kill", flag, "scn", "9"))
        try containers[2].waitUntil("stopped")
      }
    }

    @Test func deleteRemovesEveryMatch() throws {
      try Self.with(["a1", "a2", "b1"]) { runtime, containers in
        expectSuccess(try runtime("kill", "--regex", "a", "KILL"))
        try containers[0].waitUntil("stopped")
        try containers[1].waitUntil("stopped")
        expectSuccess(try runtime("delete", "--regex", "a"))
        #expect(try Self.names(runtime) == ["b1"])
        expectSuccess(try runtime("delete", "--force", "-r", "."))
        #expect(try Self.names(runtime) == [])
      }
    }

    @Test func whatCannotBeDeletedKeepsNoOtherFromIt() throws {
      try Self.with(["a1", "a2", "a3"]) { runtime, containers in
        expectSuccess(try containers[1].kill())
        try containers[1].waitUntil("stopped")
        let outcome = try runtime("delete", "--regex", "a")
        #expect(try Self.names(runtime) == ["a1", "a3"])
        if Runtime.isCrun { return }  // it warns, and succeeds
        expectFailure(outcome, saying: containers[0].id, containers[2].id, "that is not stopped: running")
      }
    }

    @Test func noMatchIsNoError() throws {
      try Self.with(["a1"]) { runtime, containers in
        expectSuccess(try runtime("kill", "--regex", "nobody", "KILL"))
        expectSuccess(try runtime("delete", "--force", "--regex", "^a1$"))
        #expect(try containers[0].status() == "running")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8.1 crashes"), arguments: ["kill", "delete"])
    func whatIsNoExpressionIsRefused(verb: String) throws {
      try Self.with(["a1"]) { runtime, containers in
        expectFailure(try runtime(verb, "--regex", "(a"))
        // Every id would match; a script's variable that is not set is the likelier reason for it.
        expectFailure(try runtime(verb, "--regex", ""), saying: "empty")
        #expect(try containers[0].status() == "running")
      }
    }
  }
}
