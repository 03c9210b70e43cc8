import Foundation
import Testing

extension Scenarios {
  /// A cgroup that is there already and not fit for a container (config-linux.md "Control groups"), and one that is handed over.
  /// That one with processes in it and one that is frozen are refused is among the `ControlGroups`.
  @Suite(
    .enabled(if: Host.cgroupMount != nil, "no cgroup v2 is mounted"),
    .disabled(if: Runtime.isRunc && !Host.isPureV2, "runc here uses v1"))
  struct UnfitControlGroup {
    /// A cgroup below another, which becomes threaded; the kernel makes its neighbours `domain invalid`.
    static func withThreaded<R>(_ body: (_ threaded: Cgroup, _ invalid: Cgroup) throws -> R) throws -> R {
      let top = Cgroup(absolute: "/\(TemporaryDirectory.newID())")
      try top.make()
      let (threaded, invalid) = (Cgroup(absolute: "\(top.name)/threaded"), Cgroup(absolute: "\(top.name)/invalid"))
      defer { for group in [threaded, invalid, top] { group.remove() } }
      try threaded.make()
      try invalid.make()
      try threaded.write("threaded", to: "cgroup.type")
      return try body(threaded, invalid)
    }

    /// memory, io, hugetlb and rdma work only between processes, not between the threads of one.
    static let domainController: (name: String, resources: Value)? =
      if Host.controllers.contains("memory") {
        ("memory", ["memory": ["limit": 67_108_864]])
      } else if Host.controllers.contains("hugetlb") {
        ("hugetlb", ["hugepageLimits": [["pageSize": "2MB", "limit": 0]]])
      } else { nil }

    @Test(
      .enabled(if: domainController != nil, "no controller of the kind here"),
      .enabled(if: Runtime.isApus, "crun leaves the cgroup"))
    func aThreadedOneTakesNoLimitOfAProcess() throws {
      try Self.withThreaded { threaded, invalid in
        for group in [threaded, invalid] {
          let bundle = try Bundle()
          bundle.config["linux.cgroupsPath"] = .string(group.name)
          for (name, value) in Self.domainController?.resources.object ?? [:] { bundle.config["linux.resources.\(name)"] = value }
          let outcome = try refusal(of: bundle)
          expectFailure(outcome, saying: (group.name as NSString).deletingLastPathComponent)
          // Which of the two it is depends on whether the kernel lets the controller down here.
          #expect(
            outcome.message.contains("with domain controllers -- it is in")
              || outcome.message.contains("needs the cgroup controller"))
          #expect(group.exists, "it was there before")
        }
      }
    }

    // MARK: checkBeforeUpdate

    /// What a program that has ended has left in a tmpfs is still counted in the cgroup it was in.
    @Test(.needs("memory"), .enabled(if: Runtime.isApus, "only apus says the usage"), arguments: [true, false])
    func aLimitBelowTheUsageIsRefusedIfAskedFor(check: Bool) throws {
      let group = Cgroup(absolute: "/\(TemporaryDirectory.newID())")
      let bundle = try Bundle()
      try withHostTmpfs(at: "\(bundle.directory.path)/full") {
        try group.make()
        defer { group.remove() }
        try #require(group.read("cgroup.controllers").contains("memory"), "the root hands it down to none")
        let line = "echo 0 > \(group.path)/cgroup.procs; head -c 30000000 /dev/zero > \(bundle.directory.path)/full/file"
        expectSuccess(try Spawned.run(["sh", "-c", line]))
        #expect(Int(group.read("memory.current")) ?? 0 > 29_000_000)
        bundle.config["linux.cgroupsPath"] = .string(group.name)
        bundle.config["linux.resources.memory"] = [
          "limit": 20_000_000, "swap": 20_000_000, "checkBeforeUpdate": .bool(check),
        ]
        let outcome = try Runtime().run(bundle)
        #expect(outcome.message.contains("unable to set memory limit to 20000000 (current usage: ") == check, "\(outcome)")
      }
    }

    // MARK: delegation

    /// "the container's cgroup directory and files within that directory that are listed in /sys/kernel/cgroup/delegate",
    /// for the user that runs the program, and no others.
    @Test(
      .disabled(if: Runtime.isCrun || Runtime.isOldRunc, "runc 1.1 gives it to the host's root, crun does it only with systemd"),
      arguments: [0, 1000]) func theUserGetsWhatTheKernelSays(user: Int) throws
    {
      let bundle = try UserNamespace.bundle("sleep 100")
      bundle.setUser(uid: user, gid: user)
      let index = try #require(bundle.mountIndex("/sys/fs/cgroup"))
      bundle.config["mounts.\(index).options"] = ["nosuid", "noexec", "nodev", "relatime"]
      let listed = Set(File.text("/sys/kernel/cgroup/delegate").split(separator: "\n").map(String.init))
      #expect(listed.isSuperset(of: ["cgroup.procs", "cgroup.subtree_control"]))
      try withContainer(bundle) { container in
        let cgroup = try Cgroup(of: container.pid)
        let files = File.names(in: cgroup.path)
        #expect(files.contains("cgroup.max.depth"))
        for name in files + ["."] {
          var status = stat()
          #expect(stat("\(cgroup.path)/\(name)", &status) == 0)
          let owner = listed.contains(name) || name == "." ? 100_000 + user : 0
          #expect(Int(status.st_uid) == owner, "\(name) is of \(status.st_uid)")
        }
      }
    }

    @Test(.enabled(if: Runtime.isApus, "peers differ")) func withoutACgroupNamespaceNobodyGetsIt() throws {
      let bundle = try UserNamespace.bundle("sleep 100")
      bundle.dropNamespace("cgroup")
      let index = try #require(bundle.mountIndex("/sys/fs/cgroup"))
      bundle.config["mounts.\(index).options"] = ["nosuid", "noexec", "nodev", "relatime"]
      try withContainer(bundle) { container in
        let cgroup = try Cgroup(of: container.pid)
        var status = stat()
        #expect(stat(cgroup.path, &status) == 0 && status.st_uid == 0)
      }
    }
  }
}

extension Cgroup {
  /// As `linux.cgroupsPath` has it.
  fileprivate var name: String { String(path.dropFirst(Host.cgroupMount?.count ?? 0)) }
}
