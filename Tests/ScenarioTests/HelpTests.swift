import Foundation
import Testing

extension Scenarios {
  /// Help, and calls that make no sense.
  @Suite struct Help {
    static let verbs = ["create", "start", "state", "kill", "delete", "run", "list", "spec"]

    @Test(arguments: [["help"], ["--help"], ["-h"]])
    func namesEveryVerb(arguments: [String]) throws {
      if Runtime.isCrun, arguments != ["--help"] { return }  // crun has only the long flag
      let outcome = try Spawned.run([Runtime.binary] + arguments)
      expectSuccess(outcome)
      #expect(outcome.stderr == "")
      for verb in Self.verbs { #expect(outcome.stdout.contains(verb), "no \(verb)") }
      for flag in ["--root", "--log", "--debug"] { #expect(outcome.stdout.contains(flag), "no \(flag)") }
    }

    @Test(arguments: verbs + ["events", "features", "pause", "ps", "resume", "update"])
    func eachVerbHasHelp(verb: String) throws {
      if Runtime.isCrun, ["events", "features"].contains(verb) { return }  // not in crun 1.8.1
      let outcome = try Spawned.run([Runtime.binary, verb, "--help"])
      expectSuccess(outcome)
      #expect(outcome.stderr == "")
      #expect(outcome.stdout.contains(verb))
    }

    @Test func helpOfCreateNamesItsFlags() throws {
      let text = try Spawned.run([Runtime.binary, "create", "--help"]).stdout
      for flag in ["--bundle", "--console-socket", "--pid-file", "--no-pivot", "--no-new-keyring", "--preserve-fds"] {
        #expect(text.contains(flag), "no \(flag)")
      }
      if Runtime.isApus { #expect(text.contains("--ipc") && text.contains("--trace")) }
    }

    @Test(arguments: [
      ["state"], ["state", "a", "b"], ["start"], ["create"], ["create", "a", "b"], ["delete"], ["run"], ["pause"], ["kill"],
      ["ps"],
      ["update"], ["update", "a", "b"], ["events"], ["events", "a", "b"],
    ])
    func aWrongNumberOfArgumentsIsRefused(arguments: [String]) throws {
      let runtime = try Runtime()
      let outcome = try assertNothingLeft(by: runtime) { try runtime.call(arguments) }
      expectFailure(outcome)
      if Runtime.isApus { #expect(outcome.status == 1) }
      expectApusSays(arguments[0], outcome)
    }

    @Test func anUnknownVerbIsRefused() throws {
      let outcome = try Runtime()("frobnicate", "a")
      expectFailure(outcome, saying: "frobnicate")
    }

    @Test(arguments: [["--frobnicate", "state", "a"], ["state", "--frobnicate", "a"]])
    func anUnknownFlagIsRefused(arguments: [String]) throws {
      expectFailure(try Spawned.run([Runtime.binary] + arguments), saying: "frobnicate")
    }

    /// podman asks a verb for a flag without its value and looks for these words.
    @Test func aFlagWithoutItsValueIsRefused() throws {
      let outcome = try Runtime()("create", "--bundle")
      expectFailure(outcome)
      if !Runtime.isCrun {
        #expect((outcome.stdout + outcome.stderr).contains("flag needs an argument"), "\(outcome)")
      }
    }

    @Test func noVerbAtAllIsHelpOrARefusal() throws {
      let outcome = try Spawned.run([Runtime.binary])
      #expect(outcome.signal == nil)
      #expect(!(outcome.stdout + outcome.stderr).isEmpty)
    }
  }
}
