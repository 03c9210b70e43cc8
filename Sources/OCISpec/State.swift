import JSON

/// runtime.md "State": what `state` prints and hooks read on their standard input.
package struct State: Equatable, Sendable {
  package var ociVersion: String
  package var id: String
  package var status: Status
  /// As the reader of the document sees it; nil while there is no process.
  package var pid: Int32?
  /// Absolute.
  package var bundle: String
  package var annotations: [String: String]

  package init(
    ociVersion: String = SpecVersion.supported.description, id: String, status: Status, pid: Int32? = nil,
    bundle: String, annotations: [String: String] = [:]
  ) {
    self.ociVersion = ociVersion
    self.id = id
    self.status = status
    self.pid = pid
    self.bundle = bundle
    self.annotations = annotations
  }

  /// - Throws: `ConfigurationError` naming every mistake in the document.
  package static func decode(_ bytes: [UInt8], named document: String = "state.json") throws(ConfigurationError) -> State {
    try OCISpec.decode(bytes, named: document, State.init)
  }

  /// Reads the document's members; a caller with members of its own reads those from the same reader.
  package init(_ reader: Reader) {
    ociVersion = reader.string("ociVersion", .required) ?? ""
    id = reader.string("id", .required) ?? ""
    status = reader.choice("status", .required) ?? .stopped
    pid = reader.integer("pid", in: 0...Int32.max)
    bundle = reader.string("bundle", .required) ?? ""
    annotations = reader.stringMap("annotations", opaque: true)
  }

  /// The document; `text(.compact)` of it is what hooks get, `/` unescaped because scripts read it with sed.
  ///
  /// `extra` members follow the spec's own; runtime.md allows them, and `state` of runc has some.
  package func document(extra: [(name: String, value: JSONValue)] = []) -> JSONValue {
    var members: [(name: String, value: JSONValue)] = [
      ("ociVersion", .string(ociVersion)), ("id", .string(id)), ("status", .string(status.rawValue)),
    ]
    if let pid { members.append(("pid", .integer(Int64(pid)))) }
    members.append(("bundle", .string(bundle)))
    members += extra
    if !annotations.isEmpty { members.append(("annotations", .map(annotations))) }
    return .object(members)
  }
}

package enum Status: String, CaseIterable, Sendable {
  /// `create` is at work.
  case creating
  /// `create` is done, the user's program waits for `start`.
  case created
  case running
  /// Frozen; not one of the spec's values, but what every engine expects.
  case paused
  case stopped
}
