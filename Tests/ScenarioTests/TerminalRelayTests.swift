import Foundation
import Testing

extension Scenarios {
  /// What `run` carries between its own streams and the container's terminal, when one side is slow or gone.
  @Suite struct RelayedTerminal {
    private static let size = 3_000_000

    /// A program that is fed more than any buffer on the way holds, before it has read what it answers with.
    @Test(.enabled(if: Runtime.isApus, "peers want a terminal of their own for one in the container"))
    func floodsInBothDirections() throws {
      let bundle = try RunTerminal.bundle("stty raw -echo; echo ready; head -c \(Self.size); exit 6")
      let flag = "\(bundle.directory.path)/go"
      // `sh -c` with the runtime's command line: feeds it once the flag is there.
      let feeder = "{ until test -e \(flag); do sleep 0.02; done; yes 0123456 | head -c \(Self.size); } | \"$@\""
      try withRun(bundle, wrapper: ["/bin/sh", "-c", feeder, "sh"]) { run in
        try Harness.waitUntil("the terminal is raw") { run.stdout.contains("ready") }
        try File.write("", to: flag)
        let outcome = try run.wait(timeout: 30 * Host.patience)
        #expect(outcome.status == 6)
        let answer = outcome.stdout.drop { $0 != "0" }
        #expect(answer.utf8.count == Self.size, "\(answer.utf8.count) bytes came back; \(outcome.stderr)")
        #expect(answer.utf8.elementsEqual((0..<Self.size).lazy.map { Array("0123456\n".utf8)[$0 % 8] }))
      }
    }

    /// Nobody reads what the container writes: signals arrive all the same, and nothing written is lost.
    @Test(.enabled(if: Runtime.isApus, "runc holds signals up, too, while it writes")) func aSlowReaderHoldsUpNoSignal() throws {
      let bundle = try RunTerminal.bundle(
        "trap 'echo heard > /flag; kill $child; wait $child; echo the end; exit 5' TERM; yes & child=$!; echo > /begun; wait")
      let ends = try Spawned.makePipe()
      defer { close(ends.read) }
      try withRun(bundle, output: ends.write) { run in
        close(ends.write)
        try Harness.waitUntil("it runs") { File.exists("\(bundle.rootfs)/begun") }
        usleep(300_000)  // until all buffers are full
        run.send(SIGTERM)
        try Harness.waitUntil("the signal has arrived") { File.text("\(bundle.rootfs)/flag") == "heard\n" }
        try drainSlowly(ends.read, until: "the end\r\n")
        #expect(try run.wait().status == 5)
      }
    }

    /// With nobody to write to, what is left is given up at the caller's word.
    @Test(.enabled(if: Runtime.isApus, "runc waits for its reader")) func itCanBeEndedWhileNobodyReads() throws {
      let bundle = try RunTerminal.bundle("head -c 300000 /dev/zero & child=$!; sleep 0.3; kill -9 $child; exit 5")
      let ends = try Spawned.makePipe()
      defer { close(ends.read) }
      try withRun(bundle, output: ends.write) { run in
        close(ends.write)
        usleep(1_500_000)
        #expect(!run.isOver, "it has not waited for its reader")
        run.send(SIGTERM)
        let outcome = try run.wait()
        #expect(outcome.status == 5)
      }
    }

    /// The flags of an open file are shared by all that have inherited it, such as the shell `run` was called from.
    @Test func theCallersStreamsStayBlocking() throws {
      let terminal = try Terminal()
      let slave = open(terminal.path, O_RDWR | O_NOCTTY | O_CLOEXEC)
      defer { close(slave) }
      let bundle = try RunTerminal.bundle("echo ready; sleep 0.3")
      try withRun(bundle, input: .descriptor(slave), output: slave) { run in
        try terminal.expect("ready")
        #expect(fcntl(slave, F_GETFL) & O_NONBLOCK == 0)
        expectSuccess(try run.wait())
        #expect(fcntl(slave, F_GETFL) & O_NONBLOCK == 0)
      }
    }

    /// A reader that is gone is the runtime's trouble: the container hears nothing of it, and is not held up.
    @Test(.disabled(if: Runtime.isRunc || Runtime.isCrun, "runc passes its own SIGPIPE on, crun dies of it"))
    func aReaderThatIsGoneIsNotToldToTheContainer() throws {
      let bundle = try RunTerminal.bundle(
        """
        trap 'echo SIGPIPE >> /heard' PIPE; until test -e /go; do sleep 0.02; done
        i=0; while [ $i -lt 20 ]; do echo $i; sleep 0.02; i=$((i+1)); done; head -c 300000 /dev/zero; echo end >> /heard; exit 5
        """)
      let ends = try Spawned.makePipe()
      try withRun(bundle, output: ends.write) { run in
        close(ends.write)
        close(ends.read)
        try File.write("", to: "\(bundle.rootfs)/go")
        #expect(try run.wait().status == 5)
        #expect(File.text("\(bundle.rootfs)/heard") == "end\n")
      }
    }

    /// What a program takes as a word to it goes through, whatever it means to a job of a shell.
    @Test func signalsOfOthersArePassedOn() throws {
      let bundle = try Bundle(
        shell: """
          for s in PIPE TTIN TTOU TSTP USR1; do trap "echo $s" $s; done; trap 'exit 3' TERM
          echo ready; while :; do sleep 0.02; done
          """)
      try withRun(bundle) { run in
        try Harness.waitUntil("it listens") { run.stdout.contains("ready") }
        for (signal, name) in [(SIGPIPE, "PIPE"), (SIGTTIN, "TTIN"), (SIGTTOU, "TTOU"), (SIGTSTP, "TSTP"), (SIGUSR1, "USR1")] {
          run.send(signal)
          try Harness.waitUntil("SIG\(name) has arrived") { run.stdout.contains("\(name)\n") }
        }
        run.send(SIGTERM)
        #expect(try run.wait().status == 3)
      }
    }

    private func withRun(
      _ bundle: Bundle, input: Spawned.Input = .null, output: Int32? = nil, wrapper: [String] = [],
      sourceLocation: SourceLocation = #_sourceLocation, _ body: (Spawned) throws -> Void
    ) throws {
      try bundle.write()
      let runtime = try Runtime()
      let id = TemporaryDirectory.newID()
      try assertNothingLeft(by: runtime, sourceLocation: sourceLocation) {
        defer { runtime.deleteQuietly(id) }
        let run = try runtime.spawn(
          ["run", "--bundle", bundle.path, id], input: input, output: output, wrapper: wrapper)
        try body(run)
      }
    }

    /// Reads in small pieces until a text was there, then to the end.
    private func drainSlowly(_ descriptor: Int32, until text: String) throws {
      let deadline = Date().addingTimeInterval(20 * Host.patience)
      var last = ""
      var buffer = [UInt8](repeating: 0, count: 4096)
      while Date() < deadline {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 100) > 0 else { continue }
        let count = read(descriptor, &buffer, buffer.count)
        if count <= 0 { break }
        last = String((last + String(decoding: buffer[..<count], as: UTF8.self)).suffix(100))
      }
      #expect(last.hasSuffix(text), "the last that was read: \(last.debugDescription)")
    }
  }
}
