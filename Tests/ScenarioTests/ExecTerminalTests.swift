import Foundation
import Testing

extension Scenarios {
  /// `exec` with a terminal: of the caller's with `-t`, or by `--console-socket`.
  @Suite struct ExecTerminal {
    @Test func inTheForegroundItIsRelayed() throws {
      try withSleeper { container throws in
        try withTerminal(container, ["sh", "-c", "tty; stty size; read line; echo \"<$line>\"; exit 9"]) { terminal, exec in
          try terminal.expect("/dev/pts/0")
          if Runtime.isApus { try terminal.expect("31 97") }
          try terminal.type("hello\n")
          try terminal.expect("<hello>")
          #expect(try exec.wait().status == 9)
        }
      }
    }

    @Test func controlCharactersGoToTheProcess() throws {
      try withSleeper { container throws in
        let line = "trap 'echo interrupted; exit 4' INT; echo ready; while :; do sleep 0.02; done"
        try withTerminal(container, ["sh", "-c", line]) { terminal, exec in
          let before = try terminal.settings()
          try terminal.expect("ready")
          #expect(try terminal.settings() != before)
          try terminal.type("\u{3}")
          try terminal.expect("interrupted")
          #expect(try exec.wait().status == 4)
          #expect(try terminal.settings() == before)
        }
      }
    }

    /// The terminal of whoever called is as it was, whatever went wrong.
    @Test func aFailureLeavesTheTerminalAsItWas() throws {
      try withSleeper { container throws in
        try withTerminal(container, ["nosuch"]) { terminal, exec in
          let before = try terminal.settings()
          #expect(try exec.wait().status == 255)
          #expect(try terminal.settings() == before)
        }
      }
    }

    /// In containerd's form.
    @Test func detachedItsMasterIsSent() throws {
      try withSleeper { container throws in
        let socket = try DescriptorSocket(path: "\(container.bundle.directory.path)/console")
        let file = try container.processFile {
          $0["terminal"] = true
          $0["consoleSize"] = ["height": 33, "width": 111]
          $0["args"] = ["sh", "-c", "tty; stty size; echo tty > /dev/tty; read line; echo \"<$line>\"; sleep 500"]
        }
        let pidFile = "\(container.bundle.directory.path)/pid"
        expectSuccess(
          try container.exec(
            [], options: ["--process", file, "--console-socket", socket.path, "--detach", "--pid-file", pidFile]))
        let message = try socket.receive()
        #expect(message.descriptors.count == 1)
        let terminal = Terminal(adopting: try #require(message.descriptors.first), path: message.payload)
        try terminal.expect("/dev/pts/0")
        if Runtime.isApus {
          #expect(message.payload == "/dev/pts/0")
          try terminal.expect("33 111")
        }
        try terminal.expect("tty\r\n")
        try terminal.type("hello\n")
        try terminal.expect("<hello>")
        try container.endJoined(try #require(pid_t(File.text(pidFile))))
      }
    }

    /// /dev/console is the terminal of the container's first process, if it has one.
    @Test func theConsoleStaysTheContainers() throws {
      let bundle = try Bundle(["sleep", "1000"])
      bundle.config["process.terminal"] = true
      let first = try DescriptorSocket(path: "\(bundle.directory.path)/first")
      try withContainer(bundle, options: ["--console-socket", first.path]) { container throws in
        let console = Terminal(adopting: try #require(try first.receive().descriptors.first), path: "")
        try container.start()
        try withTerminal(container, ["sh", "-c", "tty; echo for the first > /dev/console"]) { terminal, exec in
          try terminal.expect("/dev/pts/1")
          try console.expect("for the first")
          expectSuccess(try exec.wait())
        }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes both")) func socketAndTerminalGoTogether() throws {
      try withSleeper { container throws in
        let socket = try DescriptorSocket(path: "\(container.bundle.directory.path)/console")
        let without = try container.exec(["true"], options: ["--detach", "--tty"])
        expectFailure(without, saying: "cannot allocate tty if ", " will detach without setting console socket")
        for options in [["--detach"], ["--tty"]] {
          let outcome = try container.exec(["true"], options: options + ["--console-socket", socket.path])
          expectFailure(outcome, saying: "cannot use console socket if ", " will not detach or allocate tty")
          #expect(outcome.status == 255)
        }
        #expect(!socket.isCalled(within: 0.05))
      }
    }

    private func withTerminal(
      _ container: Container, _ command: [String], _ body: (Terminal, Spawned) throws -> Void
    ) throws {
      let terminal = try Terminal()
      try terminal.resize(rows: 31, columns: 97)
      let exec = try container.runtime.spawn(["exec", "-t", container.id] + command, terminal: terminal.path)
      try body(terminal, exec)
    }
  }

  /// `--pidfd-socket` of `create`, `run` and `exec`.
  @Suite(
    .disabled(if: Runtime.isOldRunc, "runc before 1.2 has none"), .disabled(if: Runtime.isCrun, "crun has none"))
  struct PIDFDSocket {
    /// The process that a pidfd holds: pidfd_open(2), "fdinfo".
    private func pid(heldBy message: DescriptorSocket.Message) throws -> pid_t {
      let pidfd = try #require(message.descriptors.first)
      let line = File.text("/proc/self/fdinfo/\(pidfd)").split(separator: "\n").first { $0.hasPrefix("Pid:") }
      return try #require(line.flatMap { pid_t($0.dropFirst(4).trimmingCharacters(in: .whitespaces)) })
    }

    @Test func itIsOneOfTheContainersFirstProcess() throws {
      let bundle = try Bundle(["sleep", "100"])
      let socket = try DescriptorSocket(path: "\(bundle.directory.path)/pidfd")
      try withContainer(bundle, options: ["--pidfd-socket", socket.path]) { container throws in
        let message = try socket.receive()
        defer { for descriptor in message.descriptors { close(descriptor) } }
        #expect(message.payload == "standard" && message.descriptors.count == 1)
        #expect(try pid(heldBy: message) == container.pid)
        // Nobody in the container holds the other end.
        #expect(File.names(in: "/proc/\(try container.pid)/fd").count <= 5)
      }
    }

    @Test func ofRunToo() throws {
      let bundle = try Bundle(["true"])
      let socket = try DescriptorSocket(path: "\(bundle.directory.path)/pidfd")
      expectSuccess(try Runtime().run(bundle, options: ["--pidfd-socket=\(socket.path)"]))
      let message = try socket.receive()
      for descriptor in message.descriptors { close(descriptor) }
      #expect(message.payload == "standard")
    }

    @Test func ofAProcessThatJoins() throws {
      try withSleeper { container throws in
        let socket = try DescriptorSocket(path: "\(container.bundle.directory.path)/pidfd")
        let file = "\(container.bundle.directory.path)/pid"
        expectSuccess(
          try container.exec(["sleep", "500"], options: ["-d", "--pid-file", file, "--pidfd-socket", socket.path]))
        let message = try socket.receive()
        defer { for descriptor in message.descriptors { close(descriptor) } }
        #expect(message.payload == "setns")
        let pid = try pid(heldBy: message)
        #expect(File.text(file) == "\(pid)")
        try container.endJoined(pid)
      }
    }

    @Test func oneThatIsNotThereIsRefused() throws {
      let bundle = try Bundle(["true"])
      let outcome = try refusal(of: bundle, options: ["--pidfd-socket", "\(bundle.path)/none"])
      expectApusSays("connecting to the pidfd socket \(bundle.path)/none", outcome)
      try withSleeper { container throws in
        #expect(try container.exec(["true"], options: ["--pidfd-socket", "\(bundle.path)/none"]).status == 255)
      }
    }
  }
}
