import Container
import JSON
import Kernel

extension Flag {
  static let roots = Flag(
    "root", .path("DIR"), repeatable: true, help: "follow the containers kept here, even if it is not there yet; default: --root")
  static let monitorFormat = Flag("format", short: "f", .choice("FORMAT", ["text", "json"]), help: "the form of a line")
  static let quitAfter = Flag("quit-after", .number("N"), help: "end after N lines")
}

extension Verb {
  static let monitor = Verb(
    "monitor", summary: "tell what happens to containers, until interrupted",
    details: """
      Follows every container whose whole id matches the pattern, a POSIX extended
      regular expression, as it comes and goes; every container when there is none. What
      happened before is not told. The states are CREATED, RUNNING, PAUSED, STOPPED and
      DELETED; an exit status is that of the program, or 128 and the number of the signal
      that killed it.

      With --format json each line is an object: time, id, root, event (state or exit),
      status, pid, exitCode, signal, oom; null is what does not apply or is not known.
      """,
    operands: [Operand(name: "pattern", need: .optional, words: .containers)], flags: [.roots, .monitorFormat, .quitAfter],
    exitStatus: "0 when it was interrupted (SIGINT, SIGTERM, SIGHUP), after --quit-after lines, or when nobody reads it any more."
  ) { invocation throws(Failure) in
    let pattern: RegularExpression? =
      if let text = invocation.operands.first { try RegularExpression(text) } else { nil }
    // Before anything is followed: a signal ends it cleanly from now on.
    let interruption = try Interruption()
    let report = invocation.report
    let monitor = try Monitor(roots: try invocation.roots(), pattern: pattern) { report.warn($0) }
    let asJSON = invocation.values.text(.monitorFormat) == "json"
    var left = invocation.values.number(.quitAfter) ?? Int.max
    while left > 0, let event = try monitor.next(interruption), try interruption.waitForOutput() {
      let line = asJSON ? event.document.text(.compact) : event.text
      try during(
        "writing to the standard output",
        try StandardStreams.with(1) { stream throws(Failure) in try stream.writeAll(line + "\n") })
      left -= 1
    }
    return Answer()
  }
}

extension Invocation {
  /// Those named behind the verb, or the one that every verb has.
  fileprivate func roots() throws(Failure) -> [String] {
    var roots: [String] = []
    for text in values.texts(.roots) where !text.isEmpty {
      let root = try during("--root \(text)", absolutePath(text))
      if isRootDirectory(root) { throw Failure("--root \(root): containers cannot be kept in the root directory itself") }
      roots.append(root)
    }
    return roots.isEmpty ? [try runtime().root] : roots
  }
}

extension ContainerEvent {
  /// In the words of lxc-monitor.
  var text: String {
    switch kind {
    case .changed(let status): "'\(id)' changed state to [\(status.rawValue.uppercased())]"
    case .exited(let status, _): "'\(id)' exited with status [\(status.map { String($0.shellStatus) } ?? "unknown")]"
    }
  }

  var document: JSONValue {
    var members: [(name: String, value: JSONValue)] = [
      ("time", .string(time.rfc3339)), ("id", .string(id)), ("root", .string(root)),
    ]
    var (status, exit, outOfMemory): (JSONValue, ExitStatus?, Bool?) = (.null, nil, nil)
    switch kind {
    case .changed(let changed):
      members.append(("event", "state"))
      status = .string(changed.rawValue)
    case .exited(let how, let killed):
      members.append(("event", "exit"))
      (exit, outOfMemory) = (how, killed)
    }
    members += [
      ("status", status), ("pid", .integer(Int64(pid))), ("exitCode", exit.map { .integer(Int64($0.shellStatus)) } ?? .null),
      ("signal", exit?.signal.map { .integer(Int64($0)) } ?? .null), ("oom", outOfMemory.map { .boolean($0) } ?? .null),
    ]
    return .object(members)
  }
}
