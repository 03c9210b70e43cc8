import Kernel

/// The session keyring `_ses.<id>`: keys of one container are not another's (keyctl(2)).
enum SessionKeyring {
  /// The first process of the container makes it; who joins the container joins it too, by its name.
  ///
  /// - Parameter label: process.selinuxLabel.
  static func apply(_ id: String, label: String, _ proc: ProcFS, _ rendezvous: borrowing Rendezvous) throws(Failure) {
    do {
      try ExecLabels.withKeyLabel(label, proc) { () throws(Failure) in try Keyring.joinSession(named: "_ses.\(id)") }
    } catch
      where error.errno == .noFunction
    {
      try rendezvous.send(.warning("this kernel has no keyrings: the container has no session keyring of its own"))
    } catch  where error.errno?.rawValue == 122 {  // EDQUOT
      throw error.adding(hint: "kernel.keys.maxkeys or maxbytes is reached; --no-new-keyring does without")
    }
  }
}
