import Foundation
import Testing

extension Scenarios {
  /// `features`: features.md. Engines call it without `--root`, and take stdout and stderr together.
  @Suite(.disabled(if: Runtime.isCrun && Runtime.version.contains(" 1.8.1"), "crun has it since 1.8.2"))
  struct FeaturesVerb {
    @Test func onlyJSONAndNothingElse() throws {
      let outcome = try Spawned.run([Runtime.binary, "features"])
      expectSuccess(outcome)
      #expect(outcome.stderr == "")
      let features = try Value(parsing: outcome.stdout)
      #expect(features["ociVersionMin"]?.string?.hasPrefix("1.") == true)
      #expect(features["ociVersionMax"]?.string?.hasPrefix("1.") == true)
      #expect(features["hooks"]?.strings?.contains("createRuntime") == true)
      #expect(features["mountOptions"]?.strings?.contains("nosuid") == true)
      let namespaces = Set(features["linux.namespaces"]?.strings ?? [])
      #expect(namespaces.isSuperset(of: ["pid", "mount", "user", "ipc", "network", "uts"]))
      #expect(features["linux.capabilities"]?.strings?.contains("CAP_SYS_ADMIN") == true)
      #expect(features["linux.cgroup.v2"] == true)
      #expect(features["linux.seccomp.enabled"] == true)
    }

    @Test(.enabled(if: Host.has(program: "setpriv"), "drops root with setpriv"))
    func worksWithoutRoot() throws {
      let user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
      let outcome = try Spawned.run(user + [Runtime.binary, "features"])
      expectSuccess(outcome)
      #expect(outcome.stderr == "")
      #expect(try Value(parsing: outcome.stdout)["ociVersionMax"] != nil)
    }

    @Test func itMakesNoState() throws {
      let runtime = try Runtime()
      expectSuccess(try runtime("features"))
      #expect(!File.exists(runtime.root))
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc 1.1.5 knows no id-mapped mounts"))
    func theExtensionsThatEnginesLookForAreThere() throws {
      let features = try Value(parsing: try Spawned.run([Runtime.binary, "features"]).stdout)
      #expect(features["linux.mountExtensions.idmap.enabled"] == true)
      #expect(features["mountOptions"]?.strings?.contains("rro") == true)
      if Runtime.isApus {
        for name in ["netDevices", "intelRdt", "selinux", "apparmor"] {
          #expect(features["linux.\(name).enabled"] == true, "\(name)")
        }
      }
    }
  }
}
