import Foundation
import Testing

/// What the tests of cgroups ask of the container's cgroup, on the host.
struct Cgroup {
  let path: String

  /// Where a process is, as the host's own cgroup namespace has it.
  init(of pid: pid_t) throws {
    let line = File.text("/proc/\(pid)/cgroup").split(separator: "\n").first { $0.hasPrefix("0::") }
    let mount = try #require(Host.cgroupMount)
    path = mount + String(try #require(line, "process \(pid) has no cgroup").dropFirst(3))
  }

  init(absolute path: String) { self.path = (Host.cgroupMount ?? "") + path }

  var exists: Bool { File.exists(path) }

  func read(_ file: String) -> String { File.text("\(path)/\(file)").trimmingCharacters(in: .whitespacesAndNewlines) }

  func write(_ text: String, to file: String) throws {
    let descriptor = open("\(path)/\(file)", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw HarnessError("\(path)/\(file): \(File.errorText())") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw HarnessError("\(path)/\(file): \(File.errorText())")
    }
  }

  func make() throws {
    guard mkdir(path, 0o755) == 0 else { throw HarnessError("mkdir \(path): \(File.errorText())") }
  }

  func remove() { rmdir(path) }
}

extension Scenarios {
  /// `linux.cgroupsPath`, and the life of a container's cgroup.
  @Suite(
    .enabled(if: Host.cgroupMount != nil, "no cgroup v2 is mounted"),
    .disabled(if: Runtime.isRunc && !Host.isPureV2, "runc here uses v1"))
  struct ControlGroups {
    static func sleeper() throws -> Bundle { try Bundle(["sleep", "100"]) }

    @Test func anAbsolutePathIsTakenFromTheRoot() throws {
      let bundle = try Self.sleeper()
      let path = "/\(TemporaryDirectory.newID())"
      bundle.config["linux.cgroupsPath"] = .string(path)
      try withContainer(bundle) { container in
        #expect(try Cgroup(of: container.pid).path == Cgroup(absolute: path).path)
        try container.startAndRemove()
        #expect(!Cgroup(absolute: path).exists)
      }
    }

    @Test(.enabled(if: Runtime.isApus, "peers leave the levels above")) func aNestedPathIsMadeAndRemoved() throws {
      let bundle = try Self.sleeper()
      let top = "/\(TemporaryDirectory.newID())"
      bundle.config["linux.cgroupsPath"] = .string("\(top)/of/it")
      try withContainer(bundle) { container in
        #expect(try Cgroup(of: container.pid).path == Cgroup(absolute: "\(top)/of/it").path)
        try container.startAndRemove()
        #expect(!Cgroup(absolute: "\(top)/of/it").exists)
        #expect(!Cgroup(absolute: top).exists)
      }
    }

    @Test(arguments: ["relative", nil] as [String?]) func withoutASlashItIsTheRuntimesChoice(name: String?) throws {
      let bundle = try Self.sleeper()
      let name = name.map { _ in TemporaryDirectory.newID() }
      bundle.config["linux.cgroupsPath"] = name.map { .string($0) }
      try withContainer(bundle) { container in
        let cgroup = try Cgroup(of: container.pid)
        #expect(cgroup.path.hasSuffix("/\(name ?? container.id)"), "\(cgroup.path)")
        try container.startAndRemove()
        #expect(!cgroup.exists)
      }
    }

    @Test func theSamePathIsTheSamePlace() throws {
      let name = TemporaryDirectory.newID()
      let places = try (0..<2).map { _ in
        let bundle = try Self.sleeper()
        bundle.config["linux.cgroupsPath"] = .string(name)
        return try withContainer(bundle) { try Cgroup(of: $0.pid).path }
      }
      #expect(places[0] == places[1])
    }

    /// They were there before: not the runtime's to remove.
    @Test func whatWasThereBeforeStays() throws {
      let parent = Cgroup(absolute: "/\(TemporaryDirectory.newID())")
      try parent.make()
      defer { parent.remove() }
      let bundle = try Self.sleeper()
      bundle.config["linux.cgroupsPath"] = .string(String(parent.path.dropFirst(Host.cgroupMount?.count ?? 0)) + "/child")
      try withContainer(bundle) { container in
        try container.startAndRemove()
        #expect(parent.exists && !File.exists("\(parent.path)/child"))
      }
    }

    @Test(.enabled(if: Runtime.isApus, "peers remove it")) func itsOwnStaysIfItWasThereBefore() throws {
      let own = Cgroup(absolute: "/\(TemporaryDirectory.newID())")
      try own.make()
      defer { own.remove() }
      let bundle = try Self.sleeper()
      bundle.config["linux.cgroupsPath"] = .string(String(own.path.dropFirst(Host.cgroupMount?.count ?? 0)))
      try withContainer(bundle) { container in
        #expect(try Cgroup(of: container.pid).path == own.path)
        try container.startAndRemove()
        #expect(own.exists)
      }
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "they only warn")) func oneWithProcessesInItIsRefused() throws {
      let own = Cgroup(absolute: "/\(TemporaryDirectory.newID())")
      try own.make()
      let other = try Spawned(["sleep", "100"])
      try own.write("\(other.pid)", to: "cgroup.procs")
      defer { own.remove() }
      let bundle = try Self.sleeper()
      bundle.config["linux.cgroupsPath"] = .string(String(own.path.dropFirst(Host.cgroupMount?.count ?? 0)))
      expectFailure(try refusal(of: bundle), saying: "container's cgroup is not empty")
      #expect(!other.isOver && own.read("cgroup.procs") == "\(other.pid)", "its process was touched")
      other.send(SIGKILL)
      _ = try other.wait()
      try Harness.waitUntil("it is empty") { own.read("cgroup.procs") == "" }
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "they hang or thaw it")) func aFrozenOneIsRefused() throws {
      let own = Cgroup(absolute: "/\(TemporaryDirectory.newID())")
      try own.make()
      defer { own.remove() }
      try own.write("1", to: "cgroup.freeze")
      let bundle = try Self.sleeper()
      bundle.config["linux.cgroupsPath"] = .string(String(own.path.dropFirst(Host.cgroupMount?.count ?? 0)))
      expectFailure(try refusal(of: bundle), saying: "container's cgroup unexpectedly frozen")
    }

    @Test(.enabled(if: Runtime.isApus, "peers clean the path"), arguments: ["/../up", "a/../../b", "/", "/."])
    func aPathThatSaysAnotherPlaceIsRefused(path: String) throws {
      let bundle = try Self.sleeper()
      bundle.config["linux.cgroupsPath"] = .string(path)
      expectFailure(try refusal(of: bundle), saying: "cgroupsPath")
    }

    @Test func everyProcessOfItIsThere() throws {
      let bundle = try Bundle(shell: "sleep 50 & sleep 60 & wait")
      try withRunningContainer(bundle) { container in
        let cgroup = try Cgroup(of: container.pid)
        try Harness.waitUntil("three are there") { cgroup.read("cgroup.procs").split(separator: "\n").count == 3 }
      }
    }

    /// Those that it made itself below are removed with it.
    @Test func whatTheContainerMadeBelowIsRemoved() throws {
      let bundle = try Bundle(
        shell: "mkdir -p /sys/fs/cgroup/a/b/c && echo $$ > /sys/fs/cgroup/a/b/c/cgroup.procs && echo moved && sleep 100")
      let index = try #require(bundle.mountIndex("/sys/fs/cgroup"))
      bundle.config["mounts.\(index).options"] = ["nosuid", "noexec", "nodev", "relatime"]
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("it has moved") { container.stdout == "moved\n" }
        let cgroup = try Cgroup(of: container.pid)
        #expect(cgroup.path.hasSuffix("/a/b/c"))
        expectSuccess(try container.runtime("delete", "--force", container.id))
        #expect(!File.exists((cgroup.path as NSString).deletingLastPathComponent))
      }
    }

    @Test func killReachesAFrozenOne() throws {
      try withRunningContainer(try Self.sleeper()) { container in
        let cgroup = try Cgroup(of: container.pid)
        try cgroup.write("1", to: "cgroup.freeze")
        try Harness.waitUntil("it is frozen") { cgroup.read("cgroup.events").contains("frozen 1") }
        expectSuccess(try container.kill("KILL"))
        try container.waitUntil("stopped")
      }
    }

    @Test func aFrozenOneIsDeletedByForce() throws {
      try withRunningContainer(try Self.sleeper()) { container in
        let cgroup = try Cgroup(of: container.pid)
        try cgroup.write("1", to: "cgroup.freeze")
        try Harness.waitUntil("it is frozen") { cgroup.read("cgroup.events").contains("frozen 1") }
        expectSuccess(try container.runtime("delete", "--force", container.id))
        #expect(!cgroup.exists)
      }
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc 1.1 leaves the cgroup")) func withoutAPIDNamespaceTheOthersAreKilledToo() throws
    {
      let bundle = try Bundle(shell: "sleep 4321 & sleep 4321 & echo both; exec sleep 4321")
      bundle.dropNamespace("pid")
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("both are there") { container.stdout == "both\n" }
        expectSuccess(try container.runtime("delete", "--force", container.id))
        #expect(!Orphans.descendants().contains { $0.name == "sleep" && $0.state != "Z" })
      }
    }

    // MARK: seen from inside

    @Test func aNamespaceHasItAsRoot() throws {
      #expect(try output(ofShell: "grep ^0:: /proc/self/cgroup") == "0::/\n")
    }

    @Test func withoutANamespaceThePathIsTheHosts() throws {
      let bundle = try Bundle(["grep", "^0::", "/proc/self/cgroup"])
      bundle.dropNamespace("cgroup")
      let id = TemporaryDirectory.newID()
      let outcome = try Runtime().run(bundle, id: id)
      #expect(outcome.stdout.hasPrefix("0::/") && outcome.stdout.hasSuffix("/\(id)\n"), "\(outcome)")
    }

    /// The root of the hierarchy, which alone has no cgroup.events, is only seen without a namespace.
    @Test(arguments: [true, false]) func theMountShowsIt(namespace: Bool) throws {
      let bundle = try Bundle(shell: "cat /sys/fs/cgroup/cgroup.procs | wc -l; test -e /sys/fs/cgroup/cgroup.events; echo $?")
      if !namespace { bundle.dropNamespace("cgroup") }
      let lines = try output(of: bundle).split(separator: "\n").map(String.init)
      #expect(lines.last == (namespace ? "0" : "1"), "\(lines)")
      #expect(Int(lines.first ?? "") ?? 0 >= 1)
    }

    @Test func theMountIsReadonlyAsAsked() throws {
      let bundle = try Bundle(shell: "mkdir /sys/fs/cgroup/child; grep ' /sys/fs/cgroup ' /proc/self/mountinfo")
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stderr.contains("Read-only file system"), "\(outcome)")
      let line = try MountLine.parse(outcome.stdout).top(at: "/sys/fs/cgroup")
      #expect(line.fileSystem == "cgroup2" && line.options.isSuperset(of: ["ro", "nosuid", "nodev", "noexec"]), "\(line)")
    }

    @Test func theMountIsWritableAsAsked() throws {
      let bundle = try Bundle(shell: "mkdir /sys/fs/cgroup/child && ls -d /sys/fs/cgroup/child")
      let index = try #require(bundle.mountIndex("/sys/fs/cgroup"))
      bundle.config["mounts.\(index).options"] = ["nosuid", "noexec", "nodev", "relatime", "rw"]
      #expect(try output(of: bundle) == "/sys/fs/cgroup/child\n")
    }

    @Test func theMountMayBeOfTypeCgroup2() throws {
      let bundle = try Bundle()
      let index = try #require(bundle.mountIndex("/sys/fs/cgroup"))
      bundle.config["mounts.\(index).type"] = "cgroup2"
      #expect(try mounts(of: bundle).top(at: "/sys/fs/cgroup").fileSystem == "cgroup2")
    }

    /// A user namespace, a cgroup namespace and a writable mount: the cgroup is the container's to manage.
    @Test(
      .disabled(if: Runtime.isCrun || Runtime.isOldRunc, "runc 1.1 gives it to the host's root, crun does it only with systemd"))
    func theUserOfTheContainerOwnsIt() throws {
      let bundle = try UserNamespace.bundle(
        "mkdir /sys/fs/cgroup/mine && echo $$ > /sys/fs/cgroup/mine/cgroup.procs && echo moved; sleep 100")
      let index = try #require(bundle.mountIndex("/sys/fs/cgroup"))
      bundle.config["mounts.\(index).options"] = ["nosuid", "noexec", "nodev", "relatime"]
      try withContainer(bundle) { container in
        let cgroup = try Cgroup(of: container.pid)
        for (file, owner) in [
          ("", 100_000), ("/cgroup.procs", 100_000), ("/cgroup.subtree_control", 100_000), ("/cgroup.type", 0),
        ] {
          var status = stat()
          #expect(stat(cgroup.path + file, &status) == 0 && status.st_uid == owner, "\(file) is of \(status.st_uid)")
        }
        try container.start()
        try Harness.waitUntil("it has moved") { container.stdout == "moved\n" }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun gives it away all the same")) func aReadonlyMountGivesNobodyTheCgroup() throws {
      try withContainer(try UserNamespace.bundle("sleep 100")) { container in
        let cgroup = try Cgroup(of: container.pid)
        var status = stat()
        #expect(stat(cgroup.path, &status) == 0 && status.st_uid == 0)
      }
    }
  }
}

extension Container {
  /// Starts it, kills it, and deletes it by the book.
  fileprivate func startAndRemove(sourceLocation: SourceLocation = #_sourceLocation) throws {
    try start(sourceLocation: sourceLocation)
    expectSuccess(try kill(), sourceLocation: sourceLocation)
    try waitUntil("stopped")
    expectSuccess(try runtime("delete", id), sourceLocation: sourceLocation)
  }
}
