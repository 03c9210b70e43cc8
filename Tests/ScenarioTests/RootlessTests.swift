import Foundation
import Testing

extension Scenarios {
  /// An ordinary user runs containers.
  @Suite(
    .enabled(if: Host.has(program: "setpriv") && Host.has(program: "unshare"), "needs util-linux"),
    .disabled(if: Runtime.isCrun && !Host.isPureV2, "crun takes nothing but cgroup v2"))
  struct Rootless {
    static func sleeper() throws -> Bundle { try OrdinaryUser.bundle(["sleep", "100"]) }

    // MARK: The verbs

    @Test func whatSpecWritesRuns() throws {
      let bundle = try OrdinaryUser.bundle([])
      try FileManager.default.removeItem(atPath: bundle.rootfs + "/tmp")
      let runtime = try OrdinaryUser.runtime()
      expectSuccess(try runtime("spec", "--rootless", "--bundle", bundle.path))
      bundle.config = try Value(parsing: File.text(bundle.configPath))
      bundle.config["process.terminal"] = false
      bundle.config["process.args"] = ["sh", "-c", "id -u; id -g; cat /proc/self/uid_map; touch /x || echo read-only"]
      let outcome = try runtime.run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout.hasPrefix("0\n0\n"), "\(outcome)")
      #expect(outcome.stdout.split(whereSeparator: \.isWhitespace).suffix(4) == ["0", "\(OrdinaryUser.id)", "1", "read-only"])
    }

    @Test func eachStepOfALifeIsTheUsers() throws {
      let bundle = try OrdinaryUser.bundle(shell: "echo started; exec sleep 100")
      try withContainer(bundle, runtime: try OrdinaryUser.runtime()) { container in
        #expect(try container.status() == "created")
        let uid = File.text("/proc/\(try container.pid)/status").split(separator: "\n").first { $0.hasPrefix("Uid:") }
        #expect(uid?.contains("\(OrdinaryUser.id)") == true, "\(uid ?? "")")
        try container.start()
        try Harness.waitUntil("it has spoken") { container.stdout == "started\n" }
        #expect(try container.status() == "running")
        let list = try container.runtime("list", "--format", "json")
        expectSuccess(list)
        #expect(try Value(parsing: list.stdout).array?.first?["id"]?.string == container.id)
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
        expectSuccess(try container.runtime("delete", container.id))
        #expect(!File.exists("\(container.runtime.root)/\(container.id)"))
      }
    }

    @Test func execJoinsAllOfItsNamespaces() throws {
      try withRunningContainer(try Self.sleeper(), runtime: try OrdinaryUser.runtime()) { container in
        let names = ["user", "pid", "mnt", "ipc", "uts", "cgroup"]
        let line = "id -u; cat /proc/1/comm; for n in \(names.joined(separator: " ")); do readlink /proc/self/ns/$n; done"
        let outcome = try container.exec(["sh", "-c", line])
        expectSuccess(outcome)
        let expected = ["0", "sleep"] + (try names.map { try container.namespace($0) })
        #expect(outcome.stdout == expected.map { "\($0)\n" }.joined(), "\(outcome)")
        #expect(try container.exec(["sh", "-c", "exit 7"]).status == 7)
      }
    }

    /// Before `start` init is a process of the runtime still, whose namespaces only who may look into it can join.
    @Test(.disabled(if: Runtime.isCrun, "crun starts no process in a container that has not been started"))
    func execReachesAContainerThatWaitsForStart() throws {
      try withContainer(try Self.sleeper(), runtime: try OrdinaryUser.runtime()) { container in
        let outcome = try container.exec(["cat", "/proc/self/uid_map"])
        expectSuccess(outcome)
        #expect(outcome.stdout.split(whereSeparator: \.isWhitespace) == ["0", "\(OrdinaryUser.id)", "1"])
      }
    }

    @Test func execDetachesAndHasAPidFile() throws {
      try withRunningContainer(try Self.sleeper(), runtime: try OrdinaryUser.runtime()) { container in
        let file = "\(container.runtime.directory.path)/pid"
        expectSuccess(try container.exec(["sleep", "50"], options: ["--detach", "--pid-file", file]))
        let pid = try #require(Int(File.text(file)))
        try Harness.waitUntil("it is sleep") { File.text("/proc/\(pid)/comm") == "sleep\n" }
        let namespace = try container.namespace("pid")
        #expect(File.link("/proc/\(pid)/ns/pid") == namespace)
        // Our child by now: the namespace ends only once we have reaped it.
        kill(pid_t(pid), SIGKILL)
        try Harness.waitUntil("it is gone") {
          Orphans.reap()
          return !File.exists("/proc/\(pid)")
        }
      }
    }

    @Test(.enabled(if: Runtime.isApus, "peers have no wait and no monitor")) func waitAndMonitorTellOfIt() throws {
      let runtime = try OrdinaryUser.runtime()
      let bundle = try OrdinaryUser.bundle(shell: "exit 3")
      let id = TemporaryDirectory.newID()
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        defer { runtime.deleteQuietly(id) }
        expectSuccess(try runtime("create", "--bundle", bundle.path, id))
        let monitor = try runtime.spawn(["monitor", "--quit-after", "1"])
        let wait = try runtime.spawn(["wait", id])
        usleep(300_000)
        expectSuccess(try runtime("start", id))
        #expect(try wait.wait().status == 3)
        let told = try monitor.wait()
        #expect(told.stdout.contains("'\(id)' changed state to [RUNNING]"), "\(told)")
      }
    }

    // MARK: Where containers are kept

    @Test func theyAreKeptInTheUsersRuntimeDirectory() throws {
      let bundle = try Self.sleeper()
      try bundle.write()
      let directory = try TemporaryDirectory()
      try OrdinaryUser.own(directory.path)
      let environment = Spawned.plainEnvironment.merging(["XDG_RUNTIME_DIR": directory.path]) { $1 }
      let id = TemporaryDirectory.newID()
      func call(_ arguments: String...) throws -> Outcome {
        try Spawned.run(OrdinaryUser.become + [Runtime.binary] + arguments, environment: environment)
      }
      try assertNothingLeft(by: try Runtime()) {
        expectSuccess(try call("run", "--detach", "--bundle", bundle.path, id))
        defer { _ = try? call("delete", "--force", id) }  // a failure shows as a leftover
        let root = try #require(File.names(in: directory.path).first)
        if Runtime.isApus { #expect(root == "apus") }
        var status = stat()
        #expect(stat("\(directory.path)/\(root)", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700 && status.st_uid == uid_t(OrdinaryUser.id))
        // What tidies up such directories spares one with the sticky bit.
        if !Runtime.isCrun { #expect(status.st_mode & S_ISVTX != 0) }
        #expect(try call("list", "--quiet").stdout == "\(id)\n")
      }
    }

    @Test(.enabled(if: Runtime.isApus, "runc fails as it makes a directory in /run; crun uses /tmp"), arguments: ["list", "run"])
    func withoutARuntimeDirectoryOneIsAskedFor(verb: String) throws {
      let outcome = try Spawned.run(OrdinaryUser.become + [Runtime.binary, verb] + (verb == "run" ? ["c1"] : []))
      expectFailure(outcome, saying: "XDG_RUNTIME_DIR", "--root")
    }

    // MARK: What the config must have

    @Test(.disabled(if: Runtime.isCrun, "crun makes one all the same"), arguments: ["create", "run"])
    func aConfigWithoutAUserNamespaceIsRefused(verb: String) throws {
      let bundle = try OrdinaryUser.namespacedBundle(["true"])
      let outcome = try refusal(of: bundle, runtime: try OrdinaryUser.runtime(), verb: verb)
      expectApusSays("rootless containers need a user namespace", outcome)
      expectApusSays("apus spec --rootless", outcome)
    }

    @Test func anIdWithoutARangeIsRefused() throws {
      let bundle = try Self.sleeper()
      OrdinaryUser.mapRanges(bundle)
      let runtime = try OrdinaryUser.runtime()
      runtime.wrapper = try OrdinaryUser.withName(in: runtime.directory, ranges: "someone:100000:65536\n")
      let outcome = try refusal(of: bundle, runtime: runtime)
      expectApusSays("newgidmap", outcome)
      expectApusSays("/etc/subgid has no line for this user, such as ordinary:100000:65536", outcome)
    }

    @Test func anotherUsersIdIsRefused() throws {
      let bundle = try Self.sleeper()
      bundle.config["linux.uidMappings"] = [["containerID": 0, "hostID": 0, "size": 1]]
      let runtime = try OrdinaryUser.runtime()
      runtime.wrapper = try OrdinaryUser.withName(in: runtime.directory, ranges: OrdinaryUser.ranges)
      let outcome = try refusal(of: bundle, runtime: runtime)
      expectApusSays("/etc/subuid gives ordinary:700000:65536", outcome)
    }

    @Test(.enabled(if: Runtime.isApus, "peers do not say what is missing")) func missingHelpersAreNamed() throws {
      let bundle = try Self.sleeper()
      OrdinaryUser.mapRanges(bundle)
      let runtime = try OrdinaryUser.runtime()
      let helpers = ["newuidmap", "newgidmap"].map { "/usr/bin/\($0)" }.filter(File.exists)
      runtime.wrapper = OrdinaryUser.become(after: helpers.map { "mount --bind /dev/null \($0)" }.joined(separator: "\n"))
      expectFailure(try refusal(of: bundle, runtime: runtime), saying: "newgidmap", "uidmap", "apus spec --rootless")
    }

    // MARK: Ids

    static let hasHelpers = Host.has(program: "newuidmap") && Host.has(program: "newgidmap")

    @Test(.enabled(if: hasHelpers, "needs newuidmap and newgidmap")) func rangesAreMappedByTheHelpers() throws {
      let bundle = try OrdinaryUser.bundle(shell: "id -u; id -g; id -G; cat /proc/self/uid_map; touch /tmp/made")
      OrdinaryUser.mapRanges(bundle)
      bundle.setUser(uid: 1000, gid: 1000)
      // runc sets none for an ordinary user, whatever is mapped.
      if !Runtime.isRunc { bundle.config["process.user.additionalGids"] = [5] }
      let runtime = try OrdinaryUser.runtime()
      runtime.wrapper = try OrdinaryUser.withName(in: runtime.directory, ranges: OrdinaryUser.ranges)
      let outcome = try runtime.run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout.hasPrefix("1000\n1000\n1000\(Runtime.isRunc ? "" : " 5")\n"), "\(outcome)")
      #expect(
        outcome.stdout.split(whereSeparator: \.isWhitespace).suffix(6)
          == ["0", "\(OrdinaryUser.id)", "1", "1", "\(OrdinaryUser.firstRange)", "\(OrdinaryUser.rangeSize)"])
      var status = stat()
      #expect(stat("\(bundle.rootfs)/tmp/made", &status) == 0)
      #expect(status.st_uid == uid_t(OrdinaryUser.firstRange + 999))
    }

    @Test(
      .enabled(if: hasHelpers, "needs newuidmap and newgidmap"),
      .disabled(if: Runtime.isCrun, "crun 1.8.1 starts another process as root unless told otherwise"))
    func aProcessOfAnotherIdIsSignalledAndJoined() throws {
      let bundle = try Self.sleeper()
      OrdinaryUser.mapRanges(bundle)
      bundle.setUser(uid: 1000, gid: 1000)
      let runtime = try OrdinaryUser.runtime()
      runtime.wrapper = try OrdinaryUser.withName(in: runtime.directory, ranges: OrdinaryUser.ranges)
      try withRunningContainer(bundle, runtime: runtime) { container in
        #expect(try container.exec(["id", "-u"]).stdout == "1000\n")
        #expect(try container.exec(["id", "-u"], options: ["--user", "7:8"]).stdout == "7\n")
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
      }
    }

    /// Podman's `--group-add keep-groups`: of a group that has no mapping, only that it is there can be seen.
    @Test(
      .enabled(if: hasHelpers, "needs newuidmap and newgidmap"), .disabled(if: Runtime.isRunc, "runc has no such annotation"),
      arguments: [true, false])
    func theCallersGroupsAreKeptOnRequest(keeps: Bool) throws {
      let bundle = try OrdinaryUser.bundle(["id", "-G"])
      OrdinaryUser.mapRanges(bundle)
      if keeps { bundle.config["annotations"] = ["run.oci.keep_original_groups": "1"] }
      let runtime = try OrdinaryUser.runtime()
      let become = ["setpriv", "--reuid", "\(OrdinaryUser.id)", "--regid", "\(OrdinaryUser.id)", "--groups", "61999"]
      runtime.wrapper = try OrdinaryUser.withName(in: runtime.directory, ranges: OrdinaryUser.ranges, become)
      let outcome = try runtime.run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout == (keeps ? "0 65534\n" : "0\n"), "\(outcome)")
    }

    /// setgroups(2) is off for good where one gid is mapped: groups that nobody can drop are named.
    @Test(.enabled(if: Runtime.isApus, "peers say nothing"), arguments: [true, false])
    func theCallersGroupsThatStayAreNamed(hasSome: Bool) throws {
      let id = "\(OrdinaryUser.id)"
      let runtime = try OrdinaryUser.runtime(
        ["setpriv", "--reuid", id, "--regid", id, "--groups", hasSome ? "\(id),61998,61999" : id])
      let outcome = try runtime.run(try OrdinaryUser.bundle(["id", "-G"]))
      expectSuccess(outcome)
      #expect(outcome.stdout.contains("65534") == hasSome)
      #expect(outcome.stderr.contains("supplementary groups (61998, 61999)") == hasSome, "\(outcome)")
    }

    // MARK: Terminal, hooks, a score

    @Test func theTerminalIsThere() throws {
      let bundle = try OrdinaryUser.bundle(shell: "test -t 0 && tty; test -c /dev/console && echo yes; read line; exit 9")
      bundle.config["process.terminal"] = true
      let runtime = try OrdinaryUser.runtime()
      try bundle.write()
      let id = TemporaryDirectory.newID()
      try assertNothingLeft(by: runtime) {
        defer { runtime.deleteQuietly(id) }
        let terminal = try Terminal()
        let run = try runtime.spawn(["run", "--bundle", bundle.path, id], terminal: terminal.path)
        try terminal.expect("/dev/pts/0")
        try terminal.expect("yes")
        try terminal.type("\n")
        #expect(try run.wait().status == 9)
      }
    }

    /// They find the container's namespaces by its pid, as what sets up its network does.
    @Test(arguments: ["prestart", "createRuntime", "poststart"]) func aHookMayLookIntoTheContainer(kind: String) throws {
      if Runtime.isCrun, kind != "poststart" { return }  // crun's init is not to be looked into
      let bundle = try Self.sleeper()
      let seen = "\(bundle.directory.path)/seen"
      let line = "pid=$(sed 's/.*\"pid\":[ ]*\\([0-9]*\\).*/\\1/'); id -u > \(seen); readlink /proc/$pid/ns/user >> \(seen)"
      bundle.config["hooks.\(kind)"] = [Hooks.shell(line)]
      try withRunningContainer(bundle, runtime: try OrdinaryUser.runtime()) { container in
        let namespace = try container.namespace("user")
        #expect(File.text(seen) == "\(OrdinaryUser.id)\n\(namespace)\n")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8.1 gives the score to the first process only"))
    func theScoreIsRaisedForBoth() throws {
      let bundle = try OrdinaryUser.bundle(["sleep", "100"])
      bundle.config["process.oomScoreAdj"] = 321
      try withRunningContainer(bundle, runtime: try OrdinaryUser.runtime()) { container in
        #expect(File.text("/proc/\(try container.pid)/oom_score_adj") == "321\n")
        let outcome = try container.exec(["cat", "/proc/self/oom_score_adj"])
        #expect(outcome.stdout == "321\n", "\(outcome)")
      }
    }

    @Test(.enabled(if: Runtime.isApus, "peers do not say what it takes")) func whatTakesAPrivilegeIsSaid() throws {
      let score = try Self.sleeper()
      score.config["process.oomScoreAdj"] = -500
      expectFailure(
        try refusal(of: score, runtime: try OrdinaryUser.runtime()), saying: "oom_score_adj to -500", "CAP_SYS_RESOURCE")
      let limit = try Self.sleeper()
      limit.config["process.rlimits"] = [["type": "RLIMIT_NOFILE", "hard": 9_999_999, "soft": 1024]]
      expectFailure(
        try refusal(of: limit, runtime: try OrdinaryUser.runtime()), saying: "process.rlimits[0].hard", "CAP_SYS_RESOURCE")
    }

    /// A pod: the second container is in the user namespace of the first, and so may be in its others.
    @Test(
      .disabled(if: Runtime.isOldRunc, "runc 1.1 joins a user namespace only with the mappings written again"),
      .disabled(if: Runtime.isCrun, "crun 1.8.1 enters the pid namespace before it may"))
    func aSecondContainerJoinsTheNamespacesOfTheFirst() throws {
      let first = try Self.sleeper()
      first.setNamespace("network")
      try withRunningContainer(first, runtime: try OrdinaryUser.runtime()) { container in
        let second = try OrdinaryUser.bundle(
          shell: "for n in user net ipc uts pid; do readlink /proc/self/ns/$n; done; cat /proc/1/comm")
        for name in ["uidMappings", "gidMappings"] { second.config["linux.\(name)"] = nil }
        for (type, file) in [("user", "user"), ("network", "net"), ("ipc", "ipc"), ("uts", "uts"), ("pid", "pid")] {
          second.setNamespace(type, path: "/proc/\(try container.pid)/ns/\(file)")
        }
        let outcome = try container.runtime.run(second)
        expectSuccess(outcome)
        let expected = try ["user", "net", "ipc", "uts", "pid"].map { try container.namespace($0) } + ["sleep"]
        #expect(outcome.stdout == expected.map { "\($0)\n" }.joined(), "\(outcome)")
      }
    }
  }
}
