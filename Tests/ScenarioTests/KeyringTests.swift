import Foundation
import Testing

extension Scenarios {
  /// The session keyring: `_ses.ID` of its own, or the caller's with `--no-new-keyring`.
  @Suite(.enabled(if: File.exists("/proc/keys"), "the kernel has no keyrings")) struct Keyring {
    static func bundle() throws -> Bundle {
      let bundle = try Bundle(["cat", "/proc/keys"])
      bundle.config["linux.maskedPaths"] = []
      return bundle
    }

    @Test(.disabled(if: Runtime.isCrun, "crun names the keyring by the id alone")) func aContainerHasItsOwn() throws {
      let id = TemporaryDirectory.newID()
      let outcome = try Runtime().run(try Self.bundle(), id: id)
      expectSuccess(outcome)
      #expect(outcome.stdout.contains("_ses.\(id)"), "\(outcome)")
    }

    @Test func exceptWithNoNewKeyring() throws {
      let id = TemporaryDirectory.newID()
      let outcome = try Runtime().run(try Self.bundle(), options: ["--no-new-keyring"], id: id)
      expectSuccess(outcome)
      #expect(!outcome.stdout.contains("_ses.\(id)"), "\(outcome)")
    }
  }
}
