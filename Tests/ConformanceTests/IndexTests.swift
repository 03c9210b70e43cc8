import Conformance
import Foundation
import Testing

/// The index is only worth something while it is whole and what it names is there.
@Suite struct IndexRows {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .path

  /// How many statements each part of the spec has, of which none may be left out.
  static let counts = [
    "BUN": 8, "LIF": 16, "OPS": 22, "STA": 8, "HOK": 14, "MNT": 46, "PRC": 35, "ANN": 5, "LNX": 36, "CGR": 42, "RDT": 13,
    "SEC": 15, "FEA": 21, "DEF": 30, "OTH": 6,
  ]

  @Test func everyStatementHasItsRow() {
    let wanted = Self.counts.flatMap { letters, count in
      (1...count).map { letters + "-" + ($0 < 10 ? "0\($0)" : "\($0)") }
    }
    #expect(Index.rows.count == 311 + 6)
    #expect(Index.rows.map(\.id).sorted() == wanted.sorted())
    for area in Index.areas { #expect(area.rows.allSatisfy { $0.id.hasPrefix(area.letters + "-") }) }
  }

  @Test(arguments: Index.rows) func itsFileIsThere(row: Row) {
    #expect(FileManager.default.fileExists(atPath: "\(Self.root)/Sources/\(row.file)"), "\(row.id): Sources/\(row.file)")
  }

  @Test(arguments: Index.rows) func itsTestIsThere(row: Row) {
    let file = "\(Self.root)/\(row.testFile)"
    let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    let function = NSRegularExpression.escapedPattern(for: row.testFunction)
    let declaration = text.range(of: "@Test[^@]*?func `?\(function)`?\\(", options: .regularExpression)
    #expect(declaration != nil, "\(row.id): \(row.testFile) has no test \(row.testFunction)")
  }

  @Test(arguments: Index.rows) func itSaysSomething(row: Row) {
    #expect(!row.statement.isEmpty && !row.statement.contains("|"))
    switch row.status {
    case .honoured: break
    case .refused(let reason), .ignored(let reason): #expect(reason.count > 10, "\(row.id)")
    }
  }

  /// `make docs` writes what this compares.
  @Test func thePagesSayWhatTheIndexSays() throws {
    let docs = "\(Self.root)/docs"
    if ProcessInfo.processInfo.environment["APUS_WRITE_DOCS"] != nil {
      try FileManager.default.createDirectory(atPath: "\(docs)/conformance", withIntermediateDirectories: true)
      for page in Pages.all { try page.text.write(toFile: "\(docs)/\(page.name)", atomically: true, encoding: .utf8) }
    }
    for page in Pages.all {
      let written = try? String(contentsOfFile: "\(docs)/\(page.name)", encoding: .utf8)
      #expect(written == page.text, "docs/\(page.name) is not what the index says: make docs")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(docs)/conformance").map { "conformance/\($0)" }
    #expect(Set(names).isSubset(of: Pages.all.map(\.name)))
  }
}

extension Row: CustomTestStringConvertible {
  public var testDescription: String { id }
}
