import Foundation
import Testing

@testable import Commands
@testable import Kernel

/// 2026-01-02T03:04:05.6Z
private let moment = Timestamp(seconds: 1_767_323_045, nanoseconds: 600_000_000)

@Suite struct ReportTests {
  @Test(
    "A record is one line, with the message quoted",
    arguments: [
      ("plain", #"{"level":"error","msg":"plain","time":"2026-01-02T03:04:05Z"}"#, #"msg="plain""#),
      (
        #"exec: "x/y" \"#, #"{"level":"error","msg":"exec: \"x/y\" \\","time":"2026-01-02T03:04:05Z"}"#,
        #"msg="exec: \"x/y\" \\""#
      ),
      ("süß", #"{"level":"error","msg":"süß","time":"2026-01-02T03:04:05Z"}"#, #"msg="süß""#),
    ])
  func records(message: String, json: String, text: String) {
    #expect(Report.record(.json, .error, message, moment) == json + "\n")
    #expect(Report.record(.text, .error, message, moment) == "time=\"2026-01-02T03:04:05Z\" level=error \(text)\n")
  }

  @Test("No text can end a line or reach the terminal's control sequences")
  func oneLine() {
    #expect("a\nb\r\u{1b}[2J\t\u{7f}\u{9b}\u{2028}ü".onOneLine == "a\\nb\\r\\u{1b}[2J\\t\\u{7f}\\u{9b}\\u{2028}ü")
  }

  /// Makes a report with `flags`, tells it an error, a warning and a debug line, and returns the log's lines.
  private func log(_ flags: [String]) throws -> [String] {
    let path = NSTemporaryDirectory() + "apus-report-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }  // a test that failed before has made none
    var globals = Values()
    let parser = Parser(flags: CommandTable.globals, flagPlace: .beforeOperands)
    _ = try parser.parse(["--log", path] + flags, into: &globals)
    let report = try Report(globals)
    #expect(FileManager.default.fileExists(atPath: path))
    report.subject = "create c1"
    report.debug("looking")
    report.warn("odd")
    report.fail(Failure("broken", errno: .init(rawValue: 2), hint: "try\nagain"))
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { String($0) }
  }

  @Test("A log file gets exactly one record for a failed command, because podman decodes the whole file")
  func onlyTheError() throws {
    let lines = try log(["--log-format", "json"])
    #expect(lines.count == 1)
    let record = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: String])
    #expect(Set(record.keys) == ["level", "msg", "time"])
    #expect(record["level"] == "error")
    #expect(record["msg"] == "apus: create c1: broken: No such file or directory (try\\nagain)")
  }

  @Test(
    "Warnings and debug lines are logged when they are asked for",
    arguments: [
      (["--log-level", "error"], ["error"]), (["--log-level=warning"], ["warning", "error"]),
      (["--log-level", "debug"], ["debug", "warning", "error"]), (["--debug"], ["debug", "warning", "error"]),
      (["--debug", "--log-level", "error"], ["debug", "warning", "error"]), (["--debug=false"], ["error"]),
    ])
  func levels(flags: [String], expected: [String]) throws {
    let found = try log(flags).map { line in line.split(separator: " ")[1].dropFirst("level=".count) }
    #expect(found.map { String($0) } == expected)
  }

  @Test("A log file that cannot be opened is an error which names it")
  func unopened() {
    var globals = Values()
    globals.add(.log, "/proc/none/log")
    let failure = #expect(throws: Failure.self) { _ = try Report(globals) }
    #expect(failure?.message == "--log /proc/none/log: openat2: No such file or directory")
  }
}
