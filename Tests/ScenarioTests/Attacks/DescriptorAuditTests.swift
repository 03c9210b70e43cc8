import Foundation
import Testing

extension Scenarios {
  /// Which files of the runtime's a process of the container has open, at every station: CVE-2016-9962, CVE-2024-21626.
  @Suite struct DescriptorAudit {
    /// What the caller has left open, besides: a directory of the host.
    private func withLeaks<R>(_ body: ([Int32: Int32]) throws -> R) throws -> R {
      let sentinels = try Sentinels()
      let directory = open(sentinels.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      try #require(directory >= 0)
      defer { close(directory) }
      return try body([5: directory, 9: directory, 70: directory])
    }

    private func descriptors(of pid: pid_t) -> [String: String] {
      let names = File.names(in: "/proc/\(pid)/fd")
      return Dictionary(uniqueKeysWithValues: names.map { ($0, File.link("/proc/\(pid)/fd/\($0)")) })
    }

    @Test(.disabled(if: Runtime.isCrun, "crun waits with a FIFO and files of /proc open")) func aCreatedContainer() throws {
      try withLeaks { leaks in
        try withContainer(try Bundle(), descriptors: leaks) { container in
          let others = descriptors(of: try container.pid).filter { !["0", "1", "2"].contains($0.key) }
          let harmless = others.filter { row in
            ["socket:", "pipe:", "anon_inode:"].contains { row.value.hasPrefix($0) }
          }
          if Runtime.isApus {
            #expect(others == others.filter { $0.value.hasPrefix("socket:") }, "\(others)")
            #expect(others.count == 2, "more than the gate and the conversation with the host, which has ended: \(others)")
          } else {
            #expect(others != harmless, "runc waits with more open than it needs: \(others)")
          }
          let link = File.link("/proc/\(try container.pid)/cwd")
          #expect(["/", "\(container.bundle.rootfs)"].contains(link), "\(link)")
        }
      }
    }

    @Test func hooksOfTheContainer() throws {
      let bundle = try Bundle()
      let list = "ls -l /proc/self/fd | sed -n 's/.* \\([0-9]*\\) -> /\\1 /p'"
      let outside = "\(bundle.directory.path)/createContainer"
      bundle.config["hooks"] = [
        "createContainer": [["path": "/bin/sh", "args": ["sh", "-c", .string("\(list) > \(outside)")]]],
        "startContainer": [
          ["path": "/bin/sh", "args": ["sh", "-c", .string("\(list) > /tmp/seen")], "env": ["PATH=/bin"]]
        ],
      ]
      try withLeaks { leaks in
        try withContainer(bundle, descriptors: leaks) { try $0.startAndFinish() }
      }
      for path in [outside, "\(bundle.rootfs)/tmp/seen"] {
        let rows = File.text(path).split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        // `ls` itself opens the directory, as the lowest number that is free.
        let others = rows.filter { $0.last?.hasPrefix("/proc/") != true }
        if Runtime.isOldRunc && path == outside {
          #expect(others.count > 3, "runc 1.1 has its own open in this hook: \(rows)")
          continue
        }
        #expect(others.map(\.first) == ["0", "1", "2"], "\(path): \(rows)")
        for row in rows where row.count == 2 {
          let isHarmless = ["pipe:", "socket:", "/memfd:", "/proc/", "/dev/null"].contains { row[1].hasPrefix($0) }
          #expect(isHarmless, "\(path): \(rows)")
        }
      }
    }

    @Test func theProgramAndOneThatJoins() throws {
      let bundle = try Bundle(shell: "ls /proc/self/fd; sleep 100")
      try withLeaks { leaks in
        try withContainer(bundle, descriptors: leaks) { container in
          try container.start()
          try Harness.waitUntil("it has spoken") { container.stdout.hasSuffix("3\n") }
          #expect(container.stdout == "0\n1\n2\n3\n")
          #expect(try container.exec(["ls", "/proc/self/fd"], descriptors: leaks).stdout == "0\n1\n2\n3\n")
          let outcome = try container.exec(
            ["ls", "/proc/self/fd"], options: ["--preserve-fds", "3"], descriptors: [3: 1, 4: 1, 5: 1, 9: 1])
          #expect(outcome.stdout == "0\n1\n2\n3\n4\n5\n6\n")
        }
      }
    }

    /// A descriptor that somebody forgot, by every name it may have: from there the host is some directories up.
    @Test(arguments: ["/proc/self/fd/%", "/proc/1/fd/%", "/proc/thread-self/fd/%", "/link"])
    func noneIsAWorkingDirectoryOutside(form: String) throws {
      let sentinels = try Sentinels()
      var ways: [String] = []
      for number in [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 30, 63, 70] {
        let bundle = try Bundle(shell: "pwd; cat ../../../../../../../../../../../..\(sentinels.file); exit 0")
        let place = form.replacingOccurrences(of: "%", with: "\(number)")
        symlink("/proc/self/fd/\(number)", "\(bundle.rootfs)/link")
        bundle.config["process.cwd"] = .string(place)
        let outcome = try withLeaks { leaks in try Runtime().run(bundle, descriptors: leaks) }
        if outcome.stdout.contains(Sentinels.secret) { ways.append("\(place): \(outcome)"); continue }
        if outcome.succeeded { #expect(["/\n", "\(place)\n"].contains(outcome.stdout), "\(place): \(outcome)") }
        if Runtime.isApus, !outcome.succeeded { expectFailure(outcome) }
      }
      #expect(ways.isEmpty != Runtime.isCrun, "crun 1.8 goes wherever a descriptor leads that it was given: \(ways)")
      #expect(sentinels.changes() == [])
    }

    /// Abstract ones can be reached by whoever shares the network namespace: CVE-2020-15257.
    @Test func noSocketIsAbstract() throws {
      let bundle = try Bundle(shell: "cat /proc/net/unix; sleep 100")
      bundle.dropNamespace("network")
      let before = Set(Self.abstractSockets())
      try withContainer(bundle) { container in
        #expect(Set(Self.abstractSockets()).subtracting(before).filter { $0.contains(container.id) || $0.contains("apus") } == [])
      }
    }

    private static func abstractSockets() -> [String] {
      File.text("/proc/net/unix").split(separator: "\n").compactMap { line in
        line.split(separator: " ").last.map(String.init).flatMap { $0.hasPrefix("@") ? $0 : nil }
      }
    }
  }

  /// /proc/self/status beside config.json.
  @Suite struct StatusAudit {
    static let names = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Groups", "Uid", "Gid"]

    static func fields(_ text: String) -> [String: String] {
      let rows = text.split(separator: "\n").map { $0.split(separator: ":", maxSplits: 1).map(String.init) }
      return Dictionary(
        rows.filter { $0.count == 2 }.map { ($0[0], $0[1].split(whereSeparator: \.isWhitespace).joined(separator: " ")) }
      ) { $1 }
      .filter { names.contains($0.key) }
    }

    static func expected(uid: Int, _ sets: [String: UInt64], noNewPrivileges: Bool) -> [String: String] {
      func mask(_ set: String) -> String { String(format: "%016lx", sets[set] ?? 0) }
      return [
        "CapInh": mask("inheritable"), "CapPrm": mask("permitted"), "CapEff": mask("effective"), "CapBnd": mask("bounding"),
        "CapAmb": mask("ambient"), "NoNewPrivs": noNewPrivileges ? "1" : "0", "Seccomp": "2", "Groups": "7 2000",
        "Uid": "\(uid) \(uid) \(uid) \(uid)", "Gid": "1000 1000 1000 1000",
      ]
    }

    /// Root has after an exec what its bounding set allows, anybody else the ambient set alone (capabilities(7)).
    @Test(arguments: [0, 1000], [true, false]) func ofTheProgramAHookAndOneThatJoins(uid: Int, noNewPrivileges: Bool) throws {
      let bundle = try Bundle(shell: "cat /proc/self/status; sleep 100")
      bundle.config["process.user"] = ["uid": Value(uid), "gid": 1000, "additionalGids": [7, 2000]]
      bundle.config["process.noNewPrivileges"] = .bool(noNewPrivileges)
      let caps: Value = ["CAP_CHOWN", "CAP_KILL"]
      bundle.config["process.capabilities"] = ["bounding": caps, "permitted": caps, "effective": ["CAP_KILL"]]
      bundle.config["linux.seccomp"] = [
        "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [["names": ["kcmp"], "action": "SCMP_ACT_ERRNO"]],
      ]
      bundle.config["hooks"] = [
        "startContainer": [["path": "/bin/sh", "args": ["sh", "-c", "cat /proc/self/status > /tmp/hook"], "env": ["PATH=/bin"]]]
      ]
      chmod("\(bundle.rootfs)/tmp", 0o1777)
      let both: UInt64 = 1 << 0 | 1 << 5
      let held = uid == 0 ? ["permitted": both, "effective": both, "bounding": both] : ["bounding": both]
      let wanted = Self.expected(uid: uid, held, noNewPrivileges: noNewPrivileges)
      try withContainer(bundle) { container in
        try container.start()
        try Harness.waitUntil("it has spoken") { container.stdout.contains("nonvoluntary_ctxt_switches") }
        #expect(Self.fields(container.stdout) == wanted)
        let joined = try container.exec(["cat", "/proc/self/status"]).stdout
        if !Runtime.isCrun { #expect(Self.fields(joined) == wanted, "crun 1.8 takes other capabilities for it") }
        #expect(Self.fields(File.text("\(bundle.rootfs)/tmp/hook")) == wanted, "the hook")
      }
    }

    /// Inheritable alone gives nobody anything: CVE-2022-24769 and its kin.
    @Test func inheritableAlone() throws {
      let bundle = try Bundle(["cat", "/proc/self/status"])
      bundle.config["process.capabilities"] = ["inheritable": ["CAP_CHOWN"], "bounding": ["CAP_CHOWN"]]
      bundle.setUser(uid: 1000, gid: 1000)
      let fields = Self.fields(try output(of: bundle))
      #expect(["CapPrm", "CapEff", "CapAmb"].allSatisfy { fields[$0] == "0000000000000000" }, "\(fields)")
    }

    /// What one begins with: nothing to inherit.
    @Test func theConfigToStartFrom() throws {
      let bundle = try Bundle()
      try FileManager.default.createDirectory(atPath: "\(bundle.directory.path)/new", withIntermediateDirectories: true)
      expectSuccess(try Runtime()("spec", "--bundle", "\(bundle.directory.path)/new"))
      let config = try Value(parsing: File.text("\(bundle.directory.path)/new/config.json"))
      for set in ["inheritable", "ambient"] {
        let names = config["process.capabilities.\(set)"]?.array ?? []
        #expect(names.isEmpty || (!Runtime.isApus && set == "ambient"), "\(set): \(names)")
      }
    }
  }
}
