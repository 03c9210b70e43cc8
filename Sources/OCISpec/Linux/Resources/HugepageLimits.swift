import JSON

/// config-linux.md "Huge page limits".
package struct HugepageLimit: Equatable, Sendable {
  /// As the kernel spells it, `2MB`.
  package var pageSize: String
  /// Bytes.
  package var limit: UInt64

  package init(pageSize: String, limit: UInt64) {
    self.pageSize = pageSize
    self.limit = limit
  }

  init(_ reader: Reader) {
    pageSize = reader.string("pageSize", .required) ?? ""
    limit = reader.integer("limit", .required) ?? 0
  }
}
