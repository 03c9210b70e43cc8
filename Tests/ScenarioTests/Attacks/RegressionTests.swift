import Foundation
import Testing

extension Scenarios {
  /// What defences of other runtimes have broken: each of these worked before, and has to go on working.
  @Suite struct DefencesBreakNothing {
    /// crun 1.29 gave a new tmpfs the mode of the directory it covers.
    @Test(arguments: [["mode=1777"], []]) func devShmIsEverybodys(options: [String]) throws {
      let bundle = try Bundle(shell: "stat -c %a /dev/shm /dev/mqueue /proc /mnt")
      bundle.keepMounts(of: ["/dev/mqueue"])
      try File.makeDirectory("\(bundle.rootfs)/dev/shm", mode: 0o700)
      for path in ["proc", "mnt", "dev/shm"] { chmod("\(bundle.rootfs)/\(path)", 0o700) }
      bundle.addMount("/dev/shm", type: "tmpfs", source: "shm", ["nosuid", "nodev"] + options)
      bundle.addMount("/mnt", type: "tmpfs", source: "tmpfs", [])
      let lines = try output(of: bundle).split(separator: "\n")
      // runc 1.1 gives it the mode of the image's directory.
      #expect(lines.first == (Runtime.isOldRunc ? "700" : "1777"), "\(lines)")
      #expect(lines[1..<3] == ["1777", "555"], "\(lines)")
      if Runtime.isApus { #expect(lines[3] == "1777") }
    }

    @Test func readonlySysStaysSoInAUserNamespace() throws {
      let bundle = try Bundle(shell: "touch /sys/kernel/new; cat /proc/self/mountinfo")
      bundle.setCapabilities(["CAP_DAC_OVERRIDE"])
      try bundle.enableUserNamespace()
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stderr.contains("Read-only file system"), "\(outcome)")
      #expect(try MountLine.parse(outcome.stdout).top(at: "/sys").options.contains("ro"))
    }

    @Test func boundDevicesAreNosuidAndNoexec() throws {
      let bundle = try Bundle()
      try bundle.enableUserNamespace()
      let lines = try mounts(of: bundle)
      for name in ["null", "zero", "full", "random", "urandom", "tty"] {
        let line = try lines.top(at: "/dev/\(name)")
        if Runtime.isApus { #expect(line.options.isSuperset(of: ["nosuid", "noexec"]), "\(line)") }
      }
    }

    /// As podman binds /etc/resolv.conf over an image's link to nowhere.
    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 makes nothing through a dangling link"))
    func aFileIsBoundOnADanglingLink() throws {
      let bundle = try Bundle(shell: "cat /etc/resolv.conf /run/resolver/resolv.conf")
      symlink("../run/resolver/resolv.conf", "\(bundle.rootfs)/etc/resolv.conf")
      try File.write("bound\n", to: "\(bundle.directory.path)/resolv.conf")
      bundle.addBind("\(bundle.directory.path)/resolv.conf", on: "/etc/resolv.conf")
      #expect(try output(of: bundle) == "bound\nbound\n")
    }

    /// runc's way of making directories could not do that (runc#4401).
    @Test func aDirectoryIsMadeBelowASetgidOne() throws {
      let bundle = try Bundle(shell: "ls -d /shared/deep/down")
      try File.makeDirectory("\(bundle.rootfs)/shared")
      chmod("\(bundle.rootfs)/shared", 0o2777)
      bundle.addMount("/shared/deep/down", type: "tmpfs", source: "tmpfs", [])
      #expect(try output(of: bundle) == "/shared/deep/down\n")
    }

    /// A /dev/console that is there is covered and not made anew, which nothing read-only would allow.
    @Test func aConsoleOnAReadonlyRoot() throws {
      let bundle = try Bundle(shell: "echo on $(tty) > /dev/console; touch /new || echo read-only")
      try File.write("", to: "\(bundle.rootfs)/dev/console")
      for (name, minor) in [("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)] {
        guard mknod("\(bundle.rootfs)/dev/\(name)", S_IFCHR | 0o666, dev_t(1 << 8 | minor)) == 0 else {
          throw HarnessError("mknod")
        }
      }
      bundle.useDevOfTheImage(devpts: true)
      bundle.config["root.readonly"] = true
      let attack = try bundle.attack(try Sentinels())
      #expect(
        attack.failure == nil && attack.output.contains("on /dev/pts/0") && attack.output.contains("read-only"), "\(attack)")
    }

    /// A process whose owner the caller may not signal.
    @Test(
      .enabled(if: Host.has(program: "setpriv"), "needs setpriv(1)"), .disabled(if: Runtime.isCrun, "crun 1.8 says nothing"))
    func aKillThatFailsLeavesNothingFrozen() throws {
      let bundle = try Bundle(shell: "while :; do echo >> /tmp/beats; sleep 0.02; done")
      bundle.setUser(uid: 1000, gid: 1000)
      bundle.dropNamespace("pid")
      let withoutKill = ["setpriv", "--bounding-set", "-kill", "--inh-caps", "-kill"]
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("its heart beats") { File.exists("\(bundle.rootfs)/tmp/beats") }
        let outcome = try container.runtime("kill", "--all", container.id, "TERM", wrapper: withoutKill)
        if Runtime.isApus { expectFailure(outcome, saying: "ermitted") }
        #expect(try container.status() == "running")
        let before = File.text("\(bundle.rootfs)/tmp/beats").count
        try Harness.waitUntil("its heart goes on") { File.text("\(bundle.rootfs)/tmp/beats").count > before }
      }
    }
  }
}
