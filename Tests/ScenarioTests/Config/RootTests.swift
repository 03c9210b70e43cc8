import Foundation
import Testing

extension Scenarios {
  /// `root`: config.md "Root".
  @Suite struct Root {
    @Test func aReadonlyRootIsReadonly() throws {
      let bundle = try Bundle(shell: "touch /new; echo x >> /etc/passwd; touch /dev/shm/fine && echo written")
      bundle.config["root.readonly"] = true
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "written\n")
      #expect(outcome.stderr.components(separatedBy: "Read-only file system").count == 3, "\(outcome)")
      #expect(!File.exists("\(bundle.rootfs)/new"))
    }

    @Test func aReadonlyRootIsWritableOnTheHost() throws {
      let bundle = try Bundle(["cat", "/later"])
      bundle.config["root.readonly"] = true
      try withContainer(bundle) { container in
        try File.write("from the host\n", to: "\(bundle.rootfs)/later")
        try container.startAndFinish()
        #expect(container.stdout == "from the host\n")
      }
    }

    /// Mount points and devices are made before the root becomes read-only.
    @Test func aReadonlyRootStillGetsItsMountPoints() throws {
      let bundle = try Bundle(shell: "cat /made/here/file")
      bundle.config["root.readonly"] = true
      bundle.addBind(try Mounts.source(bundle), on: "/made/here")
      #expect(try output(of: bundle) == "from the host\n")
    }

    @Test(arguments: [false, nil] as [Bool?]) func otherwiseItIsWritable(value: Bool?) throws {
      let bundle = try Bundle(shell: "echo fine > /new")
      bundle.config["root.readonly"] = value.map { .bool($0) }
      _ = try output(of: bundle)
      #expect(File.text("\(bundle.rootfs)/new") == "fine\n")
    }

    @Test func anAbsolutePathIsTaken() throws {
      let bundle = try Bundle(["cat", "/mark"])
      try File.write("marked\n", to: "\(bundle.rootfs)/mark")
      let elsewhere = "\(bundle.directory.path)/elsewhere"
      expectSuccess(try Spawned.run(["mv", bundle.rootfs, elsewhere]))
      bundle.config["root.path"] = .string(elsewhere)
      #expect(try output(of: bundle) == "marked\n")
    }

    @Test(arguments: ["./rootfs", "rootfs/", "../bundle/rootfs", "rootfs/../rootfs"]) func aRelativePathIsTheBundles(path: String)
      throws
    {
      let bundle = try Bundle(["cat", "/mark"])
      try File.write("marked\n", to: "\(bundle.rootfs)/mark")
      bundle.config["root.path"] = .string(path)
      #expect(try output(of: bundle) == "marked\n")
    }

    @Test func aMissingOneIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["root.path"] = "nowhere"
      expectFailure(try refusal(of: bundle), saying: Runtime.isCrun ? "nowhere" : "\(bundle.path)/nowhere")
    }

    @Test func aFileIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["root.path"] = "config.json"
      expectApusSays("config.json", try refusal(of: bundle))
    }

    @Test(.disabled(if: Runtime.isCrun, "crun follows it")) func aLinkIsRefused() throws {
      let bundle = try Bundle()
      expectSuccess(try Spawned.run(["ln", "-s", "rootfs", "\(bundle.path)/link"]))
      bundle.config["root.path"] = "link"
      expectFailure(try refusal(of: bundle), saying: "not an absolute path, or a symlink")
    }

    @Test func noneIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["root"] = nil
      expectApusSays("root", try refusal(of: bundle))
    }

    // MARK: pivot_root and its lesser brother

    /// `..` of a bundle that is reached by a link is where the link leads, for the root and for the source of a bind.
    @Test func aBundleThatIsALink() throws {
      let bundle = try Bundle(shell: "cat /mark /mnt/file")
      let real = "\(bundle.directory.path)/real"
      try File.makeDirectory("\(real)/bundle")
      try File.makeDirectory("\(real)/data")
      try File.write("of the real one\n", to: "\(real)/data/file")
      try File.write("marked\n", to: "\(bundle.rootfs)/mark")
      expectSuccess(try Spawned.run(["mv", bundle.rootfs, "\(real)/rootfs"]))
      // What a path taken apart as text would lead to.
      try File.makeDirectory("\(bundle.directory.path)/rootfs")
      try File.makeDirectory("\(bundle.directory.path)/data")
      bundle.config["root.path"] = "../rootfs"
      bundle.addBind("../data", on: "/mnt")
      try bundle.write()
      expectSuccess(try Spawned.run(["mv", bundle.configPath, "\(real)/bundle/config.json"]))
      bundle.writesConfig = false
      expectSuccess(try Spawned.run(["rmdir", bundle.path]))
      expectSuccess(try Spawned.run(["ln", "-s", "real/bundle", bundle.path]))
      #expect(try output(of: bundle) == "marked\nof the real one\n")
    }

    @Test(arguments: [[], ["--no-pivot"]]) func theHostsRootIsOutOfSight(options: [String]) throws {
      let bundle = try Bundle(shell: "ls -a / /..; cat /proc/1/mountinfo; cd /; cd ..; pwd; ls /proc/1/root/etc")
      let text = try output(of: bundle, options: options)
      let names = Set(text.split(separator: "\n").map(String.init))
      #expect(names.isDisjoint(with: ["boot", "media", "opt", "srv", "lib64", "work", "hosts", "fstab"]), "\(text)")
      let lines = MountLine.parse(text)
      // Whatever is mounted is of config.json, or covers a path of it.
      let allowed = ["/", "/proc", "/dev", "/sys"]
      for line in lines {
        #expect(
          allowed.contains(line.mountPoint) || allowed.dropFirst().contains { line.mountPoint.hasPrefix($0 + "/") }, "\(line)")
      }
      #expect(lines.filter { $0.mountPoint == "/" }.count == 1)
    }

    /// The way out of a chroot: it needs a root that is not that of the mount namespace.
    @Test(arguments: [[], ["--no-pivot"]]) func chrootIsNoWayOut(options: [String]) throws {
      let line = """
        mkdir -p /jail; cp /bin/busybox /jail; chroot /jail /busybox sh -c 'cd ../../../../..; /busybox ls'
        ls -d /proc/self/root/jail
        """
      let bundle = try Bundle(["sh", "-c", line], ownBusybox: true)
      bundle.setCapabilities(["CAP_SYS_CHROOT"])
      #expect(try output(of: bundle, options: options) == "busybox\n/proc/self/root/jail\n")
    }
  }

  /// Without a mount namespace the container's mounts are the host's, and must go with it.
  @Suite(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "they leave the mounts on the host")) struct NoMountNamespace {
    static func bundle(_ line: String) throws -> Bundle {
      let bundle = try Bundle(shell: line)
      bundle.dropNamespace("mount")
      bundle.config["linux.maskedPaths"] = []
      bundle.config["linux.readonlyPaths"] = []
      return bundle
    }

    @Test func itRunsInItsRootAndLeavesNothing() throws {
      let bundle = try Self.bundle("readlink /proc/self/ns/mnt; cat /mark; ls -d /boot; test -d /proc/1 && echo proc")
      try File.write("marked\n", to: "\(bundle.rootfs)/mark")
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "\(File.link("/proc/self/ns/mnt"))\nmarked\nproc\n", "\(outcome)")
    }

    @Test func aDeletedOneLeavesNothing() throws {
      let bundle = try Self.bundle("sleep 100")
      try withContainer(bundle) { container in
        #expect(Host.mountInfo().contains { $0.mountPoint == "\(bundle.rootfs)/proc" })
        try container.start()
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
        expectSuccess(try container.runtime("delete", container.id))
        #expect(!Host.mountInfo().contains { $0.mountPoint.hasPrefix(bundle.path) })
      }
    }

    @Test func aFailedCreateLeavesNothing() throws {
      let bundle = try Self.bundle("true")
      bundle.addMount("/mnt", type: "no-such-fs", source: "none")
      _ = try refusal(of: bundle)
    }

    @Test(arguments: ["maskedPaths", "readonlyPaths"]) func pathsToRestrictAreRefused(name: String) throws {
      let bundle = try Self.bundle("true")
      bundle.config["linux.\(name)"] = ["/proc/keys"]
      expectFailure(try refusal(of: bundle), saying: "without a private MNT namespace")
    }
  }
}
