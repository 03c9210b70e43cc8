import Foundation
import Testing

extension Scenarios {
  /// `linux.intelRdt`: config-linux.md "IntelRdt". Few machines have it; what is done with a resctrl file system is asked in
  /// `ResourceControlTests`.
  @Suite(.disabled(if: Host.mountInfo().contains { $0.fileSystem == "resctrl" }, "this machine has it"))
  struct IntelRDT {
    /// "If no mounted resctrl pseudo-filesystem is available, the runtime MUST generate an error."
    @Test(
      .disabled(if: Runtime.isOldRunc, "runc 1.1 ignores some of them"), .disabled(if: Runtime.isCrun, "crun leaves the cgroup"),
      arguments: [
        ["l3CacheSchema": "L3:0=f"], ["memBwSchema": "MB:0=20"], ["schemata": ["L3:0=f", "MB:0=20"]], ["closID": "gold"],
        ["closID": "/", "enableMonitoring": true], ["enableMonitoring": true], [:],
      ] as [Value]) func withoutResctrlItIsRefused(section: Value) throws
    {
      let bundle = try Bundle()
      bundle.config["linux.intelRdt"] = section
      expectApusSays("linux.intelRdt: no resctrl file system is mounted (mount -t resctrl", try refusal(of: bundle))
    }

    @Test(.enabled(if: Runtime.isApus, "peers ignore them"), arguments: ["enableCMT", "enableMBM"])
    func whatTheSpecHasNoMoreIsWarnedOf(name: String) throws {
      let bundle = try Bundle()
      bundle.config["linux.intelRdt"] = .object([name: true])
      try bundle.write()
      let outcome = try Runtime().create(TemporaryDirectory.newID(), bundle)
      #expect(outcome.stderr.contains("linux.intelRdt.\(name) is ignored"), "\(outcome)")
      #expect(!outcome.succeeded)
    }

    /// Nor is anything else of the update done then.
    @Test(
      .disabled(if: Runtime.isCrun, "crun 1.8.1 has no such flags"),
      arguments: ["--l3-cache-schema=L3:0=f", "--mem-bw-schema=MB:0=20"])
    func updateWithoutResctrlIsRefused(flag: String) throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let outcome = try container.runtime("update", flag, container.id)
        expectFailure(outcome)
        expectApusSays("linux.intelRdt: no resctrl file system is mounted (mount -t resctrl", outcome)
        expectSuccess(try container.runtime("update", flag.prefix { $0 != "=" } + "=", container.id))
      }
    }

    /// Its name alone decides: something else may be mounted at the usual place.
    @Test(.enabled(if: Runtime.isApus, "only apus names the file system"))
    func anotherFileSystemThereIsNotTaken() throws {
      let bundle = try Bundle()
      bundle.config["linux.intelRdt"] = ["l3CacheSchema": "L3:0=f"]
      try withHostTmpfs(at: "\(bundle.directory.path)/resctrl") {
        expectFailure(try refusal(of: bundle), saying: "no resctrl file system is mounted")
      }
    }

    @Test(.enabled(if: Runtime.isApus, "only apus names the property"), arguments: ["..", "a/b", "//"])
    func aNameThatIsAPathIsRefused(name: String) throws {
      let bundle = try Bundle()
      bundle.config["linux.intelRdt"] = ["closID": .string(name)]
      expectFailure(try refusal(of: bundle), saying: "linux.intelRdt.closID: invalid intelRdt.ClosID")
    }
  }
}
