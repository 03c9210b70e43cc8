import Kernel
import OCISpec

/// hostname, domainname — config.md "Hostname", "Domainname"
enum Hostname {
  /// With `--uts host|container:<id>` there is no namespace of the container's own to name, and the names in config.json are
  /// not meant for somebody else's.
  ///
  /// - Returns: what is left out.
  static func leaveOut(of spec: inout Spec) -> [String] {
    let names = [("hostname", spec.hostname), ("domainname", spec.domainname)]
    (spec.hostname, spec.domainname) = ("", "")
    return names.filter { !$0.1.isEmpty }.map { "\($0) \"\($1)\"" }
  }

  static func apply(_ plan: Plan) throws(Failure) {
    let (name, domain) = (plan.spec.hostname, plan.spec.domainname)
    if !name.isEmpty { try during("setting the hostname \(name)", try setHostname(name)) }
    if !domain.isEmpty { try during("setting the domainname \(domain)", try setDomainname(domain)) }
  }
}
