import Container
import JSON
import Kernel

extension Flag {
  static let interval = Flag(
    "interval", .text("TIME"), help: "from one statistics to the next, such as 500ms or 1m30s; default: 5s")
  static let statistics = Flag("stats", help: "show the statistics once, and nothing else")
}

extension Verb {
  static let events = Verb(
    "events", summary: "show statistics of a container again and again, and when it is out of memory",
    details: """
      One JSON object a line, until the container has stopped: {"type":"stats",...} at
      every interval, {"type":"oom",...} for each process that the kernel has killed
      because the container's memory was used up.
      """,
    operands: [.containerID], flags: [.interval, .statistics]
  ) { invocation throws(Failure) in
    let interval = try invocation.interval()
    let id = invocation.id
    let runtime = try invocation.runtime()
    if invocation.values.isOn(.statistics) { return Answer(text: line(.statistics(try runtime.statistics(id)), of: id)) }
    do throws(Failure) {
      try runtime.events(id, every: interval) { event throws(Failure) in
        // At once, and whole: whoever reads the lines waits for the next one.
        try StandardStreams.with(1) { stream throws(Failure) in try stream.writeAll(line(event, of: id)) }
      }
    } catch {
      // Who has read enough goes; that is how it ends, not a failure.
      if error.errno != .brokenPipe { throw error }
    }
    return Answer()
  }
}

private func line(_ event: ResourceEvent, of id: String) -> String {
  var members: [(name: String, value: JSONValue)] = []
  switch event {
  case .statistics(let data): members = [("type", "stats"), ("id", .string(id)), ("data", data)]
  case .outOfMemory: members = [("type", "oom"), ("id", .string(id))]
  }
  return JSONValue.object(members).text(.compact) + "\n"
}

extension Invocation {
  /// `--interval` in milliseconds, at least 1.
  fileprivate func interval() throws(Failure) -> Int {
    let text = values.text(.interval) ?? "5s"
    guard let nanoseconds = GoDuration.nanoseconds(text) else {
      throw Failure("invalid value \"\(text)\" for --interval", hint: "use a number and a unit, such as 5s, 1m30s or 500ms")
    }
    if nanoseconds <= 0 { throw Failure("duration interval must be greater than 0", hint: "--interval \(text)") }
    return max(1, Int(nanoseconds / 1_000_000))
  }
}
