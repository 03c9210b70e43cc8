import JSON

/// config-linux.md "PIDs".
package struct PIDs: Equatable, Sendable {
  /// -1 is unlimited; 0 is a limit of 0; nil leaves it alone.
  package var limit: Int64?

  package init(limit: Int64? = nil) { self.limit = limit }

  init(_ reader: Reader) { limit = reader.integer("limit") }
}
