import Kernel
import OCISpec

/// linux.sysctl — config-linux.md "Sysctl". Which keys belong to a namespace is checked with the config (DEF-05).
enum KernelParameters {
  static func apply(_ plan: Plan) throws(Failure) {
    for (key, value) in plan.spec.linux.sysctl.sorted(by: { $0.key < $1.key }) {
      guard let parameter = Sysctl(key) else { throw Failure("linux.sysctl: \(key) is no name of a kernel parameter") }
      do { try plan.proc.write(value, to: "sys/\(parameter.path)") } catch {
        let failure = error.adding(context: "setting sysctl \(key)=\(value)")
        guard error.errno == .permissionDenied, plan.namespaces.hasUserNamespace else { throw failure }
        throw failure.adding(hint: "the namespace it is set in belongs to another user namespace")
      }
    }
  }
}
