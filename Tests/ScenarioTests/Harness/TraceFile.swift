import Foundation
import Testing

/// A file that `--trace` has written, as the viewers of Chrome trace events read it.
struct TraceFile {
  struct Row: Equatable, CustomStringConvertible {
    var name: String
    /// Nanoseconds.
    var begin: Int
    var end: Int
    var error: String?
    /// The moment at which a process executes its program is no row but an instant.
    var isInstant: Bool
    var description: String { "\(begin)...\(end) \(name)" }

    func contains(_ other: Row) -> Bool { begin <= other.begin && other.end <= end }
  }

  /// The rows of each process by what the trace calls it, in the order in which they ended.
  private(set) var rows: [String: [Row]] = [:]
  private(set) var pids: [String: Int] = [:]

  init(_ path: String) throws { try self.init(parsing: File.text(path)) }

  init(parsing text: String) throws {
    let events = try #require(try Value(parsing: text)["traceEvents"]?.array)
    for event in events where event["ph"] == "M" {
      #expect(event["name"] == "process_name")
      let name = try #require(event["args.name"]?.string)
      pids[name] = try #require(event["pid"]?.int)
    }
    let names = Dictionary(uniqueKeysWithValues: pids.map { ($1, $0) })
    for event in events where event["ph"] != "M" {
      let begin = try Self.nanoseconds(event["ts"])
      let isInstant = event["ph"] == "i"
      #expect(isInstant || event["ph"] == "X", "\(event)")
      let end = isInstant ? begin : begin + (try Self.nanoseconds(event["dur"]))
      let pid = try #require(event["pid"]?.int)
      let process = try #require(names[pid])
      rows[process, default: []].append(
        Row(
          name: try #require(event["name"]?.string), begin: begin, end: end, error: event["args.error"]?.string,
          isInstant: isInstant))
    }
  }

  /// Of a number of microseconds.
  private static func nanoseconds(_ value: Value?) throws -> Int {
    if case .double(let number) = value { return Int((number * 1000).rounded()) }
    return try #require(value?.int) * 1000
  }

  func row(_ process: String, _ name: String) throws -> Row {
    try #require(rows[process]?.first { $0.name == name }, "\(process) has no row \(name): \(rows[process] ?? [])")
  }

  func names(_ process: String) -> [String] { (rows[process] ?? []).map(\.name) }

  /// Rows that are in no other one, in their order.
  func outermost(_ process: String) -> [Row] {
    let all = rows[process] ?? []
    return all.enumerated().filter { index, row in
      !all[(index + 1)...].contains { !$0.isInstant && $0.contains(row) }
    }.map(\.element)
  }

  /// Of two rows of a process one lies in the other, or they share no more than a moment; and time begins at 0.
  func expectNesting(sourceLocation: SourceLocation = #_sourceLocation) {
    for (process, rows) in rows {
      for (index, row) in rows.enumerated() {
        #expect(row.begin >= 0 && row.end >= row.begin, "\(process): \(row)", sourceLocation: sourceLocation)
        for other in rows[(index + 1)...] {
          #expect(
            row.contains(other) || other.contains(row) || row.end <= other.begin || other.end <= row.begin,
            "\(process): \(row) and \(other)", sourceLocation: sourceLocation)
        }
      }
    }
  }
}
