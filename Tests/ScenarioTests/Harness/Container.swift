import Foundation
import Testing

/// A container that was created for a test. `withContainer` makes it, and deletes it whatever happens.
struct Container {
  let id: String
  let bundle: Bundle
  let runtime: Runtime
  /// What `create` said, or the `run` that waits for its end, and the files its output, and so the container's, goes to.
  let creation: Spawned

  /// What the container wrote so far: it inherits the stdout and stderr of `create`.
  var stdout: String { creation.stdout }
  var stderr: String { creation.stderr }

  var pid: pid_t {
    get throws {
      guard let pid = try runtime.state(id)?["pid"]?.int else { throw HarnessError("state of \(id) names no pid") }
      return pid_t(pid)
    }
  }

  /// The container's own view of a file, through /proc/PID/root.
  func text(_ path: String) throws -> String { File.text("/proc/\(try pid)/root\(path)") }

  /// The identity of a namespace of the container's process, such as `ipc:[4026531839]`.
  func namespace(_ name: String) throws -> String { File.link("/proc/\(try pid)/ns/\(name)") }

  func status() throws -> String? { try runtime.status(id) }

  func start(sourceLocation: SourceLocation = #_sourceLocation) throws {
    expectSuccess(try runtime("start", id), sourceLocation: sourceLocation)
  }

  func kill(_ signal: String = "KILL") throws -> Outcome { try runtime("kill", id, signal) }

  func exec(
    _ arguments: [String], options: [String] = [], input: Spawned.Input = .null, descriptors: [Int32: Int32] = [:]
  ) throws -> Outcome {
    try runtime.spawn(["exec"] + options + [id] + arguments, input: input, descriptors: descriptors).wait()
  }

  /// Waits until `state` gives a status; a container that does not get there in time is an error.
  func waitUntil(_ wanted: String, timeout: TimeInterval = 10) throws {
    try Harness.waitUntil("\(id) is \(wanted)", timeout: timeout) { try status() == wanted }
  }

  /// Starts it, and waits for the end of its process.
  func startAndFinish(sourceLocation: SourceLocation = #_sourceLocation) throws {
    try start(sourceLocation: sourceLocation)
    try waitUntil("stopped")
  }
}

/// Creates a container, hands it to `body`, deletes it by force, and expects that nothing is left.
@discardableResult
func withContainer<R>(
  _ bundle: Bundle, runtime given: Runtime? = nil, id: String = TemporaryDirectory.newID(), options: [String] = [],
  environment: [String: String] = [:], input: Spawned.Input = .null, descriptors: [Int32: Int32] = [:],
  wrapper: [String] = [], sourceLocation: SourceLocation = #_sourceLocation, _ body: (Container) throws -> R
) throws -> R {
  let runtime = try given ?? Runtime()
  try bundle.write()
  return try assertNothingLeft(by: runtime, sourceLocation: sourceLocation) {
    defer { runtime.deleteQuietly(id) }
    let creation = try runtime.spawn(
      ["create", "--bundle", bundle.path] + options + [id], environment: environment, input: input,
      descriptors: descriptors, wrapper: wrapper)
    let outcome = try creation.wait()
    guard outcome.succeeded else { throw HarnessError("\(outcome)") }
    return try body(Container(id: id, bundle: bundle, runtime: runtime, creation: creation))
  }
}

/// The same, already started.
@discardableResult
func withRunningContainer<R>(
  _ bundle: Bundle, runtime: Runtime? = nil, options: [String] = [],
  sourceLocation: SourceLocation = #_sourceLocation, _ body: (Container) throws -> R
) throws -> R {
  try withContainer(bundle, runtime: runtime, options: options, sourceLocation: sourceLocation) { container in
    try container.start(sourceLocation: sourceLocation)
    return try body(container)
  }
}

/// Starts `run` in the foreground, and waits until the container's program runs: a process that is killed before its exec
/// makes `run` fail, instead of giving the program's status. `Container.creation` is the `run`.
func withForegroundRun(
  _ bundle: Bundle, runtime given: Runtime? = nil, options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (Container) throws -> Void
) throws {
  let runtime = try given ?? Runtime()
  let id = TemporaryDirectory.newID()
  try bundle.write()
  try assertNothingLeft(by: runtime, sourceLocation: sourceLocation) {
    defer { runtime.deleteQuietly(id) }
    let run = try runtime.spawn(["run"] + options + ["--bundle", bundle.path, id])
    try Harness.waitUntil("\(id) is running") { try run.isOver || runtime.status(id) == "running" }
    if Runtime.isApus, let pid = try runtime.state(id)?["pid"]?.int {
      try Harness.waitUntil("the program of \(id) runs") { run.isOver || !waitsForItsExec(pid) }
    }
    try body(Container(id: id, bundle: bundle, runtime: runtime, creation: run))
  }
}

/// proc_pid_stat(5) "flags": PF_FORKNOEXEC.
private func waitsForItsExec(_ pid: Int) -> Bool {
  let fields = File.text("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
  return fields.count > 6 && (Int(fields[6]) ?? 0) & 0x40 != 0
}

enum Harness {
  /// Asks again and again until the answer is yes.
  static func waitUntil(_ what: String, timeout: TimeInterval = 10, _ condition: () throws -> Bool) throws {
    let deadline = Date().addingTimeInterval(timeout * Host.patience)
    while try !condition() {
      guard Date() < deadline else { throw HarnessError("waited \(timeout) s in vain until \(what)") }
      usleep(5000)
    }
  }
}
