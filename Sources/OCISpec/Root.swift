import JSON

/// config.md "Root".
package struct Root: Equatable, Sendable {
  /// Absolute, or relative to the bundle.
  package var path: String
  package var readonly: Bool

  package init(path: String = "rootfs", readonly: Bool = false) {
    self.path = path
    self.readonly = readonly
  }

  init(_ reader: Reader) {
    path = reader.string("path", .required) ?? ""
    readonly = reader.flag("readonly") ?? false
  }
}
