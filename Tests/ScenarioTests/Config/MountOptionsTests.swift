import Foundation
import Testing

extension Scenarios {
  /// `mounts[].options`: every plain word of config.md "Linux mount options", read back from mountinfo.
  @Suite struct MountOptions {
    struct Row: CustomTestStringConvertible {
      var words: [String]
      var has: Set<String> = []
      var hasNot: Set<String> = []
      var testDescription: String { words.joined(separator: ",") }
    }

    /// What mountinfo says of the mount itself.
    static let attributes = [
      Row(words: [], has: ["rw", "relatime"], hasNot: ["ro", "nosuid", "nodev", "noexec"]),
      Row(words: ["ro"], has: ["ro"], hasNot: ["rw"]),
      Row(words: ["ro", "rw"], has: ["rw"], hasNot: ["ro"]),
      Row(words: ["rw", "ro"], has: ["ro"]),
      Row(words: ["nosuid"], has: ["nosuid"]),
      Row(words: ["nosuid", "suid"], hasNot: ["nosuid"]),
      Row(words: ["nodev"], has: ["nodev"]),
      Row(words: ["nodev", "dev"], hasNot: ["nodev"]),
      Row(words: ["noexec"], has: ["noexec"]),
      Row(words: ["noexec", "exec"], hasNot: ["noexec"]),
      Row(words: ["noatime"], has: ["noatime"], hasNot: ["relatime"]),
      Row(words: ["noatime", "atime"], has: ["relatime"], hasNot: ["noatime"]),
      Row(words: ["nodiratime"], has: ["nodiratime"]),
      Row(words: ["nodiratime", "diratime"], hasNot: ["nodiratime"]),
      Row(words: ["relatime"], has: ["relatime"]),
      Row(words: ["norelatime"], hasNot: ["noatime"]),
      Row(words: ["strictatime"], hasNot: ["noatime", "relatime"]),
      Row(words: ["strictatime", "nostrictatime"], has: ["relatime"]),
      Row(words: ["nosuid", "nodev", "noexec", "ro", "noatime"], has: ["nosuid", "nodev", "noexec", "ro", "noatime"]),
    ]

    static let superblock = [
      Row(words: ["sync"], has: ["sync"]), Row(words: ["sync", "async"], hasNot: ["sync"]),
      Row(words: ["dirsync"], has: ["dirsync"]),
      Row(words: ["lazytime"], has: ["lazytime"]), Row(words: ["lazytime", "nolazytime"], hasNot: ["lazytime"]),
      Row(words: ["loud"], has: ["rw"]), Row(words: ["silent"], has: ["rw"]), Row(words: ["iversion"], has: ["rw"]),
      Row(words: ["noiversion"], has: ["rw"]), Row(words: ["nomand"], has: ["rw"]), Row(words: ["async"], hasNot: ["sync"]),
    ]

    static func check(_ row: Row, _ found: Set<String>) {
      #expect(found.isSuperset(of: row.has), "\(found)")
      #expect(found.isDisjoint(with: row.hasNot), "\(found)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun lets the setting word win"), arguments: attributes) func ofAFileSystem(row: Row)
      throws
    {
      let bundle = try Bundle()
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", row.words)
      Self.check(row, try mounts(of: bundle).top(at: "/scratch").options)
    }

    @Test(.disabled(if: Runtime.isCrun, "crun lets the setting word win"), arguments: attributes) func ofABind(row: Row) throws {
      let bundle = try Bundle()
      let source = "\(bundle.directory.path)/source"
      // Of its own file system, whose options are those without any word.
      try withHostTmpfs(at: source) {
        bundle.addBind(source, on: "/mnt", ["bind"] + row.words)
        Self.check(row, try mounts(of: bundle).top(at: "/mnt").options)
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 does not know all"), arguments: superblock) func ofASuperblock(row: Row) throws
    {
      let bundle = try Bundle()
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", row.words)
      let line = try mounts(of: bundle).top(at: "/scratch")
      Self.check(row, line.superOptions)
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc 1.1 gives it to the file system")) func defaultsIsNoOption() throws {
      let bundle = try Bundle()
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["defaults"])
      #expect(try mounts(of: bundle).top(at: "/scratch").options == ["rw", "relatime"])
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.2")) func nosymfollowOfAFileSystem() throws {
      let bundle = try Bundle(shell: "ln -s /etc/passwd /scratch/link; cat /scratch/link")
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["nosymfollow"])
      let outcome = try Runtime().run(bundle)
      #expect(outcome.status != 0 && outcome.stderr.contains("Too many levels"), "\(outcome)")
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.2")) func nosymfollowOfABind() throws {
      let bundle = try Bundle()
      bundle.addBind(bundle.directory.path, on: "/mnt", ["bind", "nosymfollow"])
      #expect(try mounts(of: bundle).top(at: "/mnt").options.contains("nosymfollow"))
      let other = try Bundle()
      other.addBind(other.directory.path, on: "/mnt", ["bind", "nosymfollow", "symfollow"])
      #expect(try !mounts(of: other).top(at: "/mnt").options.contains("nosymfollow"))
    }

    /// An option of the source's own mount stays: a bind of a nosuid directory must not become suid by being bound.
    @Test(
      .disabled(if: Runtime.isCrun, "crun remounts with the words alone"),
      .disabled(if: Runtime.isOldRunc, "runc 1.1 remounts with the words alone")) func whatTheSourceHasStays() throws
    {
      let bundle = try Bundle()
      let source = "\(bundle.directory.path)/source"
      try withHostTmpfs(at: source) {
        expectSuccess(try Spawned.run(["mount", "-o", "remount,bind,nosuid,nodev", source]))
        bundle.addBind(source, on: "/mnt", ["bind", "ro"])
        let options = try mounts(of: bundle).top(at: "/mnt").options
        #expect(options.isSuperset(of: ["nosuid", "nodev", "ro"]), "\(options)")
      }
    }

    @Test func aRemountChangesWhatIsThere() throws {
      let bundle = try Bundle()
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs")
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["remount", "ro", "nosuid"])
      let lines = try mounts(of: bundle)
      #expect(lines.filter { $0.mountPoint == "/scratch" }.count == 1)
      #expect(try lines.top(at: "/scratch").options.isSuperset(of: ["ro", "nosuid"]))
    }

    @Test func aRemountGivesTheFileSystemItsOptions() throws {
      let bundle = try Bundle()
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["size=1m", "mode=700"])
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["remount", "size=8m", "ro"])
      let line = try mounts(of: bundle).top(at: "/scratch")
      #expect(line.superOptions.contains("size=8192k") && line.superOptions.contains("mode=700"), "\(line)")
      #expect(line.options.contains("ro"), "\(line)")
    }

    @Test func aRemountWithAWordNoFileSystemKnowsIsRefused() throws {
      let bundle = try Bundle()
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs")
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["remount", "size=many"])
      let outcome = try refusal(of: bundle)
      expectApusSays("/scratch", outcome)
      expectApusSays("size=many", outcome)
    }

    /// A file system that was mounted read-only is written to only when it is told so itself.
    @Test func aRemountMakesItWritable() throws {
      let bundle = try Bundle()
      let index = try #require(bundle.mountIndex("/sys"))
      bundle.config["mounts.\(index).options"] = ["ro"]
      bundle.addMount("/sys", type: "sysfs", source: "sysfs", ["remount", "rw"])
      let line = try mounts(of: bundle).top(at: "/sys")
      #expect(line.options.contains("rw") && line.superOptions.contains("rw"), "\(line)")
    }

    @Test func theBindOfOneMountIsNotTheOthers() throws {
      let bundle = try Bundle()
      let source = bundle.directory.path
      bundle.addBind(source, on: "/mnt", ["bind", "ro", "noexec"])
      bundle.addBind(source, on: "/home", ["bind"])
      let lines = try mounts(of: bundle)
      #expect(try lines.top(at: "/mnt").options.isSuperset(of: ["ro", "noexec"]))
      #expect(try lines.top(at: "/home").options.isDisjoint(with: ["ro", "noexec"]))
    }
  }

  /// `rro`, `rnosuid` and their kin: attributes of a whole tree of mounts.
  @Suite(.enabled(if: Host.kernelIsAtLeast(5, 12), "mount_setattr(2) is of Linux 5.12")) struct RecursiveMountOptions {
    typealias Row = MountOptions.Row

    static let rows = [
      Row(words: ["rro"], has: ["ro"], hasNot: ["rw"]), Row(words: ["rnosuid"], has: ["nosuid"]),
      Row(words: ["rnodev"], has: ["nodev"]), Row(words: ["rnoexec"], has: ["noexec"]),
      Row(words: ["rnodiratime"], has: ["nodiratime"]), Row(words: ["rnoatime"], has: ["noatime"]),
      Row(words: ["rrelatime"], has: ["relatime"]),
      Row(words: ["rstrictatime"], hasNot: ["noatime", "relatime"]),
      Row(words: ["rro", "rnosuid", "rnodev", "rnoexec"], has: ["ro", "nosuid", "nodev", "noexec"]),
    ]

    /// Words that take off what the source's mounts have.
    static let clearing = [
      Row(words: ["rrw"], hasNot: ["ro"]), Row(words: ["rsuid"], hasNot: ["nosuid"]), Row(words: ["rdev"], hasNot: ["nodev"]),
      Row(words: ["rexec"], hasNot: ["noexec"]),
      Row(words: ["rdiratime"], hasNot: ["nodiratime"]),
    ]

    static func tree(
      _ words: [String], hosts: String? = nil, _ body: (_ top: Set<String>, _ below: Set<String>) throws -> Void
    ) throws {
      let bundle = try Bundle()
      let source = "\(bundle.directory.path)/source"
      try withHostTmpfs(at: source) {
        try withHostTmpfs(at: "\(source)/below") {
          let places = [source, "\(source)/below"]
          for place in places {
            guard let hosts else { continue }
            expectSuccess(try Spawned.run(["mount", "-o", "remount,bind,\(hosts)", place]))
          }
          let before = try places.map { try MountLine.parse(File.text("/proc/self/mountinfo")).top(at: $0).options }
          bundle.addBind(source, on: "/mnt", ["rbind"] + words)
          let lines = try mounts(of: bundle)
          try body(lines.top(at: "/mnt").options, lines.top(at: "/mnt/below").options)
          let after = try places.map { try MountLine.parse(File.text("/proc/self/mountinfo")).top(at: $0).options }
          #expect(after == before, "the host's own mounts were changed")
        }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 sets access times without the mask the kernel wants"), arguments: rows)
    func reachTheWholeTree(row: Row) throws {
      try Self.tree(row.words) { top, below in
        MountOptions.check(row, top)
        MountOptions.check(row, below)
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 sets access times without the mask the kernel wants"), arguments: clearing)
    func clearTheWholeTree(row: Row) throws {
      try Self.tree(row.words, hosts: "ro,nosuid,nodev,noexec,noatime,nodiratime") { top, below in
        MountOptions.check(row, top)
        MountOptions.check(row, below)
      }
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun 1.8 sets access times without the mask the kernel wants"),
      .disabled(if: Runtime.isOldRunc, "runc 1.1 clears it without the mask the kernel wants"),
      arguments: [("ratime", "noatime"), ("rnostrictatime", "strictatime"), ("rnoatime", "strictatime")])
    func clearTheAccessTimesToo(word: String, hosts: String) throws {
      try Self.tree([word], hosts: hosts) { top, below in
        let wanted = word == "rnoatime" ? "noatime" : "relatime"
        #expect(top.contains(wanted) && below.contains(wanted), "\(top) \(below)")
      }
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun lets the setting word win"),
      .disabled(if: Runtime.isOldRunc, "runc 1.1 sets what is both set and cleared")) func ofTwoTheLastCounts() throws
    {
      try Self.tree(["rro", "rrw", "rsuid", "rnosuid"]) { top, below in
        for options in [top, below] { #expect(options.isSuperset(of: ["rw", "nosuid"]), "\(options)") }
      }
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "runc has it since 1.2")) func rnosymfollowReachesTheWholeTree()
      throws
    {
      try Self.tree(["rnosymfollow"]) { top, below in
        #expect(top.contains("nosymfollow") && below.contains("nosymfollow"))
      }
    }

    @Test func plainOnesStayAtTheTop() throws {
      try Self.tree(["ro", "nosuid"]) { top, below in
        #expect(top.isSuperset(of: ["ro", "nosuid"]))
        #expect(below.isDisjoint(with: ["ro", "nosuid"]), "\(below)")
      }
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc 1.1 does it for binds alone")) func ofAFileSystemToo() throws {
      let bundle = try Bundle()
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["rro", "rnosuid"])
      #expect(try mounts(of: bundle).top(at: "/scratch").options.isSuperset(of: ["ro", "nosuid"]))
    }
  }
}
