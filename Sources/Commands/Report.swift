import JSON
import Kernel

/// Tells the caller of errors, warnings and debug lines. The only place that does.
///
/// An error is one line on the standard error, and with `--log FILE` one record more in that file. A warning goes to one
/// place: the file if there is one, else the standard error.
///
/// Which level is on when none was asked for depends on the log file. podman decodes the whole file as one JSON object
/// (the error's), so a warning beside it would lose the message: with a file only errors are written. Without one, a
/// person or an engine without expectations reads the standard error, and nothing is kept from them: warnings are shown.
final class Report {
  enum Level: String, CaseIterable { case error, warning, debug }
  enum Format: String, CaseIterable { case text, json }

  /// What is being done, `create c1`: the beginning of each message.
  var subject = ""
  private let level: Level
  private let format: Format
  let file: SharedDescriptor?

  /// Before the command line is understood: text on the standard error.
  init() {
    level = .warning
    format = .text
    file = nil
  }

  /// Creates the log file first of all, so that every later failure finds it.
  init(_ globals: Values) throws(Failure) {
    let asked = globals.isOn(.debug) ? .debug : globals.text(.logLevel).flatMap { Level(rawValue: $0) }
    format = globals.text(.logFormat).flatMap { Format(rawValue: $0) } ?? .text
    guard let path = try globals.text(.log).map(Report.path), !path.isEmpty else {
      level = asked ?? .warning
      file = nil
      return
    }
    level = asked ?? .error
    file = SharedDescriptor(
      try during(
        "--log \(path)", Descriptor.open(host: path, [.writeOnly, .append, .create, .noControllingTerminal], mode: 0o644)))
  }

  /// crun's `--log` may name the kind of log before a colon.
  private static func path(_ text: String) throws(Failure) -> String {
    for kind in ["journald:", "syslog:"] where text.hasPrefix(kind) {
      throw Failure("--log \(text): there is no log but a file", hint: "give a path, or file: and a path")
    }
    return text.hasPrefix("file:") ? String(text.dropFirst("file:".count)) : text
  }

  /// Says that the verb failed.
  func fail(_ failure: Failure) {
    let message = compose(failure.message)
    if file == nil {
      // Who asks for JSON without naming a file reads it from the standard error, as of runc.
      writeToStandardError(format == .json ? Report.record(.json, .error, message, .now) : message + "\n")
    } else {
      writeToStandardError(message + "\n")
      log(.error, message)
    }
  }

  var isDebugging: Bool { isOn(.debug) }
  func warn(_ text: String) { tell(.warning, text) }
  func debug(_ text: String) { tell(.debug, text) }

  private func tell(_ severity: Level, _ text: String) {
    guard isOn(severity) else { return }
    if file != nil { return log(severity, compose(text)) }
    let line = compose("\(severity.rawValue): \(text)") + "\n"
    writeToStandardError(format == .json ? Report.record(.json, severity, compose(text), .now) : line)
  }

  private func isOn(_ severity: Level) -> Bool {
    switch level {
    case .error: severity == .error
    case .warning: severity != .debug
    case .debug: true
    }
  }

  private func compose(_ text: String) -> String {
    ["apus", subject, text].filter { !$0.isEmpty }.joined(separator: ": ").onOneLine
  }

  /// One write(2) with O_APPEND: records of several processes don't mix.
  private func log(_ severity: Level, _ message: String) {
    guard let file else { return }
    do throws(Failure) { try file.descriptor.writeOnce(Report.record(format, severity, message, .now)) } catch {
      writeToStandardError(compose("writing the log file: \(error.message)") + "\n")
    }
  }

  private func writeToStandardError(_ line: String) {
    do throws(Failure) { try StandardStreams.with(2) { stream throws(Failure) in try stream.writeOnce(line) } } catch {
      // Nobody reads the standard error any more: the exit status is all that is left to tell.
    }
  }

  /// One record of the log, with its newline, in the form of logrus: what engines decode.
  static func record(_ format: Format, _ level: Level, _ message: String, _ time: Timestamp) -> String {
    switch format {
    case .json:
      let members: [(name: String, value: JSONValue)] = [
        ("level", .string(level.rawValue)), ("msg", .string(message)), ("time", .string(time.rfc3339Seconds)),
      ]
      return JSONValue.object(members).text(.compact) + "\n"
    case .text:
      var quoted = ""
      for scalar in message.unicodeScalars {
        if scalar == "\"" || scalar == "\\" { quoted += "\\" }
        quoted.unicodeScalars.append(scalar)
      }
      return "time=\"\(time.rfc3339Seconds)\" level=\(level.rawValue) msg=\"\(quoted)\"\n"
    }
  }
}

extension String {
  /// Control characters and line separators as `\n` or `\u{9b}`: a text from a config or an argument can neither end the
  /// line, and so forge another record, nor reach the terminal's control sequences.
  var onOneLine: String {
    if utf8.allSatisfy({ 0x20 <= $0 && $0 < 0x7f }) { return self }  // as nearly every text
    var result = ""
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x0a: result += "\\n"
      case 0x0d: result += "\\r"
      case 0x09: result += "\\t"
      case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029: result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
