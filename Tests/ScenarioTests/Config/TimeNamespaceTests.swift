import Foundation
import Testing

extension Scenarios {
  /// A time namespace with `linux.timeOffsets`: config-linux.md "Offset for Time Namespace".
  @Suite(
    .enabled(if: File.exists("/proc/self/ns/time"), "the kernel has no time namespaces"),
    .disabled(if: Runtime.isOldRunc, "runc has them since 1.2"),
    .disabled(if: Runtime.isCrun && Runtime.version.contains(" 1.8."), "crun 1.8 writes the offsets only with CAP_SYS_RESOURCE"))
  struct TimeNamespace {
    static func bundle(_ line: String) throws -> Bundle {
      let bundle = try Bundle(shell: line)
      bundle.setNamespace("time")
      return bundle
    }

    static var uptime: Double { Double(File.text("/proc/uptime").split(separator: " ").first ?? "") ?? -1 }

    @Test func itIsANewOne() throws {
      let inside = try output(of: Self.bundle("readlink /proc/self/ns/time"))
      #expect(inside.hasPrefix("time:[") && inside != File.link("/proc/self/ns/time") + "\n")
    }

    @Test func theOffsetsAreInForce() throws {
      let bundle = try Self.bundle("cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets")
      bundle.config["linux.timeOffsets"] = [
        "monotonic": ["secs": 7881, "nanosecs": 2_718_281], "boottime": ["secs": 1_000_000, "nanosecs": 314_159],
      ]
      let before = Self.uptime
      let lines = try output(of: bundle).split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      let inside = try #require(Double(lines.first?.first ?? ""))
      #expect(inside - before >= 999_998 && inside - before < 1_000_120)
      #expect(lines.contains(["monotonic", "7881", "2718281"]))
      #expect(lines.contains(["boottime", "1000000", "314159"]))
    }

    /// Of one clock only, and back in time.
    @Test func anOffsetMayBeNegative() throws {
      let bundle = try Self.bundle("cat /proc/self/timens_offsets")
      bundle.config["linux.timeOffsets"] = ["monotonic": ["secs": -5, "nanosecs": 7]]
      let lines = try output(of: bundle).split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      #expect(lines.contains(["monotonic", "-5", "7"]) && lines.contains(["boottime", "0", "0"]), "\(lines)")
    }

    /// A clock that would begin before 0 is the kernel's to refuse.
    @Test func anOffsetTheKernelRefusesIsNamed() throws {
      let bundle = try Self.bundle("true")
      bundle.config["linux.timeOffsets"] = ["boottime": ["secs": -9_000_000_000, "nanosecs": 0]]
      expectApusSays("setting the time offset boottime -9000000000 0", try refusal(of: bundle))
    }

    @Test func theRuntimeItselfStaysInItsOwnTime() throws {
      let bundle = try Self.bundle("true")
      bundle.config["linux.timeOffsets"] = ["boottime": ["secs": 5_000_000, "nanosecs": 0]]
      try withContainer(bundle) { container in
        try container.startAndFinish()
        #expect(Self.uptime < 5_000_000)
      }
    }

    @Test func anotherJoinsIt() throws {
      let first = try Self.bundle("sleep 100")
      first.config["linux.timeOffsets"] = ["boottime": ["secs": 2_000_000, "nanosecs": 0]]
      try withRunningContainer(first) { container in
        let bundle = try Self.bundle("readlink /proc/self/ns/time; cut -d. -f1 /proc/uptime")
        bundle.setNamespace("time", path: "/proc/\(try container.pid)/ns/time")
        let lines = try output(of: bundle).split(separator: "\n").map(String.init)
        #expect(lines.first == (try container.namespace("time")))
        #expect(try #require(Double(lines.last ?? "")) >= 2_000_000)
      }
    }

    @Test func inAUserNamespaceTheyAreInForceToo() throws {
      let bundle = try UserNamespace.bundle("cut -d. -f1 /proc/uptime")
      bundle.setNamespace("time")
      bundle.config["linux.timeOffsets"] = ["boottime": ["secs": 3_000_000, "nanosecs": 0]]
      #expect(try #require(Double(try output(of: bundle).dropLast())) >= 3_000_000)
    }

    @Test func offsetsWithoutOneAreRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.timeOffsets"] = ["boottime": ["secs": 1, "nanosecs": 0]]
      expectApusSays("linux.timeOffsets", try refusal(of: bundle))
    }

    @Test func offsetsOfAJoinedOneAreRefused() throws {
      let bundle = try Bundle()
      bundle.setNamespace("time", path: "/proc/self/ns/time")
      bundle.config["linux.timeOffsets"] = ["boottime": ["secs": 1, "nanosecs": 0]]
      expectApusSays("linux.timeOffsets", try refusal(of: bundle))
    }

    @Test(arguments: ["realtime", "tai", ""])
    func anotherClockIsRefused(clock: String) throws {
      let bundle = try Self.bundle("true")
      bundle.config["linux.timeOffsets"] = .object([clock: ["secs": 1, "nanosecs": 0]])
      expectApusSays("linux.timeOffsets", try refusal(of: bundle))
    }
  }
}
