import Foundation
import Testing

extension Scenarios {
  /// `--console-socket`: one message with the terminal's name and its master end.
  @Suite struct ConsoleSocket {
    static func bundle(_ line: String) throws -> Bundle {
      let bundle = try Bundle(shell: line)
      bundle.config["process.terminal"] = true
      return bundle
    }

    @Test func theMasterComesWithItsName() throws {
      let bundle = try Self.bundle("test -t 0 && test -t 1 && test -t 2 && tty; read line; echo \"<$line>\"; sleep 100")
      try withConsole(bundle) { container, terminal in
        try container.start()
        try terminal.expect("/dev/pts/0")
        try terminal.type("hello\n")
        try terminal.expect("<hello>")
        #expect(container.stdout == "", "it spoke past its terminal")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun sends a descriptor and no name")) func theMessageIsTheNameAndOneDescriptor() throws
    {
      let bundle = try Self.bundle("sleep 100")
      let socket = try DescriptorSocket(path: "\(bundle.directory.path)/console")
      try withContainer(bundle, options: ["--console-socket", socket.path]) { _ in
        let message = try socket.receive()
        #expect(message.descriptors.count == 1)
        // runc says "/dev/pts/N"; older ones "/dev/ptmx", the name of what the master was opened by.
        let name = message.payload.trimmingCharacters(in: ["\0"])
        #expect(name.hasPrefix("/dev/pt"), "\(name)")
        if Runtime.isApus { #expect(name.firstMatch(of: #/^/dev/pts/\d+$/#) != nil, "\(name)") }
        for descriptor in message.descriptors { close(descriptor) }
      }
    }

    @Test func theSizeIsTheConfigured() throws {
      let bundle = try Self.bundle("stty size; sleep 100")
      bundle.config["process.consoleSize"] = ["height": 33, "width": 111]
      try withConsole(bundle) { container, terminal in
        try container.start()
        try terminal.expect("33 111")
      }
    }

    @Test func devConsoleIsTheTerminal() throws {
      let bundle = try Self.bundle("test -c /dev/console && echo to console > /dev/console; sleep 100")
      try withConsole(bundle) { container, terminal in
        try container.start()
        try terminal.expect("to console")
      }
    }

    @Test func itIsTheControllingTerminal() throws {
      let bundle = try Self.bundle("trap 'echo interrupted' INT; echo ready > /dev/tty; while :; do sleep 0.02; done")
      try withConsole(bundle) { container, terminal in
        try container.start()
        try terminal.expect("ready")
        try terminal.type("\u{3}")
        try terminal.expect("interrupted")
      }
    }

    @Test func itBelongsToTheUserOfTheProcess() throws {
      let bundle = try Self.bundle("stat -c '<%u>' $(tty); sleep 100")
      bundle.config["process.user"] = ["uid": 1000, "gid": 1000]
      try withConsole(bundle) { container, terminal in
        try container.start()
        try terminal.expect("<1000>")
      }
    }

    @Test func aDetachedRunSendsItToo() throws {
      let bundle = try Self.bundle("echo up; sleep 100")
      let runtime = try Runtime()
      let socket = try DescriptorSocket(path: "\(bundle.directory.path)/console")
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        let id = TemporaryDirectory.newID()
        defer { runtime.deleteQuietly(id) }
        expectSuccess(try runtime("run", "-d", "--bundle", bundle.path, "--console-socket", socket.path, id))
        let terminal = Terminal(adopting: try #require(try socket.receive().descriptors.first), path: "")
        try terminal.expect("up")
      }
    }

    @Test func aTerminalWithoutSocketIsRefused() throws {
      let runtime = try Runtime()
      for arguments in [["create"], ["run", "--detach"]] {
        let bundle = try Self.bundle("true")
        try bundle.write()
        let options = Array(arguments.dropFirst())
        let outcome = try refusal(of: bundle, runtime: runtime, verb: arguments[0], options: options)
        if !Runtime.isCrun {
          #expect(outcome.message.contains("cannot allocate tty if "), "\(outcome)")
          #expect(outcome.message.contains(" will detach without setting console socket"), "\(outcome)")
        }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun ignores it"))
    func aSocketWithoutTerminalIsRefused() throws {
      let bundle = try Bundle()
      let socket = try DescriptorSocket(path: "\(bundle.directory.path)/console")
      let runtime = try Runtime()
      let outcome = try refusal(of: bundle, runtime: runtime, options: ["--console-socket", socket.path])
      expectFailure(outcome, saying: "cannot use console socket if ", " will not detach or allocate tty")
      #expect(!socket.isCalled(within: 0.05))
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes it"))
    func aSocketInTheForegroundIsRefused() throws {
      let bundle = try Self.bundle("true")
      let socket = try DescriptorSocket(path: "\(bundle.directory.path)/console")
      let outcome = try Runtime().run(bundle, options: ["--console-socket", socket.path])
      expectFailure(outcome, saying: "cannot use console socket if ")
    }

    @Test func aSocketThatIsNotThereIsRefused() throws {
      let bundle = try Self.bundle("true")
      let runtime = try Runtime()
      let outcome = try refusal(of: bundle, runtime: runtime, options: ["--console-socket", "\(bundle.path)/none"])
      expectFailure(outcome, saying: "none")
    }

    private func withConsole(
      _ bundle: Bundle, sourceLocation: SourceLocation = #_sourceLocation, _ body: (Container, Terminal) throws -> Void
    ) throws {
      let socket = try DescriptorSocket(path: "\(bundle.directory.path)/console")
      try withContainer(bundle, options: ["--console-socket", socket.path], sourceLocation: sourceLocation) { container in
        let message = try socket.receive()
        let master = try #require(message.descriptors.first, sourceLocation: sourceLocation)
        try body(container, Terminal(adopting: master, path: message.payload))
      }
    }
  }
}
