import Foundation
import Testing

extension Scenarios {
  /// A mount of proc, and what may be mounted in it.
  @Suite struct ProcMount {
    @Test func itShowsThePIDNamespaceOfTheContainer() throws {
      let lines = try output(ofShell: "cat /proc/1/comm; echo /proc/[0-9]*; echo $$").split(separator: "\n")
      #expect(lines == ["sh", "/proc/1", "1"])
    }

    @Test func itsOptionsAreInForce() throws {
      let bundle = try Bundle()
      let index = try #require(bundle.mountIndex("/proc"))
      bundle.config["mounts.\(index).options"] = ["nosuid", "noexec", "nodev", "hidepid=2"]
      let line = try mounts(of: bundle).top(at: "/proc")
      #expect(line.options.isSuperset(of: ["nosuid", "noexec", "nodev"]))
      #expect(!line.superOptions.isDisjoint(with: ["hidepid=2", "hidepid=invisible"]), "\(line)")
    }

    /// What is written to /proc would land elsewhere: CVE-2019-19921.
    @Test(arguments: ["proc", "sys"]) func aLinkInItsPlaceIsRefused(name: String) throws {
      let bundle = try Bundle()
      expectSuccess(try Spawned.run(["rmdir", "\(bundle.rootfs)/\(name)"]))
      expectSuccess(try Spawned.run(["ln", "-s", "/tmp", "\(bundle.rootfs)/\(name)"]))
      expectApusSays("must be mounted on ordinary directory", try refusal(of: bundle))
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun has no such list"), .disabled(if: Runtime.isOldRunc, "runc 1.1 asks only of binds"),
      arguments: ["/proc/self", "/proc/sys/net", "/proc/1/attr", "proc/keys", "/sys/../proc/acpi"])
    func aMountInItIsRefused(destination: String) throws {
      let bundle = try Bundle()
      bundle.addMount(destination, type: "tmpfs", source: "tmpfs")
      expectFailure(try refusal(of: bundle), saying: "inside /proc")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun has no such list")) func aBindInItIsRefusedToo() throws {
      let bundle = try Bundle()
      bundle.addBind("/dev/null", on: "/proc/version")
      expectFailure(try refusal(of: bundle), saying: "inside /proc")
    }

    /// By way of a link, which no reading of the destination shows: CVE-2019-16884.
    @Test(.disabled(if: Runtime.isCrun, "crun has no such list"), .disabled(if: Runtime.isOldRunc, "runc 1.1 asks only of binds"))
    func aMountInItThroughALinkIsRefused() throws {
      let bundle = try Bundle()
      expectSuccess(try Spawned.run(["ln", "-s", "/proc", "\(bundle.rootfs)/p"]))
      bundle.addMount("/p/fs", type: "tmpfs", source: "tmpfs")
      _ = try refusal(of: bundle)
    }

    @Test(.disabled(if: Runtime.isCrun, "crun has no such list"), arguments: ["/proc", "proc/"])
    func anotherFileSystemThereIsRefused(destination: String) throws {
      let bundle = try Bundle()
      let index = try #require(bundle.mountIndex("/proc"))
      bundle.config["mounts.\(index)"] = ["destination": .string(destination), "type": "tmpfs", "source": "tmpfs"]
      _ = try refusal(of: bundle)
    }

    /// As lxcfs does it.
    @Test(arguments: ["cpuinfo", "meminfo", "uptime", "stat", "loadavg", "diskstats", "swaps"])
    func theFilesOfLxcfsMayBeReplaced(name: String) throws {
      let bundle = try Bundle(["cat", "/proc/\(name)"])
      let source = "\(bundle.directory.path)/replacement"
      try File.write("replaced\n", to: source)
      bundle.addBind(source, on: "/proc/\(name)")
      #expect(try output(of: bundle) == "replaced\n")
    }

    /// A container without proc and sys: what the runtime needs of them it has from elsewhere.
    @Test(.enabled(if: Runtime.isApus, "peers close descriptors by way of the container's own /proc"))
    func aContainerWithoutItRuns() throws {
      let bundle = try Bundle(shell: "ls /proc /sys; echo $?; id -u")
      bundle.config["mounts"] = []
      bundle.config["linux.maskedPaths"] = []
      bundle.config["linux.readonlyPaths"] = []
      bundle.setUser(uid: 1000, gid: 1000)
      #expect(try output(of: bundle).hasSuffix("0\n1000\n"))
    }
  }
}
