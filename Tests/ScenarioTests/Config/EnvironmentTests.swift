import Foundation
import Testing

extension Scenarios {
  /// `process.env` and `process.args`.
  @Suite struct Environment {
    static func bundle(_ variables: [String], _ arguments: [String] = ["/bin/env"]) throws -> Bundle {
      let bundle = try Bundle(arguments)
      bundle.config["process.env"] = Value(["PATH=/bin"] + variables)
      return bundle
    }

    static func lines(_ bundle: Bundle) throws -> [String] { try output(of: bundle).split(separator: "\n").map(String.init) }

    @Test func itIsTheListAndHOME() throws {
      let lines = try Self.lines(Self.bundle(["ONE=1", "EMPTY=", "SPACED=a b  c", "EQUALS=a=b=c"]))
      #expect(Set(lines) == ["PATH=/bin", "ONE=1", "EMPTY=", "SPACED=a b  c", "EQUALS=a=b=c", "HOME=/root"])
    }

    @Test func nothingOfTheCallersComesAlong() throws {
      let bundle = try Self.bundle([])
      let outcome = try Runtime().run(bundle, environment: ["SECRET": "of the caller", "LD_PRELOAD": "", "LISTEN_PID": "1"])
      #expect(Set(outcome.stdout.split(separator: "\n").map(String.init)) == ["PATH=/bin", "HOME=/root"], "\(outcome)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun passes both on")) func ofTwoTheLastCounts() throws {
      let lines = try Self.lines(Self.bundle(["NAME=first", "OTHER=x", "NAME=second"]))
      #expect(lines.filter { $0.hasPrefix("NAME=") } == ["NAME=second"])
    }

    @Test func bytesBeyondASCIIArriveWhole() throws {
      #expect(try Self.lines(Self.bundle(["GREETING=grüß Gott ☃"])).contains("GREETING=grüß Gott ☃"))
    }

    @Test func HOMEIsFromPasswd() throws {
      let bundle = try Self.bundle([])
      bundle.setUser(uid: 1000, gid: 1000)
      #expect(try Self.lines(bundle).contains("HOME=/home"))
    }

    /// By number: a *name* that looks like the number is another user (CVE-2016-3697).
    @Test func HOMEIsThatOfTheNumber() throws {
      let bundle = try Self.bundle([])
      bundle.setUser(uid: 1000, gid: 1000)
      try File.write("1000:x:0:0::/root/wrong:/bin/sh\nguest:x:1000:1000::/right:/bin/sh\n", to: "\(bundle.rootfs)/etc/passwd")
      #expect(try Self.lines(bundle).contains("HOME=/right"))
    }

    @Test func HOMEIsKept() throws {
      let lines = try Self.lines(Self.bundle(["HOME=/elsewhere"]))
      #expect(lines.filter { $0.hasPrefix("HOME=") } == ["HOME=/elsewhere"])
    }

    /// runc takes a line without a number for that of root.
    @Test(
      .disabled(if: Runtime.isCrun, "crun leaves it out"),
      arguments: ["", "nobody:x:1:1::/x:/bin/sh\n"] + (Runtime.isRunc ? [] : ["garbage\n::::\nroot\n"]))
    func withoutAnEntryHOMEIsTheRoot(passwd: String) throws {
      let bundle = try Self.bundle([])
      try File.write(passwd, to: "\(bundle.rootfs)/etc/passwd")
      #expect(try Self.lines(bundle).contains("HOME=/"))
    }

    @Test func withoutPasswdHOMEIsTheRoot() throws {
      let bundle = try Self.bundle([])
      expectSuccess(try Spawned.run(["rm", "\(bundle.rootfs)/etc/passwd"]))
      #expect(try Self.lines(bundle).contains("HOME=/"))
    }

    /// It would hang whoever reads it.
    @Test(.enabled(if: Runtime.isApus, "peers hang")) func aFIFOAsPasswdHangsNobody() throws {
      let bundle = try Self.bundle([])
      expectSuccess(try Spawned.run(["sh", "-c", "rm \(bundle.rootfs)/etc/passwd; mkfifo \(bundle.rootfs)/etc/passwd"]))
      #expect(try Self.lines(bundle).contains("HOME=/"))
    }

    // MARK: args

    @Test func theArgumentsArriveAsTheyAre() throws {
      let words = ["a b", "", "*", "$HOME", "\"quoted\"", "ünï", "--flag=x"]
      let bundle = try Bundle(["sh", "-c", "for a; do echo \"<$a>\"; done", "sh"] + words)
      #expect(try output(of: bundle) == words.map { "<\($0)>\n" }.joined())
    }

    @Test func theProgramIsFoundInThePATHOfTheContainer() throws {
      let bundle = try Self.bundle([], ["mine"])
      try File.write("#!/bin/sh\necho mine\n", to: "\(bundle.rootfs)/usr/bin/mine", mode: 0o755)
      bundle.config["process.env"] = ["PATH=/nowhere:/usr/bin"]
      #expect(try output(of: bundle) == "mine\n")
    }

    @Test func aRelativeProgramIsTakenFromTheWorkingDirectory() throws {
      let bundle = try Self.bundle([], ["./mine"])
      try File.write("#!/bin/sh\necho mine\n", to: "\(bundle.rootfs)/usr/mine", mode: 0o755)
      bundle.config["process.cwd"] = "/usr"
      #expect(try output(of: bundle) == "mine\n")
    }

    @Test func noArgumentsAreRefused() throws {
      let bundle = try Bundle([])
      expectApusSays("process.args", try refusal(of: bundle))
    }
  }
}
