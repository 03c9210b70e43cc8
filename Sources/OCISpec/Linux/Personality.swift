import JSON

/// config-linux.md "Personality": the argument of personality(2).
package struct Personality: Equatable, Sendable {
  package var domain: PersonalityDomain
  /// The spec defines none yet.
  package var flags: [String]

  package init(domain: PersonalityDomain, flags: [String] = []) {
    self.domain = domain
    self.flags = flags
  }

  init(_ reader: Reader) {
    domain = reader.choice("domain", .required) ?? .linux
    flags = reader.strings("flags")
  }
}

package enum PersonalityDomain: String, CaseIterable, Sendable {
  case linux = "LINUX"
  case linux32 = "LINUX32"
}
