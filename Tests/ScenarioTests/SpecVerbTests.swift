import Foundation
import Testing

extension Scenarios {
  /// `spec [--bundle DIR] [--rootless]` writes a config.json to begin with.
  @Suite struct SpecVerb {
    @Test func writesIntoTheWorkingDirectory() throws {
      let bundle = try Bundle()
      let outcome = try Runtime()("spec", directory: bundle.path)
      expectSuccess(outcome)
      #expect(outcome.stdout == "" && outcome.stderr == "")
      let written = try Value(parsing: File.text(bundle.configPath))
      #expect(written["ociVersion"]?.string?.hasPrefix("1.") == true)
      #expect(written["process.args"] == ["sh"])
      #expect(written["process.cwd"] == "/")
      #expect(written["root.path"] == "rootfs")
      #expect(written["process.terminal"] == true)
      let namespaces = written["linux.namespaces"]?.array?.compactMap { $0["type"]?.string } ?? []
      #expect(Set(namespaces).isSuperset(of: ["pid", "network", "ipc", "uts", "mount"]))
      #expect(written["linux.maskedPaths"]?.strings?.contains("/proc/kcore") == true)
    }

    @Test func whatItWritesRuns() throws {
      let bundle = try Bundle()
      expectSuccess(try Runtime()("spec", directory: bundle.path))
      bundle.config = try Value(parsing: File.text(bundle.configPath))
      bundle.config["process.terminal"] = false
      bundle.config["process.args"] = ["echo", "hello"]
      let outcome = try Runtime().run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout == "hello\n")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun has its own text"))
    func anExistingFileIsRefusedAndKept() throws {
      let bundle = try Bundle()
      try File.write("mine", to: bundle.configPath)
      expectFailure(
        try Runtime()("spec", directory: bundle.path), saying: "File config.json exists. Remove it first")
      #expect(File.text(bundle.configPath) == "mine")
    }

    @Test(arguments: ["-b", "--bundle"])
    func writesIntoTheGivenBundle(flag: String) throws {
      let bundle = try Bundle()
      expectSuccess(try Runtime()("spec", flag, bundle.path))
      #expect(try Value(parsing: File.text(bundle.configPath))["root.path"] == "rootfs")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun writes no mappings")) func rootlessHasAUserNamespaceAndNoNetworkOfItsOwn() throws {
      let bundle = try Bundle()
      expectSuccess(try Runtime()("spec", "--rootless", directory: bundle.path))
      let written = try Value(parsing: File.text(bundle.configPath))
      let namespaces = written["linux.namespaces"]?.array?.compactMap { $0["type"]?.string } ?? []
      #expect(namespaces.contains("user") && !namespaces.contains("network"))
      #expect(written["linux.uidMappings.0.containerID"] == 0)
      #expect(written["linux.uidMappings.0.size"] == 1)
      #expect(written["linux.gidMappings.0.hostID"] == 0)
    }

    @Test func aBundleThatIsNotThereIsRefused() throws {
      let directory = try TemporaryDirectory()
      expectFailure(try Runtime()("spec", "--bundle", "\(directory.path)/nowhere"), saying: "nowhere")
    }
  }
}
