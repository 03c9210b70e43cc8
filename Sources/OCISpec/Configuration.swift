import JSON

/// A document of the runtime-spec that can't be used, with every reason at once.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The document's name as the user knows it, `config.json`.
  package let document: String
  package let problems: [Problem]
  /// `line:column` of a document that is not JSON.
  private let position: String?

  package init(document: String, problems: [Problem]) {
    self.document = document
    self.problems = problems
    position = nil
  }

  package init(document: String, _ error: SyntaxError) {
    self.document = document
    problems = [Problem("", error.message)]
    position = "\(error.line):\(error.column)"
  }

  /// One line with all problems.
  package var description: String {
    let place = position.map { "\(document):\($0)" } ?? document
    return "\(place): \(problems.map { $0.description }.joined(separator: "; "))"
  }
}

/// Reads a whole document with `body`.
///
/// - Throws: `ConfigurationError` with every mistake found.
func decode<T>(_ bytes: [UInt8], named document: String, _ body: (Reader) -> T) throws(ConfigurationError) -> T {
  let reader: Reader
  do {
    reader = try Reader(parsing: bytes)
  } catch {
    throw ConfigurationError(document: document, error)
  }
  let value = body(reader)
  guard reader.problems.isEmpty else { throw ConfigurationError(document: document, problems: reader.problems) }
  return value
}
