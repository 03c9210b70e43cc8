import Foundation
import Testing

extension Scenarios {
  /// Single ways out of a container, or into the host's files, that have been tried on runtimes.
  @Suite struct Escapes {
    /// A program that a crash executes is looked for beside the runtime's file; the copy of that has no place, and the working
    /// directory is no substitute: a container can send a process that joins it SIGSEGV.
    @Test(.enabled(if: Runtime.isApus, "no peer starts a program when it crashes"), arguments: ["run", "exec"])
    func aCrashExecutesNothing(verb: String) throws {
      let here = try TemporaryDirectory(), bundle = try Bundle(["sleep", "100"])
      let mark = "\(here.path)/executed"
      for name in ["swift-backtrace", "bin/swift-backtrace", "libexec/swift/linux/swift-backtrace"] {
        try File.makeDirectory(("\(here.path)/\(name)" as NSString).deletingLastPathComponent)
        try File.write("#!/bin/sh\necho \"$0\" >> \(mark)\n", to: "\(here.path)/\(name)", mode: 0o755)
      }
      let runtime = try Runtime()
      func programs() -> [pid_t] {
        Orphans.reap()
        return Orphans.descendants().map(\.pid).filter { File.text("/proc/\($0)/cmdline").hasPrefix("sleep\0" + "77") }
      }
      func crash(_ arguments: [String]) throws {
        let process = try runtime.spawn(arguments, directory: here.path)
        try Harness.waitUntil("it waits for the program") { process.isOver || !programs().isEmpty }
        process.send(SIGSEGV)
        _ = try process.wait()
        let left = programs()
        for program in left { kill(program, SIGKILL) }
        // Reaped as well: until then its pid namespace does not end.
        try Harness.waitUntil("the program has ended") { programs().isEmpty && left.allSatisfy { Orphans.process($0) == nil } }
      }
      if verb == "run" {
        bundle.config["process.args"] = ["sleep", "77"]
        try bundle.write()
        let id = TemporaryDirectory.newID()
        try assertNothingLeft(by: runtime) {
          defer { runtime.deleteQuietly(id) }
          try crash(["run", "--bundle", bundle.path, id])
        }
      } else {
        try withRunningContainer(bundle, runtime: runtime) { try crash(["exec", $0.id, "sleep", "77"]) }
      }
      #expect(!File.exists(mark), "\(File.text(mark))")
    }

    /// What the caller gives as a standard stream becomes the container's only if it is the container's to write to: its owner could
    /// write to a file that was opened for reading, and a device belongs to everybody.
    @Test(arguments: ["file", "zero"]) func aStandardInputKeepsItsOwner(kind: String) throws {
      let sentinels = try Sentinels()
      if kind == "zero" { try Form.device.put(at: sentinels.file, in: Bundle(), aimingAt: "") }
      let bundle = try Bundle(["id", "-u"])
      bundle.setUser(uid: 1000, gid: 1000)
      let input = open(sentinels.file, O_RDONLY | O_CLOEXEC)
      defer { close(input) }
      var before = stat(), after = stat()
      fstat(input, &before)
      let attack = try bundle.attack(try Sentinels(), input: .descriptor(input))
      fstat(input, &after)
      #expect(attack.failure == nil && attack.harm.isEmpty, "\(attack)")
      if Runtime.isApus { #expect(after.st_uid == before.st_uid) } else { #expect(after.st_uid == 1000, "peers give it away") }
    }

    /// The log that the container is to write stays as it was: its own.
    @Test func aStandardOutputIsGivenToTheUser() throws {
      let bundle = try Bundle(shell: "echo once more > /dev/stdout")
      bundle.setUser(uid: 1000, gid: 1000)
      try withContainer(bundle) { container in
        try container.startAndFinish()
        #expect(container.stdout == "once more\n")
      }
    }

    /// In the mount namespace of another container its files are what is found: no link of its leads to what init has open.
    @Test(.enabled(if: Runtime.isApus, "peers look the root file system up by its path, and then mount over the holder's files"))
    func aRootInAJoinedMountNamespaceIsNoDescriptorOfOurs() throws {
      let sentinels = try Sentinels()
      for number in 3...20 {
        let bundle = try Bundle(shell: "cat /file /directory/file /etc/hostname; ls /")
        try bundle.write()
        let holder = try Spawned(
          [
            "unshare", "--mount", "--propagation", "private", "sh", "-c",
            "mount -t tmpfs none \(bundle.path) && ln -s /proc/self/fd/\(number) \(bundle.rootfs) && exec sleep 100",
          ])
        try Harness.waitUntil("the holder is ready") { File.text("/proc/\(holder.pid)/comm") == "sleep\n" }
        bundle.setNamespace("mount", path: "/proc/\(holder.pid)/ns/mnt")
        bundle.config["mounts"] = []
        let attack = try bundle.attack(sentinels)
        expectHarmless(attack)
        let failure = try #require(attack.failure, "descriptor \(number) became the root: \(attack)")
        expectFailure(failure, saying: "entering \(bundle.rootfs)")
        holder.send(SIGKILL)
        _ = try holder.wait()
      }
    }

    /// A file of the kernel's is not read as if it were the image's: from /proc/kmsg, what one reader has taken no other gets.
    @Test func aPasswdThatIsTheKernelsIsNotRead() throws {
      let bundle = try Bundle(shell: "echo $HOME")
      try Form.missing.put(at: "\(bundle.rootfs)/etc/passwd", in: bundle, aimingAt: "")
      symlink("/proc/sys/kernel/hostname", "\(bundle.rootfs)/etc/passwd")
      bundle.config["hostname"] = "root:x:0:0::/of-the-kernel:"
      bundle.config["process.env"] = ["PATH=/bin"]
      let home = try output(of: bundle)
      #expect(home == (Runtime.isOldRunc ? "/of-the-kernel\n" : Runtime.isCrun ? "\n" : "/\n"), "runc 1.1 reads it")
    }

    @Test(.enabled(if: Runtime.isApus, "peers read all of it")) func aHugePasswdIsRefused() throws {
      let bundle = try Bundle()
      guard truncate("\(bundle.rootfs)/etc/passwd", 1 << 40) == 0 else { throw HarnessError("truncate: \(File.errorText())") }
      bundle.config["process.env"] = ["PATH=/bin"]
      let outcome = try refusal(of: bundle)
      expectFailure(outcome, saying: "/etc/passwd", "too large")
      #expect(outcome.duration < 5 * Host.patience)
    }

    /// What does not fit is an error, and never a namespace less: CVE-2021-43784.
    @Test(
      .disabled(if: Runtime.isCrun, "crun leaves the cgroup"),
      arguments: ["namespace", "source", "destination", "maps", "argument"]) func whatIsTooLongIsRefused(part: String) throws
    {
      let bundle = try Bundle(), long = "/" + String(repeating: "x/", count: 40_000)
      switch part {
      case "namespace": bundle.setNamespace("network", path: long)
      case "source": bundle.addBind(long, on: "/mnt")
      case "destination": bundle.addMount(long, type: "tmpfs", source: "tmpfs")
      case "argument": bundle.config["process.args"] = [.string(long)]
      default:
        try bundle.enableUserNamespace()
        bundle.config["linux.uidMappings"] = .array(
          (0..<70_000).map { ["containerID": Value($0), "hostID": Value(100_000 + 2 * $0), "size": 1] })
      }
      _ = try refusal(of: bundle)
    }

    /// A parameter of the whole host, by whatever name: CVE-2022-0811.
    @Test(arguments: [
      ("kernel.core_pattern", "|/x"), ("kernel/core_pattern", "|/x"), ("net/../kernel/core_pattern", "|/x"),
      ("net.ipv4.conf.../../../kernel/core_pattern", "|/x"), ("net.ipv4.ip_forward+kernel.core_pattern", "1"),
      ("kernel.shm_rmid_forced", "1\nkernel.core_pattern=|/x"), ("kernel.shm_rmid_forced/../core_pattern", "|/x"),
      ("/kernel/core_pattern", "|/x"), ("net//..//kernel/core_pattern", "|/x"), ("fs.mqueue.../kernel/core_pattern", "|/x"),
    ])
    func aParameterOfTheHostIsRefused(key: String, value: String) throws {
      // A peer that does it would change this machine.
      guard Runtime.isApus else { return }
      let sentinels = try Sentinels(), bundle = try Bundle()
      bundle.config["linux.sysctl"] = [key: .string(value)]
      _ = try refusal(of: bundle)
      #expect(sentinels.changes() == [])
    }

    /// CVE-2022-0492, CVE-2023-25809: cgroups are there to be looked at.
    @Test(arguments: [false, true]) func cgroupsCannotBeChangedFromInside(inUserNamespace: Bool) throws {
      let line = """
        mkdir /tmp/v1; mount -t cgroup -o rdma none /tmp/v1 && echo mounted
        mkdir /sys/fs/cgroup/new && echo made; echo 1 > /sys/fs/cgroup/cgroup.procs && echo moved; grep -c 'cgroup2 ro' /proc/mounts
        """
      let bundle = try Bundle(shell: line)
      bundle.setCapabilities(["CAP_SYS_ADMIN"])
      if inUserNamespace {
        try bundle.enableUserNamespace()
        bundle.dropNamespace("cgroup")
      }
      let outcome = try Runtime().run(bundle)
      #expect(!outcome.stdout.contains("made") && !outcome.stdout.contains("moved"), "\(outcome)")
      if inUserNamespace { #expect(!outcome.stdout.contains("mounted"), "\(outcome)") }
      if Runtime.isApus { #expect(outcome.stdout.hasSuffix("1\n"), "\(outcome)") }
    }

    /// What covers a masked file is the null device or nothing is done: CVE-2025-31133.
    @Test(arguments: [Form.absoluteLink, .regularFile, .fifo, .missing, .device]) func aMaskIsTheNullDevice(form: Form) throws {
      let sentinels = try Sentinels()
      let bundle = try Bundle(shell: "cat /masked/file < /dev/zero; cat /leak; echo stolen > /masked/file; exit 0")
      try File.write("leaked\n", to: "\(bundle.rootfs)/leak")
      let devices = "\(bundle.directory.path)/devices"
      for name in ["pts", "shm", "mqueue"] { try File.makeDirectory("\(devices)/\(name)") }
      for (name, minor) in [("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)] {
        guard mknod("\(devices)/\(name)", S_IFCHR | 0o666, dev_t(1 << 8 | minor)) == 0 else { throw HarnessError("mknod") }
      }
      try form.put(at: "\(devices)/null", in: bundle, aimingAt: "/leak")
      bundle.keepMounts(of: [])
      bundle.addBind(devices, on: "/dev")
      try bundle.protect("/masked-not-used", as: "linux.maskedPaths")
      try File.makeDirectory("\(bundle.rootfs)/masked")
      try File.write("\(Sentinels.secret)\n", to: "\(bundle.rootfs)/masked/file")
      bundle.config["linux.maskedPaths"] = ["/masked/file"]
      var attack = try bundle.attack(sentinels)
      if File.text("\(bundle.rootfs)/leak") != "leaked\n" { attack.harm.append("what was bound over the mask was written to") }
      expectHarmless(
        attack,
        catches: Runtime.isOldRunc && [.absoluteLink, .fifo, .device].contains(form) || Runtime.isCrun && form == .absoluteLink)
    }

    /// On success /dev/console is the terminal: CVE-2025-52565.
    @Test func theConsoleIsTheTerminal() throws {
      let bundle = try Bundle(shell: "stat -Lc %t:%T /proc/self/fd/0 /dev/console")
      bundle.useDevOfTheImage(devpts: true)
      try File.write("", to: "\(bundle.rootfs)/dev/console")
      let attack = try bundle.attack(try Sentinels())
      expectHarmless(attack)
      let lines = attack.output.split(whereSeparator: \.isNewline)
      #expect(lines.count == 2 && lines.first == lines.last && lines.first?.hasPrefix("88:") == true, "\(attack)")
    }

    /// The names in the state directory and of the pid file are not those of an image, but whoever may write beside them is no
    /// reason to write elsewhere: CVE-2015-1331.
    @Test func aLinkIsNotWrittenThrough() throws {
      let sentinels = try Sentinels(), bundle = try Bundle(), runtime = try Runtime()
      try bundle.write()
      try File.makeDirectory(runtime.root)
      symlink(sentinels.directory, "\(runtime.root)/linked")
      let outcome = try runtime.create("linked", bundle)
      if Runtime.isApus { expectFailure(outcome, saying: "already exists") }
      runtime.deleteQuietly("linked")
      unlink("\(runtime.root)/linked")
      #expect(sentinels.changes().isEmpty != Runtime.isCrun, "crun empties the directory: \(sentinels.changes())")
      let pidFile = "\(bundle.directory.path)/pid"
      symlink(sentinels.file, pidFile)
      try withContainer(bundle, options: ["--pid-file", pidFile]) { container in
        let pid = try container.pid
        #expect(File.text(pidFile) == "\(pid)")
      }
      #expect(sentinels.changes().isEmpty == !Runtime.isCrun, "crun 1.8 writes its pid file through the link")
    }
  }
}
