import JSON

/// config-linux.md "Allowed Device list".
package struct DeviceRule: Equatable, Sendable {
  package var allow: Bool
  package var type: DeviceRuleKind
  /// nil: every number.
  package var major: Int64?
  package var minor: Int64?
  /// Out of `r`, `w` and `m` (mknod).
  package var access: String

  package init(
    allow: Bool, type: DeviceRuleKind = .a, major: Int64? = nil, minor: Int64? = nil, access: String = "rwm"
  ) {
    self.allow = allow
    self.type = type
    self.major = major
    self.minor = minor
    self.access = access
  }

  init(_ reader: Reader) {
    allow = reader.flag("allow", .required) ?? false
    type = reader.choice("type") ?? .a
    // -1 is how engines written in Go spell "every number".
    major = reader.integer("major").flatMap { $0 == -1 ? nil : $0 }
    minor = reader.integer("minor").flatMap { $0 == -1 ? nil : $0 }
    access = reader.string("access") ?? ""
  }
}

/// All devices, block or character ones.
package enum DeviceRuleKind: String, CaseIterable, Sendable {
  case a, b, c
}
