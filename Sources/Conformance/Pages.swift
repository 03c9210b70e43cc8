/// The pages of `docs/conformance.md`, generated from the index.
package enum Pages {
  /// Name below `docs/` and text of each.
  package static var all: [(name: String, text: String)] {
    [("conformance.md", overview)] + Index.areas.map { ("conformance/\($0.page).md", page(of: $0)) }
  }

  private static let origin = "<!-- Generated from Sources/Conformance by `make docs`; edit there. -->\n"

  private static var overview: String {
    var text = """
      \(origin)
      # Conformance

      Every statement of the OCI runtime-spec \(Index.specVersion) for Linux, and of what engines rely on beyond it, with what apus
      makes of it. *Honoured* is done, *refused* is an error that names the property, *ignored* is without effect, as the
      spec allows or demands. Each area's page names the file that does it and the test that shows it.

      | area | rows | honoured | refused | ignored |
      |---|---:|---:|---:|---:|

      """
    for area in Index.areas {
      text += "| [\(area.title)](conformance/\(area.page).md) | \(counts(of: area.rows)) |\n"
    }
    text += "| all | \(counts(of: Index.rows)) |\n"
    for area in Index.areas {
      text += "\n## \(area.title)\n\n| row | statement | status |\n|---|---|---|\n"
      for row in area.rows { text += "| \(row.id) | \(row.statement) | \(row.status.name) |\n" }
    }
    return text
  }

  private static func counts(of rows: [Row]) -> String {
    let names = rows.map(\.status.name)
    let each = ["honoured", "refused", "ignored"].map { name in "\(names.count { $0 == name })" }
    return (["\(rows.count)"] + each).joined(separator: " | ")
  }

  private static func page(of area: Area) -> String {
    var text =
      "\(origin)\n# \(area.title)\n\n| row | statement | properties | status | done in | shown by |\n|---|---|---|---|---|---|\n"
    for row in area.rows {
      let properties = row.properties.map { "`\($0)`" }.joined(separator: " ")
      text += "| \(row.id) | \(row.statement) | \(properties) | \(row.status.text) "
      text += "| [\(row.fileName)](../../Sources/\(row.file)) | [\(row.testName)](../../\(row.testFile)) |\n"
    }
    return text
  }
}

extension Row {
  /// The test's file, from the root of the project.
  package var testFile: String { "Tests/\(test.prefix { $0 != "." }).swift" }
  /// The test's function.
  package var testFunction: String { String(test.drop { $0 != "." }.dropFirst()) }

  fileprivate var fileName: String { String(file.split(separator: "/").last ?? "") }
  fileprivate var testName: String {
    let file = test.prefix { $0 != "." }.split(separator: "/").last ?? ""
    return "\(file) \(testFunction)"
  }
}

extension Row.Status {
  package var name: String {
    switch self {
    case .honoured: "honoured"
    case .refused: "refused"
    case .ignored: "ignored"
    }
  }

  fileprivate var text: String {
    switch self {
    case .honoured: name
    case .refused(let reason), .ignored(let reason): "\(name): \(reason)"
    }
  }
}
