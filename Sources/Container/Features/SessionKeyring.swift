import Kernel
import SystemPackage

/// The session keyring `_ses.<id>`: keys of one container are not another's (keyctl(2)).
enum SessionKeyring {
  static func apply(_ plan: Plan, _ rendezvous: borrowing Rendezvous) throws(Failure) {
    if plan.noNewKeyring { return }
    do { try ExecLabels.withKeyLabel(plan) { () throws(Failure) in try Keyring.joinSession(named: "_ses.\(plan.id)") } } catch
      where error.errno == .noFunction
    {
      try rendezvous.send(.warning("this kernel has no keyrings: the container has no session keyring of its own"))
    } catch  where error.errno?.rawValue == 122 {  // EDQUOT
      throw error.adding(hint: "kernel.keys.maxkeys or maxbytes is reached; --no-new-keyring does without")
    }
  }
}
