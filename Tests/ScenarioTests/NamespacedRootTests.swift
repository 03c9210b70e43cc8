import Foundation
import Testing

extension Scenarios {
  /// Root of a user namespace runs containers: what Podman makes of an ordinary user, and what root is in many a container.
  @Suite(
    .enabled(if: Host.has(program: "setpriv") && Host.has(program: "unshare"), "needs util-linux"),
    .disabled(if: Runtime.isCrun && !Host.isPureV2, "crun takes nothing but cgroup v2"))
  struct NamespacedRoot {
    static func runtime() throws -> Runtime { try OrdinaryUser.runtime(OrdinaryUser.asNamespacedRoot) }

    @Test func aUsualConfigRuns() throws {
      let bundle = try OrdinaryUser.namespacedBundle([
        "sh", "-c", "id -u; for d in null zero full random urandom tty; do test -c /dev/$d || echo no $d; done; : > /dev/null",
      ])
      let outcome = try Self.runtime().run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout == "0\n")
      #expect(outcome.stderr.isEmpty, "\(outcome)")
    }

    /// Without a mount namespace of its own it may copy no mount: init does that.
    @Test func aMountNamespaceOfItsOwnIsNotNeeded() throws {
      let bundle = try OrdinaryUser.namespacedBundle(["cat", "/bound/file"])
      try File.makeDirectory("\(bundle.directory.path)/source")
      try File.write("of the user\n", to: "\(bundle.directory.path)/source/file")
      bundle.addBind("\(bundle.directory.path)/source", on: "/bound", ["rbind", "ro"])
      let runtime = try OrdinaryUser.runtime(OrdinaryUser.become + ["unshare", "--user", "--map-root-user"])
      let outcome = try runtime.run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout == "of the user\n")
    }

    @Test func aUserNamespaceMayLieInIt() throws {
      let bundle = try OrdinaryUser.bundle(shell: "id -u; cat /proc/self/uid_map")
      for name in ["uidMappings", "gidMappings"] {
        bundle.config["linux.\(name)"] = [["containerID": 0, "hostID": 0, "size": 1]]
      }
      let outcome = try Self.runtime().run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout.split(whereSeparator: \.isWhitespace) == ["0", "0", "0", "1"])
    }

    @Test(.enabled(if: Runtime.isApus, "peers give the errno")) func anIdThatIsNotMappedThereIsRefused() throws {
      let bundle = try OrdinaryUser.bundle(["true"])
      expectFailure(try refusal(of: bundle, runtime: try Self.runtime()), saying: "map", "/proc/self/uid_map")
    }

    @Test(.enabled(if: Runtime.isApus, "peers give the errno")) func aGroupThatIsNotMappedThereIsExplained() throws {
      let bundle = try OrdinaryUser.namespacedBundle(["true"])
      if let index = bundle.mountIndex("/dev/pts") { bundle.config["mounts.\(index).options"] = ["newinstance", "gid=5"] }
      expectFailure(try refusal(of: bundle, runtime: try Self.runtime()), saying: "is there a mapping for gid=5")
    }

    @Test(.enabled(if: Runtime.isApus, "peers give the errno")) func sysfsWithoutANetworkNamespaceIsExplained() throws {
      let bundle = try OrdinaryUser.namespacedBundle(["true"])
      bundle.dropNamespace("network")
      expectFailure(try refusal(of: bundle, runtime: try Self.runtime()), saying: "sysfs", "network namespace")
    }

    /// The verbs after the first find the container from a user namespace of the same user's, as Podman's are.
    @Test func itsVerbsWorkFromTheSameNamespace() throws {
      let directory = try TemporaryDirectory()
      let bundle = try OrdinaryUser.namespacedBundle(["sleep", "100"])
      try bundle.write()
      try OrdinaryUser.own(directory.path)
      let id = TemporaryDirectory.newID()
      let apus = "'\(Runtime.binary)' --root '\(directory.path)/root'"
      let script = """
        \(apus) create --bundle '\(bundle.path)' \(id) >/dev/null </dev/null
        \(apus) start \(id)
        \(apus) exec \(id) id -u
        \(apus) list --quiet
        \(apus) kill \(id) KILL
        until \(apus) state \(id) | grep -q stopped; do sleep 0.05; done
        \(apus) delete \(id)
        ls '\(directory.path)/root'
        """
      let runtime = try Runtime()
      try assertNothingLeft(by: runtime) {
        let outcome = try Spawned.run(OrdinaryUser.asNamespacedRoot + ["sh", "-ec", script])
        expectSuccess(outcome)
        #expect(outcome.stdout == "0\n\(id)\n", "\(outcome)")
      }
    }

    @Test(.enabled(if: Rootless.hasHelpers, "needs newuidmap and newgidmap")) func withRangesAllIsMapped() throws {
      let bundle = try OrdinaryUser.namespacedBundle(["sh", "-c", "id -u; id -G; touch /tmp/made"])
      bundle.setUser(uid: 1000, gid: 1000)
      bundle.config["process.user.additionalGids"] = [5]
      let runtime = try OrdinaryUser.runtime()
      let become = OrdinaryUser.become + ["unshare", "--user", "--map-root-user", "--map-auto", "--mount"]
      runtime.wrapper = try OrdinaryUser.withName(in: runtime.directory, ranges: OrdinaryUser.ranges, become)
      let outcome = try runtime.run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout == "1000\n1000 5\n", "\(outcome)")
      var status = stat()
      #expect(stat("\(bundle.rootfs)/tmp/made", &status) == 0)
      #expect(status.st_uid == uid_t(OrdinaryUser.firstRange + 999))
    }

    /// Into its own namespaces, which are the host's, it would not get back.
    @Test func theNamespacesOfAnotherContainerAreJoined() throws {
      let directory = try TemporaryDirectory()
      try OrdinaryUser.own(directory.path)
      let first = try OrdinaryUser.namespacedBundle(["sleep", "100"])
      let second = try OrdinaryUser.namespacedBundle(["sh", "-c", "cat /proc/1/comm; hostname"])
      for (type, file) in [("pid", "pid"), ("network", "net"), ("ipc", "ipc"), ("uts", "uts")] {
        second.setNamespace(type, path: "\(directory.path)/ns/\(file)")
      }
      second.config["hostname"] = nil
      try first.write()
      try second.write()
      let id = TemporaryDirectory.newID()
      let runtime = "'\(Runtime.binary)' --root '\(directory.path)/root'"
      let script = """
        \(runtime) run --detach --bundle '\(first.path)' --pid-file '\(directory.path)/pid' \(id) >/dev/null </dev/null
        ln -s /proc/$(cat '\(directory.path)/pid')/ns '\(directory.path)/ns'
        \(runtime) run --bundle '\(second.path)' \(id)-2
        \(runtime) delete --force \(id)
        """
      try assertNothingLeft(by: try Runtime()) {
        let outcome = try Spawned.run(OrdinaryUser.asNamespacedRoot + ["sh", "-ec", script])
        expectSuccess(outcome)
        #expect(outcome.stdout == "sleep\nscenario\n", "\(outcome)")
      }
    }

    // MARK: Mounts whose attributes are locked

    /// The source lies on a mount that was made where more was allowed: its attributes stay (mount_namespaces(7)).
    @Test(
      .disabled(if: Runtime.isOldRunc, "runc 1.1 keeps only ro"),
      arguments: [
        ["rbind", "ro"], ["rbind", "rw"], ["bind", "rw", "exec", "suid", "dev"], ["rbind", "noatime"],
      ], [true, false])
    func lockedAttributesStay(options: [String], asRoot: Bool) throws {
      if Runtime.isCrun, options.contains("noatime") { return }  // crun gives the errno
      let bundle = try asRoot ? OrdinaryUser.namespacedBundle([]) : OrdinaryUser.bundle([])
      bundle.config["process.args"] = ["grep", " /bound ", "/proc/self/mountinfo"]
      let source = "\(bundle.directory.path)/source"
      try File.makeDirectory(source)
      bundle.addBind(source, on: "/bound", options)
      let runtime = try OrdinaryUser.runtime(
        OrdinaryUser.become(
          after: "mount -t tmpfs -o ro,nosuid,nodev,noexec,relatime none \(source)",
          asRoot ? OrdinaryUser.asNamespacedRoot : OrdinaryUser.become))
      let outcome = try runtime.run(bundle)
      expectSuccess(outcome)
      let flags = Set(outcome.stdout.split(separator: " ").dropFirst(5).first?.split(separator: ",").map(String.init) ?? [])
      #expect(flags.isSuperset(of: ["ro", "nosuid", "nodev", "noexec"]), "\(outcome)")
      if Runtime.isApus { #expect(outcome.stderr.isEmpty == (options == ["rbind", "ro"]), "\(outcome)") }
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc 1.1 and crun 1.8.1 give the errno"))
    func aRemountKeepsThemToo() throws {
      let bundle = try OrdinaryUser.bundle(["grep", " /bound ", "/proc/self/mountinfo"])
      let source = "\(bundle.directory.path)/source"
      try File.makeDirectory(source)
      bundle.addBind(source, on: "/bound", ["rbind"])
      bundle.addMount("/bound", type: "none", source: "none", ["bind", "remount", "ro"])
      let runtime = try OrdinaryUser.runtime(
        OrdinaryUser.become(after: "mount -t tmpfs -o nosuid,nodev,noexec none \(source)"))
      let outcome = try runtime.run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout.contains(" ro,nosuid,nodev,noexec"), "\(outcome)")
    }

    /// A directory that only the user may search, for a container whose root is another.
    @Test(.enabled(if: Runtime.isApus && Rootless.hasHelpers, "peers give the errno")) func aClosedDirectoryIsNamed() throws {
      let bundle = try OrdinaryUser.bundle(["true"])
      let closed = "\(bundle.directory.path)/closed"
      try File.makeDirectory("\(closed)/source")
      try OrdinaryUser.own(closed)
      chmod(closed, 0o700)
      bundle.addBind("\(closed)/source", on: "/mnt", ["rbind"])
      for name in ["uidMappings", "gidMappings"] {
        bundle.config["linux.\(name)"] = [
          ["containerID": 0, "hostID": Value(OrdinaryUser.firstRange), "size": Value(OrdinaryUser.rangeSize)]
        ]
      }
      expectSuccess(
        try Spawned.run(["chown", "-Rh", "\(OrdinaryUser.firstRange):\(OrdinaryUser.firstRange)", bundle.rootfs]))
      let runtime = try OrdinaryUser.runtime()
      runtime.wrapper = try OrdinaryUser.withName(in: runtime.directory, ranges: OrdinaryUser.ranges)
      expectFailure(try refusal(of: bundle, runtime: runtime), saying: "\(closed)/source", "may not search \(closed) (mode 700")
    }
  }
}
