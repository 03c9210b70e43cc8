import Foundation
import Testing

extension Scenarios {
  /// Which ids there can be, and how long the paths made of them.
  @Suite struct ContainerID {
    @Test(arguments: ["A_b-c+d.e", "0", "a", "a..b", "+", "_", String(repeating: "l", count: 200)])
    func legalOnes(id: String) throws {
      let outcome = try Runtime().run(try Bundle(["echo", "hello"]), id: id)
      expectSuccess(outcome)
      #expect(outcome.stdout == "hello\n")
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun before 1.28 refuses only slashes"),
      arguments: ["", ".", "..", "a/b", "../a", "/a", "a b", "a:b", "ä", "a\nb", "a\"b", "a*", "~"])
    func illegalOnes(id: String) throws {
      let runtime = try Runtime()
      let bundle = try Bundle()
      let outcome = try refusal(of: bundle, runtime: runtime, id: id)
      expectFailure(outcome)
      if !id.isEmpty || Runtime.isApus { #expect(outcome.message.contains("invalid container ID format"), "\(outcome)") }
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun 1.8.1 joins the id to the root unchecked"),
      arguments: ["state", "start", "kill", "delete", "pause", "resume"], ["../outside", "..", "a/b"])
    func illegalOnesFindNothing(verb: String, id: String) throws {
      let runtime = try Runtime()
      let outside = "\(runtime.directory.path)/outside"
      try File.makeDirectory(outside)
      try File.write("{}", to: "\(outside)/state.json")
      try File.makeDirectory(runtime.root)
      expectFailure(try runtime(verb, id))
      #expect(File.text("\(outside)/state.json") == "{}")
    }

    @Test(
      .enabled(if: Runtime.isApus, "a name that no file can have: runc and crun say what the kernel says"))
    func oneTooLongForAFileIsRefused() throws {
      let runtime = try Runtime()
      let bundle = try Bundle()
      let outcome = try refusal(of: bundle, runtime: runtime, id: String(repeating: "l", count: 300))
      expectFailure(outcome)
    }

    /// The address of an AF_UNIX socket has room for 107 bytes; a root may be longer.
    @Test func aLongRootServesEveryVerb() throws {
      let runtime = try Runtime(rootName: String(repeating: "r", count: 120))
      try withContainer(try Bundle(shell: "echo up; sleep 100"), runtime: runtime) { container in
        try container.start()
        try Harness.waitUntil("it has spoken") { container.stdout == "up\n" }
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
        expectSuccess(try container.runtime("delete", container.id))
      }
    }

    @Test func aLongRootServesATerminal() throws {
      let runtime = try Runtime(rootName: String(repeating: "r", count: 120))
      let bundle = try Bundle(shell: "echo up; sleep 100")
      bundle.config["process.terminal"] = true
      let socket = try DescriptorSocket(path: "\(bundle.directory.path)/console")
      try withContainer(bundle, runtime: runtime, options: ["--console-socket", socket.path]) { container in
        let terminal = Terminal(adopting: try #require(try socket.receive().descriptors.first), path: "")
        try container.start()
        try terminal.expect("up")
      }
    }

    @Test func aLongPathOfTheBundle() throws {
      let bundle = try Bundle(["sleep", "100"])
      let long = "\(bundle.directory.path)/\(String(repeating: "b", count: 200))"
      try bundle.write()
      #expect(rename(bundle.path, long) == 0)
      let runtime = try Runtime()
      try assertNothingLeft(by: runtime) {
        let id = TemporaryDirectory.newID()
        defer { runtime.deleteQuietly(id) }
        expectSuccess(try runtime.spawn(["create", "--bundle", long, id]).wait())
        #expect(try runtime.state(id)?["bundle"]?.string == long)
        expectSuccess(try runtime("start", id))
      }
    }
  }
}
