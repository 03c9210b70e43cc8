/// How mounts travel between peers (mount_namespaces(7)): a mount option, and `linux.rootfsPropagation`, which the
/// recursive words are accepted for too.
package struct Propagation: Equatable, Sendable, RawRepresentable, CaseIterable {
  package enum Kind: String, CaseIterable, Sendable {
    case `private`, shared, slave, unbindable
  }

  package var kind: Kind
  package var isRecursive: Bool

  package init(_ kind: Kind, isRecursive: Bool = false) {
    self.kind = kind
    self.isRecursive = isRecursive
  }

  package init?(rawValue: String) {
    guard let propagation = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = propagation
  }

  package var rawValue: String { (isRecursive ? "r" : "") + kind.rawValue }

  package static let allCases = Kind.allCases.map { Propagation($0) } + Kind.allCases.map { Propagation($0, isRecursive: true) }
}
