import Foundation
import Testing

extension Scenarios {
  /// `--log FILE --log-format text|json`: what an engine reads when a verb failed.
  @Suite struct Log {
    /// A failure before anything exists, and one inside the container.
    static var failures: [String: () throws -> Bundle] {
      [
        "no such program": { try Bundle(["/no/such/program"]) },
        "no such mount source": {
          let bundle = try Bundle()
          bundle.config.append("mounts", value: ["destination": "/mnt", "source": "/no/such/source", "options": ["bind"]])
          return bundle
        },
        "no config.json": {
          let bundle = try Bundle()
          bundle.writesConfig = false
          return bundle
        },
      ]
    }

    /// podman decodes the whole file as one object, containerd takes the last error: exactly one pleases both.
    @Test(
      .disabled(if: Runtime.isOldRunc, "runc 1.1.5 adds a warning where the memory controller is missing"),
      arguments: failures.keys.sorted())
    func aFailureIsOneObject(name: String) throws {
      let (log, outcome) = try fail(name, format: "json")
      let lines = log.split(separator: "\n")
      #expect(lines.count == 1, "\(log)")
      #expect(log.hasSuffix("\n"))
      let record = try Value(parsing: log)
      #expect(record["level"] == "error")
      let message = try #require(record["msg"]?.string)
      #expect(RFC3339.date(try #require(record["time"]?.string)) != nil)
      // The same on stderr, once, as text.
      #expect(outcome.errorLines.count == 1, "\(outcome)")
      #expect(outcome.stderr.contains(message) || Runtime.isCrun, "\(message)\n\(outcome)")
      #expect(!outcome.stderr.contains("{"))
    }

    @Test(arguments: failures.keys.sorted())
    func theLastObjectIsTheError(name: String) throws {
      let (log, outcome) = try fail(name, format: "json")
      let records = try log.split(separator: "\n").map { try Value(parsing: String($0)) }
      let last = try #require(records.last)
      #expect(last["level"] == "error")
      #expect(RFC3339.date(last["time"]?.string ?? "") != nil)
      #expect(outcome.message.contains(try #require(last["msg"]?.string)), "\(outcome)")
    }

    @Test(arguments: failures.keys.sorted())
    func textHasTheMessageToo(name: String) throws {
      let (log, outcome) = try fail(name, format: "text")
      #expect(!log.isEmpty)
      #expect(!outcome.stderr.isEmpty)
      if Runtime.isApus { #expect(log.split(separator: "\n").count == 1) }
    }

    @Test func successLogsNothing() throws {
      let runtime = try Runtime()
      let file = "\(runtime.directory.path)/log"
      runtime.globals = ["--log", file, "--log-format", "json"]
      expectSuccess(try runtime.run(try Bundle()))
      #expect(File.text(file) == "")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun has its own words")) func theFileIsAppendedTo() throws {
      let runtime = try Runtime()
      let file = "\(runtime.directory.path)/log"
      try File.write("before\n", to: file)
      runtime.globals = ["--log", file]
      expectFailure(try runtime("state", "nobody"))
      #expect(File.text(file).hasPrefix("before\n"))
      #expect(File.text(file).contains("not exist"))
    }

    @Test(.disabled(if: Runtime.isCrun, "crun logs nothing more")) func debugAddsRecordsThatAreStillObjects() throws {
      let runtime = try Runtime()
      let file = "\(runtime.directory.path)/log"
      runtime.globals = ["--debug", "--log", file, "--log-format=json"]
      let outcome = try runtime.run(try Bundle())
      expectSuccess(outcome)
      #expect(outcome.stderr == "")
      let records = try File.text(file).split(separator: "\n").map { try Value(parsing: String($0)) }
      #expect(records.contains { $0["level"] == "debug" })
      for record in records {
        #expect(record["msg"]?.string != nil && RFC3339.date(record["time"]?.string ?? "") != nil, "\(record)")
      }
    }

    /// A message with every character that JSON writes differently.
    @Test func theMessageIsEscaped() throws {
      let runtime = try Runtime()
      let file = "\(runtime.directory.path)/log"
      runtime.globals = ["--log", file, "--log-format", "json"]
      let bundle = try Bundle(["/no/\"such\"/\\program\t\u{1}ü"])
      let outcome = try refusal(of: bundle, runtime: runtime)
      expectFailure(outcome)
      let last = try #require(File.text(file).split(separator: "\n").last)
      let message = try #require(try Value(parsing: String(last))["msg"]?.string)
      #expect(message.contains("such") && message.contains("ü"))
    }

    /// Of the engine's own: a pipe that it reads, or a descriptor it has opened.
    @Test(arguments: ["a FIFO", "/dev/fd/7", "/proc/self/fd/7"]) func theFileMayBeAStream(name: String) throws {
      let runtime = try Runtime()
      let (file, fifo) = ("\(runtime.directory.path)/log", "\(runtime.directory.path)/fifo")
      #expect(mkfifo(fifo, 0o600) == 0)
      let line =
        name == "a FIFO"
        ? "cat \(fifo) > \(file) & \"$0\" \"$@\"; status=$?; wait; exit $status" : "exec \"$0\" \"$@\" 7> \(file)"
      runtime.globals = ["--log", name == "a FIFO" ? fifo : name, "--log-format", "json"]
      let bundle = try Bundle(["/no/such/program"])
      try bundle.write()
      let outcome = try runtime(
        "create", "--bundle", bundle.path, TemporaryDirectory.newID(), wrapper: ["sh", "-c", line])
      #expect(outcome.status == 1, "\(outcome)")
      #expect(try Value(parsing: File.text(file))["level"] == "error")
    }

    @Test(.disabled(if: Runtime.isRunc, "runc knows no kinds of logs")) func theKindMayBeNamed() throws {
      let runtime = try Runtime()
      let file = "\(runtime.directory.path)/log"
      runtime.globals = ["--log", "file:\(file)"]
      expectFailure(try runtime("state", "nobody"))
      #expect(File.text(file).contains("exist"))
    }

    @Test(
      .enabled(if: Runtime.isApus, "crun has them, runc takes the name for a file's"), arguments: ["journald:id", "syslog:id"])
    func anotherKindIsRefused(log: String) throws {
      let runtime = try Runtime()
      runtime.globals = ["--log", log]
      let outcome = try runtime.spawn(["list"], directory: runtime.directory.path).wait()
      expectFailure(outcome, saying: log)
      #expect(File.names(in: runtime.directory.path) == [])
    }

    @Test func aFileThatCannotBeOpenedIsRefused() throws {
      let runtime = try Runtime()
      runtime.globals = ["--log", "\(runtime.directory.path)/nowhere/log"]
      let outcome = try refusal(of: try Bundle(), runtime: runtime)
      expectFailure(outcome, saying: "nowhere/log")
    }

    private func fail(_ name: String, format: String) throws -> (log: String, outcome: Outcome) {
      let runtime = try Runtime()
      let file = "\(runtime.directory.path)/log.json"
      runtime.globals = ["--log", file, "--log-format", format]
      guard let makeBundle = Self.failures[name] else { throw HarnessError("no failure named \(name)") }
      let bundle = try makeBundle()
      let outcome = try refusal(of: bundle, runtime: runtime)
      #expect(outcome.status != 0, "\(outcome)")
      return (File.text(file), outcome)
    }
  }
}
