/// One statement of the runtime-spec and what apus makes of it.
package struct Row: Sendable {
  package enum Status: Equatable, Sendable {
    case honoured
    /// An error that names the property: what cannot be done is not left out in silence. The text is the reason.
    case refused(String)
    /// Without effect here, as the spec allows or demands. The text is the reason.
    case ignored(String)
  }

  /// Such as `PRC-08`: the area's letters and the number in it. Ids stay with their statements.
  package let id: String
  /// What must hold, in a line.
  package let statement: String
  /// The members this row answers for, as paths: `[]` is any element, `*` any key. One that stands for all that is below
  /// it (a platform's whole section) ends in `.**`.
  package let properties: [String]
  package let status: Status
  /// Where it is done or refused, below `Sources/`.
  package let file: String
  /// The test that shows it: file below `Tests/` without its ending, a dot, the test's function.
  package let test: String

  /// - Parameter shown: `Config/` and names without a folder are meant below `Tests/ScenarioTests`.
  init(
    _ id: String, _ statement: String, _ properties: [String] = [], status: Status = .honoured, in file: String,
    shown: String
  ) {
    self.id = id
    self.statement = statement
    self.properties = properties
    self.status = status
    self.file = file
    let isUnit = shown.prefix { $0 != "/" && $0 != "." }.hasSuffix("Tests") && shown.contains("/")
    self.test = isUnit ? shown : "ScenarioTests/\(shown)"
  }
}

/// The rows of one part of the spec: a page of `docs/conformance/`.
package struct Area: Sendable {
  /// The letters its ids begin with.
  package let letters: String
  package let title: String
  /// The name of its page, without the ending.
  package let page: String
  /// Which document its properties are members of.
  package let document: Document
  package let rows: [Row]
}

/// The documents the spec defines.
package enum Document: String, CaseIterable, Sendable {
  case config, state, features
  /// What a seccomp agent is sent: config-linux.md "The Container Process State".
  case containerProcessState
}
