import CLinux

/// CLONE_NEW* bits: kinds of namespaces, for clone3(2), unshare(2) and setns(2).
package struct NamespaceKinds: OptionSet, Sendable, Hashable {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }
  package static var time: NamespaceKinds { NamespaceKinds(rawValue: 0x80) }
  package static var mount: NamespaceKinds { NamespaceKinds(rawValue: 0x2_0000) }
  package static var cgroup: NamespaceKinds { NamespaceKinds(rawValue: 0x200_0000) }
  package static var uts: NamespaceKinds { NamespaceKinds(rawValue: 0x400_0000) }
  package static var ipc: NamespaceKinds { NamespaceKinds(rawValue: 0x800_0000) }
  package static var user: NamespaceKinds { NamespaceKinds(rawValue: 0x1000_0000) }
  package static var pid: NamespaceKinds { NamespaceKinds(rawValue: 0x2000_0000) }
  package static var network: NamespaceKinds { NamespaceKinds(rawValue: 0x4000_0000) }
}

extension Descriptor {
  /// The kind of namespace this is a handle of (ioctl_ns(2) NS_GET_NSTYPE); nil when it is none.
  package func namespaceKind() -> NamespaceKinds? {
    let kind = apus_ioctl(number, 0xb703, nil)
    return kind > 0 ? NamespaceKinds(rawValue: UInt64(kind)) : nil
  }

  /// setns(2): this process moves into the namespace. For `.pid` only its future children do, and for `.user` it
  /// cannot come back.
  package func enterNamespace(_ kind: NamespaceKinds) throws(Failure) {
    try call("setns") { apus_setns(number, CInt(truncatingIfNeeded: kind.rawValue)) }
  }
}

/// unshare(2): this process gets new namespaces of these kinds. For `.pid` and `.time` only its future children do.
package func unshareNamespaces(_ kinds: NamespaceKinds) throws(Failure) {
  try call("unshare") { apus_unshare(CInt(truncatingIfNeeded: kinds.rawValue)) }
}
