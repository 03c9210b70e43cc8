import Container
import JSON
import Kernel

extension Flag {
  static let psFormat = Flag(
    "format", short: "f", .choice("FORMAT", ["table", "json"]), help: "what the host's ps says of them, or their pids alone")
}

extension Verb {
  static let ps = Verb(
    "ps", summary: "show the processes of a container",
    details: """
      The table is what ps on the host says: it gets the options behind the id, or -ef,
      and of its lines those are shown whose PID is one of the container's.
      """,
    operands: [.containerID, Operand(name: "ps-options", need: .rest, words: .anything)], flags: [.psFormat],
    flagPlace: .beforeOperands
  ) { invocation throws(Failure) in
    let runtime = try invocation.runtime()
    if invocation.values.text(.psFormat) == "json" {
      let processes = try runtime.processes(invocation.id)
      // null when there is none: what Go's encoder makes of an empty list, and engines know.
      let document: JSONValue = processes.isEmpty ? .null : .array(processes.map { .integer(Int64($0)) })
      return Answer(text: document.text(.compact) + "\n")
    }
    return Answer(text: try runtime.processTable(invocation.id, options: Array(invocation.operands.dropFirst())))
  }
}
