/// What of a process's rights is told by the user namespace it is in (user_namespaces(7)).
package enum UserNamespace {
  /// Whether this is the one the kernel began with, in which root is root of the machine.
  ///
  /// Its number is part of the kernel's interface (PROC_USER_INIT_INO). A map of all ids to themselves, which others ask
  /// for, may also be that of a namespace in which root is not.
  package static var isInitial: Bool {
    get throws(Failure) { try ownIsInitial.get() }
  }

  /// Looked at once: a process of ours that enters another one does not ask any more.
  private static let ownIsInitial = Result { () throws(Failure) in
    try during("looking at /proc/self/ns/user", try FileStatus.of(host: "/proc/self/ns/user")).inode == 0xefff_fffd
  }

  /// Neither an ordinary user nor root of a user namespace only: those have of the host's cgroups what somebody gave to them,
  /// and can make no device and load no program for devices.
  package static var runsHostRoot: Bool {
    get throws(Failure) { effectiveUserID == 0 ? try isInitial : false }
  }
}
