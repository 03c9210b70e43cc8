import Kernel
import OCISpec

/// hostname, domainname — config.md "Hostname", "Domainname"
enum Hostname {
  static func apply(_ plan: Plan) throws(Failure) {
    let (name, domain) = (plan.spec.hostname, plan.spec.domainname)
    if !name.isEmpty { try during("setting the hostname \(name)", try setHostname(name)) }
    if !domain.isEmpty { try during("setting the domainname \(domain)", try setDomainname(domain)) }
  }
}
