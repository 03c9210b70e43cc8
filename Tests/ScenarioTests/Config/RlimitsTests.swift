import Foundation
import Testing

extension Scenarios {
  /// `process.rlimits`.
  @Suite struct Rlimits {
    static func bundle(_ limits: [(type: String, soft: Int, hard: Int)]) throws -> Bundle {
      let bundle = try Bundle(["cat", "/proc/self/limits"])
      bundle.config["process.rlimits"] = .array(
        limits.map { ["type": .string($0.type), "soft": Value($0.soft), "hard": Value($0.hard)] })
      return bundle
    }

    /// The line of /proc/self/limits that begins with a name: soft and hard limit.
    static func limit(_ name: String, _ text: String) -> [String] {
      let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
      return line.dropFirst(name.count).split(whereSeparator: \.isWhitespace).prefix(2).map(String.init)
    }

    static let names = [
      ("RLIMIT_AS", "Max address space"), ("RLIMIT_CORE", "Max core file size"), ("RLIMIT_CPU", "Max cpu time"),
      ("RLIMIT_DATA", "Max data size"), ("RLIMIT_FSIZE", "Max file size"), ("RLIMIT_LOCKS", "Max file locks"),
      ("RLIMIT_MEMLOCK", "Max locked memory"), ("RLIMIT_MSGQUEUE", "Max msgqueue size"), ("RLIMIT_NOFILE", "Max open files"),
      ("RLIMIT_NPROC", "Max processes"), ("RLIMIT_RSS", "Max resident set"), ("RLIMIT_SIGPENDING", "Max pending signals"),
      ("RLIMIT_STACK", "Max stack size"),
    ]

    @Test(arguments: names) func eachTypeIsSet(type: String, name: String) throws {
      // Below what the caller has: raising one takes a capability that not every root has.
      let mine = Self.limit(name, File.text("/proc/self/limits"))
      let room = mine.compactMap { Int($0) }.min() ?? Int.max
      let (soft, hard) = (min(room, 64 << 20) - min(room, 64 << 20) / 4, min(room, 64 << 20))
      let text = try output(of: Self.bundle([(type, soft, hard)]))
      #expect(Self.limit(name, text) == ["\(soft)", "\(hard)"])
    }

    @Test func severalAreSet() throws {
      let text = try output(of: Self.bundle([("RLIMIT_NOFILE", 256, 512), ("RLIMIT_CORE", 0, 0), ("RLIMIT_CPU", 100, 200)]))
      #expect(Self.limit("Max open files", text) == ["256", "512"])
      #expect(Self.limit("Max core file size", text) == ["0", "0"])
      #expect(Self.limit("Max cpu time", text) == ["100", "200"])
    }

    @Test func oneThatIsNotListedIsTheCallers() throws {
      let bundle = try Self.bundle([])
      let outcome = try Runtime().run(bundle, wrapper: ["sh", "-c", "ulimit -S -t 777; exec \"$@\"", "sh"])
      #expect(Self.limit("Max cpu time", outcome.stdout).first == "777", "\(outcome)")
    }

    @Test func theyHoldForAUserThatIsNotRoot() throws {
      let bundle = try Self.bundle([("RLIMIT_NOFILE", 128, 256)])
      bundle.setUser(uid: 1000, gid: 1000)
      #expect(Self.limit("Max open files", try output(of: bundle)) == ["128", "256"])
    }

    @Test func theyHoldInAUserNamespace() throws {
      let bundle = try UserNamespace.bundle("cat /proc/self/limits")
      bundle.setUser(uid: 1000, gid: 1000)
      bundle.config["process.rlimits"] = [["type": "RLIMIT_NOFILE", "soft": 128, "hard": 256]]
      #expect(Self.limit("Max open files", try output(of: bundle)) == ["128", "256"])
    }

    @Test(.enabled(if: Host.holds(capability: 24), "raising a limit takes CAP_SYS_RESOURCE")) func aHardLimitIsRaised() throws {
      let bundle = try Self.bundle([("RLIMIT_NOFILE", 4096, 8192)])
      let outcome = try Runtime().run(bundle, wrapper: ["sh", "-c", "ulimit -n 1024; exec \"$@\"", "sh"])
      #expect(Self.limit("Max open files", outcome.stdout) == ["4096", "8192"], "\(outcome)")
    }

    /// The runtime's own files on the way to the program are no files of the program's.
    @Test func theyDoNotHoldForTheRuntimesOwnFiles() throws {
      let bundle = try Self.bundle([("RLIMIT_FSIZE", 0, 0)])
      bundle.config["process.args"] = ["true"]
      bundle.config["hooks"] = ["startContainer": [["path": "/bin/true"]]]
      _ = try output(of: bundle)
    }

    @Test(.enabled(if: Runtime.isApus, "peers open files under the limit")) func noOpenFileMoreThanTheStandardStreams() throws {
      let bundle = try Self.bundle([("RLIMIT_NOFILE", 4, 4)])
      #expect(Self.limit("Max open files", try output(of: bundle)) == ["4", "4"])
    }

    @Test func theyHoldForAHookInTheContainer() throws {
      let bundle = try Self.bundle([("RLIMIT_NOFILE", 123, 234)])
      let line = "cat /proc/self/limits > /limits"
      bundle.config["hooks"] = ["startContainer": [["path": "/bin/sh", "args": ["sh", "-c", .string(line)]]]]
      _ = try output(of: bundle)
      #expect(Self.limit("Max open files", File.text("\(bundle.rootfs)/limits")) == ["123", "234"])
    }

    /// An exec that fails writes to no file of a size.
    @Test func aHookThatCannotBeExecutedIsExplainedAllTheSame() throws {
      let bundle = try Self.bundle([("RLIMIT_FSIZE", 0, 0)])
      bundle.config["hooks"] = ["startContainer": [["path": "/bin/nothing"]]]
      expectApusSays("No such file or directory", try refusal(of: bundle, verb: "run"))
    }

    @Test func infinityIsTheBiggestNumber() throws {
      let bundle = try Self.bundle([])
      bundle.config["process.rlimits"] = [["type": "RLIMIT_CPU", "soft": .unsigned(.max), "hard": .unsigned(.max)]]
      #expect(Self.limit("Max cpu time", try output(of: bundle)) == ["unlimited", "unlimited"])
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "they take the last")) func oneThatIsThereTwiceIsRefused() throws {
      expectFailure(
        try refusal(of: Self.bundle([("RLIMIT_NOFILE", 100, 100), ("RLIMIT_NOFILE", 90, 90)])), saying: "RLIMIT_NOFILE")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun leaves the cgroup"), arguments: ["RLIMIT_NONSENSE", "NOFILE", "rlimit_nofile", ""])
    func anUnknownOneIsRefused(type: String) throws {
      expectApusSays("process.rlimits[0].type", try refusal(of: Self.bundle([(type, 1, 1)])))
    }

    @Test(.disabled(if: Runtime.isCrun, "crun leaves the cgroup")) func aSoftLimitAboveTheHardIsRefused() throws {
      _ = try refusal(of: Self.bundle([("RLIMIT_NOFILE", 200, 100)]))
    }
  }
}
