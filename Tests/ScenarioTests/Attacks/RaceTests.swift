import Foundation
import Testing

extension Scenarios {
  /// A sample of what `conformance/attacks/racer` and `conformance/attacks/sweep` do in full.
  @Suite(.enabled(if: ["cc", "python3"].allSatisfy { Host.has(program: $0) }, "needs cc and python3")) struct Races {
    private func attack(_ program: String, _ arguments: [String]) throws -> Outcome {
      let directory = try TemporaryDirectory(), runtime = try Runtime()
      let environment = [
        "ATTACKS_DIRECTORY": directory.path, "ATTACKS_NAME": TemporaryDirectory.newID(), "APUS": Host.environment["APUS"] ?? "",
      ].filter { !$0.value.isEmpty }
      return try assertNothingLeft(by: runtime) {
        try Spawned.run(
          ["\(Runtime.packageRoot)/conformance/attacks/\(program)", "-r", Runtime.binary] + arguments,
          environment: Spawned.plainEnvironment.merging(environment) { $1 }, timeout: 120 * Host.patience)
      }
    }

    /// Another container that shares the files exchanges them for links as fast as the kernel can: CVE-2021-30465.
    @Test(.enabled(if: Runtime.isApus, "a few rounds need not catch a peer")) func filesThatAreExchangedAllTheTime() throws {
      let outcome = try attack("racer", ["-n", "\(Endurance.count(56))"])
      #expect(outcome.succeeded && outcome.stdout.contains(" rounds, 0 changed something, "), "\(outcome)")
    }

    /// The exchange comes between two calls of the runtime, at some of them: CVE-2024-45310, CVE-2026-41579.
    @Test func filesThatAreExchangedBetweenTwoCalls() throws {
      let every = Runtime.isApus ? "150" : "300"
      let outcome = try attack("sweep", ["-e", every] + (Runtime.isApus ? [] : ["dev"]))
      if Runtime.isApus || Runtime.isCrun {
        #expect(outcome.succeeded && outcome.stdout.contains(" rounds, 0 changed something, "), "\(outcome)")
      } else {
        #expect(outcome.status == 1 && outcome.stdout.contains("changed at call"), "runc 1.1 is vulnerable: \(outcome)")
      }
    }
  }
}
