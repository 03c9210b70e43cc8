import Foundation
import Testing

extension Scenarios {
  /// `--uts private|host|container:<id>`, an option of apus's own. With another's namespace config.json's names would be
  /// another's: they are left out, and that is said.
  @Suite(.enabled(if: Runtime.isApus, "only apus has --uts")) struct UTSMode {
    static func bundle(_ name: String) throws -> Bundle {
      let bundle = try Bundle(shell: "hostname; cat /proc/sys/kernel/domainname")
      bundle.config["hostname"] = .string(name)
      bundle.config["domainname"] = "of-the-config"
      return bundle
    }

    private func expectWarnings(_ outcome: Outcome, _ mode: String) {
      expectSuccess(outcome)
      let lines = outcome.errorLines
      #expect(lines.count == 2, "\(outcome)")
      #expect(lines.first?.hasSuffix("hostname \"the-second\" of config.json is left out: --uts \(mode)") == true, "\(outcome)")
      #expect(lines.last?.hasSuffix("domainname \"of-the-config\" of config.json is left out: --uts \(mode)") == true)
    }

    @Test func privateHasTheNameOfTheConfiguration() throws {
      let bundle = try Self.bundle("the-second")
      bundle.config["linux.namespaces"] = .array((bundle.config["linux.namespaces"]?.array ?? []).filter { $0["type"] != "uts" })
      #expect(try output(of: bundle, options: ["--uts", "private"]) == "the-second\nof-the-config\n")
    }

    @Test func hostHasAndKeepsTheHostsName() throws {
      let before = File.text("/proc/sys/kernel/hostname") + File.text("/proc/sys/kernel/domainname")
      let outcome = try Runtime().run(try Self.bundle("the-second"), options: ["--uts", "host"])
      expectWarnings(outcome, "host")
      #expect(outcome.stdout == before)
      #expect(File.text("/proc/sys/kernel/hostname") + File.text("/proc/sys/kernel/domainname") == before)
    }

    @Test func containerHasTheNameOfTheOther() throws {
      let target = try Bundle(["sleep", "100"])
      target.config["hostname"] = "the-first"
      try withRunningContainer(target) { target in
        let mode = "container:\(target.id)"
        let outcome = try target.runtime.run(try Self.bundle("the-second"), options: ["--uts", mode])
        expectWarnings(outcome, mode)
        #expect(outcome.stdout.hasPrefix("the-first\n"), "\(outcome)")
        #expect(try target.exec(["hostname"]).stdout == "the-first\n")
      }
    }
  }
}
