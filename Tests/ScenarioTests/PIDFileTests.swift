import Foundation
import Testing

extension Scenarios {
  /// `--pid-file`: engines parse it without trimming, the moment `create` has returned.
  @Suite struct PIDFile {
    @Test func digitsAndNothingElse() throws {
      let bundle = try Bundle(["sleep", "100"])
      let file = "\(bundle.directory.path)/pid"
      try withContainer(bundle, options: ["--pid-file", file]) { container in
        let pid = try container.pid
        #expect(File.text(file) == String(pid))
      }
    }

    /// By rename: whoever has the old file open never sees half a number.
    @Test(.disabled(if: Runtime.isCrun, "crun writes into the old file")) func anOldFileIsReplacedNotRewritten() throws {
      let bundle = try Bundle(["sleep", "100"])
      let file = "\(bundle.directory.path)/pids/pid"
      try File.makeDirectory("\(bundle.directory.path)/pids")
      try File.write("old", to: file)
      let other = "\(bundle.directory.path)/other"
      #expect(link(file, other) == 0)
      try withContainer(bundle, options: ["--pid-file=\(file)"]) { container in
        let pid = try container.pid
        #expect(File.text(file) == String(pid))
        #expect(File.text(other) == "old")
        #expect(File.names(in: "\(bundle.directory.path)/pids") == ["pid"], "the temporary file is still there")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes it as one of the bundle")) func aRelativeOneIsOfTheWorkingDirectory() throws {
      let bundle = try Bundle(["sleep", "100"])
      let runtime = try Runtime()
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        let id = TemporaryDirectory.newID()
        defer { runtime.deleteQuietly(id) }
        let arguments = ["create", "--bundle", bundle.path, "--pid-file", "here", id]
        expectSuccess(try runtime.spawn(arguments, directory: bundle.directory.path).wait())
        #expect(pid_t(File.text("\(bundle.directory.path)/here")) != nil)
        #expect(!File.exists("\(bundle.path)/here"))
      }
    }

    @Test func runWritesItToo() throws {
      let bundle = try Bundle()
      let file = "\(bundle.directory.path)/pid"
      expectSuccess(try Runtime().run(bundle, options: ["--pid-file", file]))
      #expect((pid_t(File.text(file)) ?? 0) > 1)
    }

    /// The number of a dead process is soon that of another.
    @Test(.disabled(if: Runtime.isRunc || Runtime.isCrun, "they leave it"), arguments: ["startContainer", "poststart", "exec"])
    func aRunThatFailsLeavesNone(at place: String) throws {
      let bundle = try Bundle(["sleep", "100"])
      let file = "\(bundle.directory.path)/pids/pid"
      try File.makeDirectory("\(bundle.directory.path)/pids")
      if place == "exec" {
        try File.write("no program", to: "\(bundle.rootfs)/bin/text", mode: 0o755)
        bundle.config["process.args"] = ["/bin/text"]
      } else {
        bundle.config["hooks", place] = [["path": "/bin/sh", "args": ["sh", "-c", "exit 1"]]]
      }
      expectFailure(try Runtime().run(bundle, options: ["--detach", "--pid-file", file]))
      #expect(File.names(in: "\(bundle.directory.path)/pids") == [])
    }

    @Test(.enabled(if: Runtime.isApus, "peers leave the temporary file")) func aPlaceThatIsTakenIsLeftAlone() throws {
      let bundle = try Bundle()
      let place = "\(bundle.directory.path)/pids"
      try File.makeDirectory("\(place)/pid/below")
      try expectRefusal(of: bundle, saying: "\(place)/pid", options: ["--pid-file", "\(place)/pid"])
      #expect(File.names(in: place) == ["pid"])
    }

    @Test func aPlaceThatIsNotThereIsRefused() throws {
      let bundle = try Bundle()
      try expectRefusal(
        of: bundle, saying: "nowhere", options: ["--pid-file", "\(bundle.directory.path)/nowhere/pid"])
    }
  }
}
