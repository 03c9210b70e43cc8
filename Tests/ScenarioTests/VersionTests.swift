import Foundation
import Testing

extension Scenarios {
  /// `--version`: engines parse its first line and look for `commit:` and `spec:`.
  @Suite struct Version {
    @Test(arguments: ["--version", "-v"])
    func threeLinesThatEnginesRead(flag: String) throws {
      if flag == "-v", Runtime.isCrun { return }  // crun has only -V
      let outcome = try Spawned.run([Runtime.binary, flag])
      expectSuccess(outcome)
      #expect(outcome.stderr == "")
      let lines = outcome.stdout.split(separator: "\n").map(String.init)
      let words = try #require(lines.first).split(separator: " ").map(String.init)
      try #require(words.count == 3, "\(outcome)")
      let name = Runtime.isApus ? "apus" : URL(fileURLWithPath: Runtime.binary).lastPathComponent
      #expect(words[0] == name && words[1] == "version")
      #expect(words[2].firstMatch(of: #/^\d+\.\d+\.\d+/#) != nil, "not a version: \(words[2])")
      #expect(lines.contains { $0.firstMatch(of: #/^commit: \S+/#) != nil })
      #expect(lines.contains { $0.firstMatch(of: #/^spec: 1\.\d+\.\d+/#) != nil })
    }

    @Test(.enabled(if: Host.has(program: "setpriv"), "drops root with setpriv"))
    func worksWithoutRoot() throws {
      let user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
      expectSuccess(try Spawned.run(user + [Runtime.binary, "--version"]))
    }

    /// A command line without a container is understood from the words alone.
    @Test(
      .enabled(if: Host.has(program: "unshare"), "mounts over /proc"),
      .disabled(if: Runtime.isCrun, "crun starts itself again from /proc first"),
      arguments: [["--version"], ["features"], ["--help"]])
    func worksWithoutProc(words: [String]) throws {
      if Runtime.isOldRunc, words == ["features"] { return }  // its list of capabilities is in /proc
      let outcome = try Spawned.run(Self.withoutProc + [Runtime.binary] + words)
      expectSuccess(outcome)
      #expect(outcome.stderr == "")
      #expect(try outcome.stdout == Spawned.run([Runtime.binary] + words).stdout)
    }

    @Test(.enabled(if: Host.has(program: "unshare") && Runtime.isApus, "mounts over /proc; peers say what they stumble over"))
    func whatNeedsProcSaysSo() throws {
      let outcome = try Spawned.run(Self.withoutProc + [Runtime.binary, "run", "c1"])
      expectFailure(outcome, saying: "/proc/self/exe", "is /proc mounted?")
      #expect(outcome.status == 1)
    }

    static let withoutProc = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /proc && exec \"$@\"", "sh"]
  }
}
