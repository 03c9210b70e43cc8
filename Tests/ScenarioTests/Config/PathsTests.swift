import Foundation
import Testing

extension Scenarios {
  /// `linux.maskedPaths`.
  @Suite struct MaskedPaths {
    @Test func aFileReadsAsEmpty() throws {
      let bundle = try Bundle(shell: "cat /secret; echo $?; stat -c '%F %t:%T' /secret; echo x > /secret; echo $?")
      try File.write("secret\n", to: "\(bundle.rootfs)/secret")
      bundle.config["linux.maskedPaths"] = ["/secret"]
      #expect(try output(of: bundle) == "0\ncharacter special file 1:3\n0\n")
      #expect(File.text("\(bundle.rootfs)/secret") == "secret\n")
    }

    @Test func aDirectoryIsEmptyAndReadonly() throws {
      let bundle = try Bundle(shell: "ls -A /secrets; cat /secrets/one; touch /secrets/two")
      try File.makeDirectory("\(bundle.rootfs)/secrets")
      try File.write("secret\n", to: "\(bundle.rootfs)/secrets/one")
      bundle.config["linux.maskedPaths"] = ["/secrets"]
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "" && outcome.stderr.contains("Read-only file system"), "\(outcome)")
      #expect(outcome.stderr.contains("No such file or directory"), "\(outcome)")
    }

    @Test func severalDirectoriesAtOnce() throws {
      let bundle = try Bundle(shell: "ls -A /a /b /c/d; touch /a/x /b/x /c/d/x; ls -A /a /b /c/d")
      for name in ["a", "b", "c/d"] { try File.makeDirectory("\(bundle.rootfs)/\(name)/inside") }
      bundle.config["linux.maskedPaths"] = ["/a", "/b", "/c/d"]
      let outcome = try Runtime().run(bundle)
      #expect(!outcome.stdout.contains("inside") && !outcome.stdout.contains("x\n"), "\(outcome)")
    }

    @Test func whatIsNotThereIsNoError() throws {
      let bundle = try Bundle()
      bundle.config["linux.maskedPaths"] = ["/no/such/thing", "/proc/none"]
      _ = try output(of: bundle)
    }

    @Test func theUsualOnesAreMasked() throws {
      let text = try output(
        ofShell: "wc -c < /proc/keys; ls -A /sys/firmware /proc/acpi 2>/dev/null; cat /proc/timer_list 2>/dev/null")
      #expect(text == "0\n" || text.split(separator: "\n").allSatisfy { $0 == "0" || $0.hasSuffix(":") }, "\(text)")
    }

    @Test func itsRootCannotTakeTheMaskOff() throws {
      let bundle = try Bundle(shell: "umount /secret; cat /secret")
      try File.write("secret\n", to: "\(bundle.rootfs)/secret")
      bundle.config["linux.maskedPaths"] = ["/secret"]
      let outcome = try Runtime().run(bundle)
      #expect(!outcome.stdout.contains("secret"), "\(outcome)")
    }

    /// A link of the image is followed inside the root only.
    @Test func aLinkStaysInTheRoot() throws {
      let bundle = try Bundle(shell: "cat /real")
      try File.write("secret\n", to: "\(bundle.rootfs)/real")
      expectSuccess(try Spawned.run(["ln", "-s", "/real", "\(bundle.rootfs)/link"]))
      bundle.config["linux.maskedPaths"] = ["/link"]
      #expect(try output(of: bundle) == "")
    }

    @Test(.enabled(if: Runtime.isApus, "peers take it from their working directory")) func aRelativePathIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.maskedPaths"] = ["proc/keys"]
      expectFailure(try refusal(of: bundle), saying: "linux.maskedPaths[0]")
    }
  }

  /// `linux.readonlyPaths`.
  @Suite struct ReadonlyPaths {
    @Test func aDirectoryIsReadonly() throws {
      let bundle = try Bundle(shell: "touch /data/new; echo x > /data/file; cat /data/file; touch /beside && echo beside")
      try File.makeDirectory("\(bundle.rootfs)/data")
      try File.write("kept\n", to: "\(bundle.rootfs)/data/file")
      bundle.config["linux.readonlyPaths"] = ["/data"]
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "kept\nbeside\n")
      #expect(outcome.stderr.components(separatedBy: "Read-only file system").count == 3, "\(outcome)")
    }

    @Test func aFileIsReadonly() throws {
      let bundle = try Bundle(shell: "echo x > /etc/passwd; cat /etc/passwd | head -1")
      bundle.config["linux.readonlyPaths"] = ["/etc/passwd"]
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "root:x:0:0:root:/root:/bin/sh\n" && outcome.stderr.contains("Read-only"), "\(outcome)")
    }

    @Test func theUsualOnesAreReadonly() throws {
      let outcome = try Runtime().run(
        try Bundle(shell: "echo 1 > /proc/sys/net/ipv4/ip_forward; test -e /proc/sysrq-trigger && echo h > /proc/sysrq-trigger"))
      let count = File.exists("/proc/sysrq-trigger") ? 2 : 1
      #expect(outcome.stderr.components(separatedBy: "Read-only file system").count == count + 1, "\(outcome)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 drops them")) func anOptionOfTheMountStays() throws {
      let bundle = try Bundle()
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["nosuid", "noexec"])
      bundle.config["linux.readonlyPaths"] = ["/scratch"]
      #expect(try mounts(of: bundle).top(at: "/scratch").options.isSuperset(of: ["ro", "nosuid", "noexec"]))
    }

    @Test func whatIsNotThereIsNoError() throws {
      let bundle = try Bundle()
      bundle.config["linux.readonlyPaths"] = ["/no/such/thing", "/proc/none"]
      _ = try output(of: bundle)
    }

    @Test(.enabled(if: Runtime.isApus, "peers take it from their working directory")) func aRelativePathIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.readonlyPaths"] = ["proc/sys"]
      expectFailure(try refusal(of: bundle), saying: "linux.readonlyPaths[0]")
    }
  }

  /// What lies at /proc and /sys when paths below them are protected.
  @Suite struct ProtectedPlaces {
    /// Another container that shares the files swaps the mount point for a directory of its own, while a hook runs.
    @Test(
      .enabled(if: Runtime.isApus, "peers protect what they find there"),
      arguments: [
        ("/proc", "linux.readonlyPaths", "/proc/sys"), ("/proc", "linux.maskedPaths", "/proc/no-such-file"),
        ("/sys", "linux.maskedPaths", "/sys/firmware"),
      ])
    func aMountPointThatWasSwappedIsFound(point: String, property: String, path: String) throws {
      let bundle = try Bundle()
      bundle.config["linux.maskedPaths"] = []
      bundle.config["linux.readonlyPaths"] = []
      bundle.config["\(property)"] = [.string(path)]
      let place = "\(bundle.rootfs)\(point)"
      let swap = "mv \(place) \(place)-moved && mkdir -p \(place)/sys"
      bundle.config["hooks.createRuntime"] = [["path": "/bin/sh", "args": ["sh", "-c", .string(swap)]]]
      expectFailure(try refusal(of: bundle), saying: path, "something else has taken its place")
    }

    /// A tmpfs on /sys or a bind on /proc is what config.json asks for.
    @Test func whatTheConfigPutsThereIsItsChoice() throws {
      let bundle = try Bundle(shell: "cat /proc/keys; ls -A /sys/firmware; echo $?")
      try File.makeDirectory("\(bundle.directory.path)/proc")
      try File.write("shown\n", to: "\(bundle.directory.path)/proc/keys")
      let proc = try #require(bundle.mountIndex("/proc")), sys = try #require(bundle.mountIndex("/sys"))
      bundle.config["mounts.\(proc)"] = [
        "destination": "/proc", "type": "bind", "source": .string("\(bundle.directory.path)/proc"), "options": ["bind"],
      ]
      bundle.config["mounts.\(sys)"] = ["destination": "/sys", "type": "tmpfs", "source": "tmpfs"]
      bundle.config["linux.maskedPaths"] = ["/proc/keys", "/sys/firmware"]
      bundle.config["linux.readonlyPaths"] = []
      let outcome = try Runtime().run(bundle)
      #expect(!outcome.stdout.contains("shown"), "\(outcome)")
    }

    /// A link of the kernel's own in it is followed.
    @Test func aLinkOfTheKernelsIsFollowed() throws {
      let bundle = try Bundle(shell: "grep -q lo: /proc/net/dev && echo there")
      bundle.config["linux.readonlyPaths"] = ["/proc/net"]
      let text = try output(of: bundle)
      #expect(text == "there\n")
    }
  }
}
