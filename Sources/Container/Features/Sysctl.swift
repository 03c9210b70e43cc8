import Kernel
import OCISpec

/// linux.sysctl — config-linux.md "Sysctl". Which keys belong to a namespace is checked with the config (DEF-05).
enum Sysctl {
  static func apply(_ plan: Plan) throws(Failure) {
    for (key, value) in plan.spec.linux.sysctl.sorted(by: { $0.key < $1.key }) {
      try during("setting sysctl \(key)=\(value)", try plan.proc.write(value, to: "sys/\(path(key))"))
    }
  }

  /// sysctl(8): the first separator decides; after a `/` a `.` is part of a name (`net/ipv4/conf/eth0.1/forwarding`), after
  /// a `.` a `/` stands for a `.` in a name.
  static func path(_ key: String) -> String {
    guard let first = key.first(where: { $0 == "." || $0 == "/" }), first == "." else { return key }
    return String(key.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
  }
}

/// hostname, domainname — config.md "Hostname", "Domainname"
enum Hostname {
  static func apply(_ plan: Plan) throws(Failure) {
    let (name, domain) = (plan.spec.hostname, plan.spec.domainname)
    if !name.isEmpty { try during("setting the hostname \(name)", try setHostname(name)) }
    if !domain.isEmpty { try during("setting the domainname \(domain)", try setDomainname(domain)) }
  }
}

/// A new network namespace has a loopback device, but down: engines and programs expect 127.0.0.1 to answer (DEF-25).
enum Loopback {
  static func apply(_ plan: Plan) throws(Failure) {
    if plan.namespaces.new.contains(.network) { try during("bringing lo up", try bringUp(interface: "lo")) }
  }
}
