import Container
import JSON
import Kernel
import OCISpec

extension Flag {
  static let format = Flag("format", short: "f", .choice("FORMAT", ["table", "json"]), help: "the form of the list")
  static let quiet = Flag("quiet", short: "q", help: "ids only")
}

extension Verb {
  static let list = Verb("list", summary: "list the containers", flags: [.format, .quiet]) { invocation throws(Failure) in
    let containers = try invocation.runtime().list()
    if invocation.values.isOn(.quiet) { return Answer(text: containers.map { "\($0.state.id)\n" }.joined()) }
    if invocation.values.text(.format) == "json" { return Answer(text: listDocument(containers).text(.compact) + "\n") }
    return Answer(text: listTable(containers))
  }
}

/// An array, or null when there is no container: what Go's encoder makes of an empty list, and engines know.
func listDocument(_ containers: [ContainerSummary]) -> JSONValue {
  containers.isEmpty ? .null : .array(containers.map { $0.document })
}

func listTable(_ containers: [ContainerSummary]) -> String {
  let rows = containers.map { container in
    let state = container.state
    return [state.id, String(state.pid ?? 0), state.status.rawValue, state.bundle, container.created, container.owner]
  }
  return table([["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]] + rows)
}

/// Rows in columns as runc's tabwriter lays them out, for scripts that cut by position: at least 12 wide, at least 3
/// spaces between, no spaces after the last.
func table(_ rows: [[String]]) -> String {
  var widths = [Int](repeating: 12, count: rows.first?.count ?? 0)
  let rows = rows.map { row in
    row.enumerated().map { column, cell in
      let text = cell.onOneLine, width = text.width
      widths[column] = max(widths[column], width + 3)
      return (text: text, width: width)
    }
  }
  let spaces = String(repeating: " ", count: widths.max() ?? 0)
  var text = ""
  for row in rows {
    for (column, cell) in row.enumerated() {
      text += cell.text
      if column < row.count - 1 { text += Substring(spaces.utf8.prefix(widths[column] - cell.width)) }
    }
    text += "\n"
  }
  return text
}

extension String {
  /// Its Unicode scalars, counted by the bytes that begin one.
  fileprivate var width: Int { utf8.reduce(0) { $0 + ($1 & 0xc0 == 0x80 ? 0 : 1) } }
}
