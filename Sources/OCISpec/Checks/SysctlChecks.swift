import JSON

/// A kernel parameter's key: `net.ipv4.ip_forward` or `net/ipv4/ip_forward`.
///
/// As with sysctl(8) the first separator decides: of a key that starts `net.` a slash stands for a dot inside a name, and
/// of one that starts `net/` a dot is just a dot (`net/ipv4/conf/eth0.100/forwarding`).
package struct Sysctl: Sendable {
  /// One directory or file name each, none of them empty, "." or "..".
  package let components: [String]

  /// nil for a key that is no path strictly below /proc/sys.
  package init?(_ key: String) {
    let bytes = key.utf8
    guard let first = bytes.first(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") }),
      !bytes.contains(where: { $0 < 0x20 })
    else { return nil }
    components = key.parts(Unicode.Scalar(first), omittingEmpty: false).map { part in
      String(String.UnicodeScalarView(part.unicodeScalars.map { $0 == "/" ? "." : $0 }))
    }
    guard components.count > 1, !components.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else { return nil }
  }

  /// Relative to /proc/sys.
  package var path: String { components.joined(separator: "/") }
}

extension Spec {
  /// Only parameters that a namespace of the container's own has a copy of: all others are the host's (CVE-2022-0811).
  func checkSysctl(_ found: inout [Problem]) {
    for (key, value) in linux.sysctl.sorted(by: { $0.key < $1.key }) {
      let path = "linux.sysctl[\(key.quoted)]"
      if value.utf8.contains(UInt8(ascii: "\n")) {
        found.add(path, "the value \(value.quoted) has a line break", "a sysctl is one line", rule: "proc(5)")
      }
      guard let sysctl = Sysctl(key) else {
        found.add(path, "is no name of a kernel parameter", "write it such as net.ipv4.ip_forward", rule: "sysctl(8)")
        continue
      }
      checkOwner(of: sysctl, at: path, &found)
    }
  }

  private static let ipcParameters: Set<String> = [
    "msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced",
  ]

  private func checkOwner(of sysctl: Sysctl, at path: String, _ found: inout [Problem]) {
    let parts = sysctl.components
    let owner: NamespaceKind
    switch (parts[0], parts[1]) {
    case ("kernel", "hostname") where parts.count == 2:
      return found.add(path, "is not allowed as it conflicts with the OCI \"hostname\" field", "use that", rule: .hostUntouched)
    case ("kernel", "domainname") where parts.count == 2: owner = .uts
    case ("kernel", let name) where parts.count == 2 && Self.ipcParameters.contains(name): owner = .ipc
    case ("fs", "mqueue") where parts.count > 2: owner = .ipc
    case ("net", _): owner = .network
    case ("user", _): owner = .user
    default:
      return found.add(
        path, "is not in a separate kernel namespace: it would change the host", "remove it, or set it on the host itself",
        rule: .hostUntouched)
    }
    if has(owner) { return }
    found.add(
      path, "is not allowed in the host's \(owner.rawValue) namespace", "add \(owner.rawValue) to linux.namespaces",
      rule: .hostUntouched, given: ["linux.namespaces"])
  }
}
