import JSON
import Kernel

/// `--trace`: how a start went, process by process and row by row, as Chrome trace events.
///
/// Each process notes its rows in memory it shares with the runtime, which writes the file when the start is over, however that
/// was. So nothing of the file gets into a container, not even a descriptor; there is no call that a seccomp filter could
/// refuse; and a process that was killed has said all it did. Without `--trace` a row is a comparison with nil.
final class Trace {
  let host: Track
  /// The process that enters a user namespace on the way to init.
  let intermediate: Track
  let child: Track
  private let path: String
  let file: SharedDescriptor
  private var isWritten = false

  /// - Parameter process: what the runtime is called in it.
  init(_ path: String, process: String) throws(Failure) {
    self.path = path
    file = SharedDescriptor(
      try Descriptor.open(host: path, [.writeOnly, .create, .truncate, .noControllingTerminal], mode: 0o644))
    host = try Track("apus \(process)")
    host.pid = processID
    intermediate = try Track("intermediate")
    child = try Track("init")
    // Nobody looked at a clock before: what comes closest is the processor time of both starts (`OwnProgram`).
    host.begin("starting apus", at: monotonicNanoseconds() - processorNanoseconds())
  }

  /// The start is over, with `failure` or without. What comes later is not part of it.
  func write(_ warn: (String) -> Void, failure: Failure? = nil) {
    if isWritten { return }
    isWritten = true
    if let failure { host.fail(failure) }
    let tracks = [host, intermediate, child].filter { !$0.isEmpty }
    // The container is there, or its failure is: a trace that could not be written changes neither.
    do throws(Failure) { try file.descriptor.writeAll(document(tracks)) } catch { warn("--trace \(path): \(error.message)") }
    for track in tracks where track.missing > 0 {
      warn("--trace \(path): \(track.missing) events of \(track.process) are left out, there was no room for them")
    }
  }

  private func document(_ tracks: [Track]) -> String {
    let notes = host.notes
    let end = notes.first { $0.kind == .failed }?.time ?? monotonicNanoseconds()
    let zero = notes.first?.time ?? end
    return JSONValue.object([
      ("displayTimeUnit", "ms"),
      ("otherData", ["clock": "CLOCK_MONOTONIC", "zero": .string("\(zero) ns")]),
      ("traceEvents", .array(tracks.flatMap { $0.events(zero: zero, end: end) })),
    ]).text(.compact) + "\n"
  }
}

/// The rows of one process, one in another. Only that process adds to them.
final class Track {
  let process: String
  /// As the runtime sees it, which learns it from the clone.
  var pid: CInt = 0
  private let memory: SharedMemory
  /// How far the clock of this process is ahead of the runtime's.
  private var clockOffset = 0

  init(_ process: String) throws(Failure) {
    self.process = process
    memory = try SharedMemory(capacity: 1 << 20)
  }

  var isEmpty: Bool { notes.isEmpty }
  /// How many notes there was no room for.
  var missing: Int { memory.missing }

  /// For a process that may have been born into a time namespace, before its first row.
  func adoptClock(_ proc: ProcFS) throws(Failure) {
    let file: Descriptor
    do { file = try proc.open("self/timens_offsets", [.readOnly]) } catch  where error.errno == .noSuchFileOrDirectory {
      return  // a kernel without time namespaces
    }
    let words = String(decoding: try file.readAll(), as: UTF8.self).split { $0 == " " || $0 == "\n" }
    // "monotonic", seconds, nanoseconds
    if words.count > 2, let seconds = Int(words[1]), let rest = Int(words[2]) { clockOffset = seconds * 1_000_000_000 + rest }
  }

  // MARK: What the process says

  func begin(_ row: String, at time: Int = monotonicNanoseconds()) { note(.begin, row, time) }
  func end() { note(.end, "", monotonicNanoseconds()) }
  /// The end of one row, if there is one, and the beginning of another.
  func next(_ row: String) { note(.next, row, monotonicNanoseconds()) }
  /// It has become its program: the end of all its rows.
  func execute(at time: Int) { note(.executed, "exec", time) }
  /// The row that is open has failed, and with it those it is in. What is said later does not count.
  func fail(_ failure: Failure) { note(.failed, failure.message, monotonicNanoseconds()) }

  private func note(_ kind: Note.Kind, _ text: String, _ time: Int) {
    memory.add("\(kind.rawValue)\(time - clockOffset) \(text)")
  }

  // MARK: What becomes of it

  fileprivate struct Note {
    enum Kind: Character { case begin = "B", end = "E", next = "N", executed = "X", failed = "F" }
    let kind: Kind
    let time: Int
    let text: String

    init?(_ line: String) {
      guard let kind = line.first.flatMap({ Kind(rawValue: $0) }), let space = line.firstIndex(of: " "),
        let time = Int(line[..<space].dropFirst())
      else { return nil }
      self.kind = kind
      self.time = time
      text = String(line[space...].dropFirst())
    }
  }

  fileprivate var notes: [Note] { memory.lines.compactMap { Note($0) } }

  /// - Parameter end: when rows end that are still open.
  fileprivate func events(zero: Int, end: Int) -> [JSONValue] {
    var events = TraceEvents(pid: pid, zero: zero)
    events.name(process)
    for note in notes {
      switch note.kind {
      case .begin: events.begin(note.text, note.time)
      case .end: events.end(note.time)
      case .next:
        events.end(note.time)
        events.begin(note.text, note.time)
      case .executed:
        events.endAll(note.time)
        events.instant(note.text, note.time)
      case .failed:
        events.endAll(note.time, error: note.text)
        return events.all
      }
    }
    events.endAll(end)
    return events.all
  }
}

/// Events of one process, as "Trace Event Format" (Google, 2016) has them: complete ones, which Perfetto nests by their times.
private struct TraceEvents {
  let pid: CInt
  let zero: Int
  private(set) var all: [JSONValue] = []
  private var open: [(row: String, time: Int)] = []

  init(pid: CInt, zero: Int) {
    self.pid = pid
    self.zero = zero
  }

  mutating func name(_ process: String) { add("M", "process_name", [("args", ["name": .string(process)])]) }

  mutating func begin(_ row: String, _ time: Int) { open.append((row, time)) }

  mutating func end(_ time: Int, error: String? = nil) {
    guard let (row, begin) = open.popLast() else { return }
    var members: [(name: String, value: JSONValue)] = [
      ("ts", microseconds(begin - zero)), ("dur", microseconds(time - begin)),
    ]
    // The colour is for chrome://tracing alone.
    if let error { members += [("cname", "terrible"), ("args", ["error": .string(error)])] }
    add("X", row, members)
  }

  /// - Parameter error: of the innermost.
  mutating func endAll(_ time: Int, error: String? = nil) {
    end(time, error: error)
    while !open.isEmpty { end(time) }
  }

  mutating func instant(_ moment: String, _ time: Int) { add("i", moment, [("ts", microseconds(time - zero)), ("s", "p")]) }

  private func microseconds(_ nanoseconds: Int) -> JSONValue { .double(Double(nanoseconds) / 1000) }

  private mutating func add(_ phase: String, _ name: String, _ members: [(name: String, value: JSONValue)]) {
    let common: [(name: String, value: JSONValue)] = [
      ("ph", .string(phase)), ("name", .string(name)), ("pid", .integer(Int64(pid))), ("tid", .integer(Int64(pid))),
    ]
    all.append(.object(common + members))
  }
}

extension Runtime {
  /// Does `body` with a trace if one is wanted, and writes it: at the end, or when `body` has failed or has said that the start
  /// is over.
  func traced<R>(
    _ path: String?, as process: String, _ body: (Runtime) throws(Failure) -> R
  ) throws(Failure) -> R {
    guard let path else { return try body(self) }
    let trace = try during("--trace \(path)", try Trace(path, process: process))
    var runtime = self
    runtime.trace = trace
    do {
      let result = try body(runtime)
      trace.write(warn)
      return result
    } catch {
      trace.write(warn, failure: error)
      throw error
    }
  }
}
