import Kernel
import OCISpec

/// linux.sysctl — config-linux.md "Sysctl". Which keys belong to a namespace is checked with the config (DEF-05).
enum KernelParameters {
  static func apply(_ plan: Plan) throws(Failure) {
    for (key, value) in plan.spec.linux.sysctl.sorted(by: { $0.key < $1.key }) {
      guard let parameter = Sysctl(key) else { throw Failure("linux.sysctl: \(key) is no name of a kernel parameter") }
      try during("setting sysctl \(key)=\(value)", try plan.proc.write(value, to: "sys/\(parameter.path)"))
    }
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
