import Foundation
import Testing

extension Scenarios {
  /// `run` in the foreground of a terminal, with `process.terminal`.
  @Suite struct RunTerminal {
    static func bundle(_ line: String) throws -> Bundle {
      let bundle = try Bundle(shell: line)
      bundle.config["process.terminal"] = true
      return bundle
    }

    @Test func theProcessHasATerminalOfItsOwn() throws {
      let bundle = try Self.bundle("test -t 0 && test -t 1 && test -t 2 && tty; read line; echo \"<$line>\"; exit 9")
      try withTerminal(bundle) { terminal, run in
        try terminal.expect("/dev/pts/0")
        try terminal.type("hello\n")
        try terminal.expect("<hello>")
        #expect(try run.wait().status == 9)
      }
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun 1.8.1 does not set the size"),
      .disabled(if: Runtime.isRunc, "runc sets the size only after the process has begun"))
    func itHasTheSizeOfTheCallersFromTheStart() throws {
      try withTerminal(try Self.bundle("stty size"), rows: 31, columns: 97) { terminal, run in
        try terminal.expect("31 97")
        expectSuccess(try run.wait())
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8.1 does not pass it on")) func aChangeOfSizeArrives() throws {
      let bundle = try Self.bundle(
        "trap 'stty size' WINCH; echo ready; i=0; while [ $i -lt 400 ]; do sleep 0.05; i=$((i+1)); done")
      try withTerminal(bundle) { terminal, run in
        try terminal.expect("ready")
        try terminal.resize(rows: 44, columns: 133)
        try terminal.expect("44 133")
        #expect(!run.isOver)
      }
    }

    /// The caller's terminal is raw while the container has it, so control-C is the container's to handle.
    @Test func controlCharactersGoToTheContainer() throws {
      let bundle = try Self.bundle("trap 'echo interrupted; exit 4' INT; echo ready; while :; do sleep 0.02; done")
      try withTerminal(bundle) { terminal, run in
        try terminal.expect("ready")
        try terminal.type("\u{3}")
        try terminal.expect("interrupted")
        #expect(try run.wait().status == 4)
      }
    }

    @Test func theCallersTerminalIsAsBeforeAtTheEnd() throws {
      try withTerminal(try Self.bundle("echo done")) { terminal, run in
        let before = try terminal.settings()
        try terminal.expect("done")
        expectSuccess(try run.wait())
        #expect(try terminal.settings() == before)
      }
    }

    @Test func allOfTheLastOutputArrives() throws {
      try withTerminal(try Self.bundle("i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done")) { terminal, run in
        try terminal.expect("line 499\r\n")
        #expect(terminal.output.contains("line 0\r\n") && terminal.output.contains("line 250\r\n"))
        expectSuccess(try run.wait())
      }
    }

    private func withTerminal(
      _ bundle: Bundle, rows: UInt16 = 24, columns: UInt16 = 80, sourceLocation: SourceLocation = #_sourceLocation,
      _ body: (Terminal, Spawned) throws -> Void
    ) throws {
      try bundle.write()
      let runtime = try Runtime()
      let id = TemporaryDirectory.newID()
      try assertNothingLeft(by: runtime, sourceLocation: sourceLocation) {
        defer { runtime.deleteQuietly(id) }
        let terminal = try Terminal()
        try terminal.resize(rows: rows, columns: columns)
        let run = try runtime.spawn(["run", "--bundle", bundle.path, id], terminal: terminal.path)
        try body(terminal, run)
      }
    }
  }
}
