import CLibc
import CLinux
import CMusl

/// How a process ended.
package enum ExitStatus: Sendable, Equatable {
  case exited(code: CInt)
  case signaled(CInt)

  /// The status a shell would show: the code, or 128 plus the signal.
  package var shellStatus: CInt {
    switch self {
    case .exited(let code): code
    case .signaled(let signal): 128 + signal
    }
  }
}

/// A process held by a pidfd: a signal never reaches another process that got its pid later (pidfd_open(2)).
package struct ProcessHandle: ~Copyable {
  package let pid: CInt
  private let pidfd: Descriptor

  init(pid: CInt, pidfd: consuming Descriptor) {
    self.pid = pid
    self.pidfd = pidfd
  }

  /// ESRCH when no process has this pid. The caller compares the start time to know that it is the one it means.
  package init(pid: CInt) throws(Failure) {
    self.pid = pid
    pidfd = Descriptor(owning: try call("pidfd_open") { apus_pidfd_open(pid) })
  }

  /// nil when no process has this pid, though it may be the number of a thread, or still that of a session or process group:
  /// of a first process that is gone and has left others behind. The kernel says EINVAL of both (seen on 6.1), later ENOENT.
  package static func find(_ pid: CInt) throws(Failure) -> ProcessHandle? {
    do { return try ProcessHandle(pid: pid) } catch
      where error.errno == .noSuchProcess || error.errno == .invalidArgument || error.errno == .noSuchFileOrDirectory
    {
      return nil
    }
  }

  package func send(signal: CInt) throws(Failure) {
    try call("pidfd_send_signal") { apus_pidfd_send_signal(pidfd.number, signal) }
  }

  /// True once the process has ended, reaped or not. Waits at most `milliseconds`; −1 waits for ever.
  package func hasEnded(within milliseconds: CInt) throws(Failure) -> Bool {
    var poll = Poll()
    poll.add(self)
    return try poll.wait(milliseconds: milliseconds)[0] != []
  }

  /// Waits for the end of a child of this process and reaps it.
  package func reap() throws(Failure) -> ExitStatus {
    var code: CInt = 0
    var status: CInt = 0
    try call("waitid") { unsafe apus_wait_pidfd(pidfd.number, &code, &status) }
    return code == CInt(CLD_EXITED) ? .exited(code: status) : .signaled(status)
  }

  var pollNumber: CInt { pidfd.number }

  /// The pidfd itself, to poll on beside others or to send to another process.
  package func withDescriptor<R>(_ body: (borrowing Descriptor) throws(Failure) -> R) throws(Failure) -> R { try body(pidfd) }
}

extension ProcessHandle {
  /// Kills a child that will not be, and buries it.
  package func end() {
    // It may have ended by itself; there is nothing more to do about a process that cannot be killed.
    _ = Result { () throws(Failure) in try send(signal: Signals.kill) }
    _ = Result { () throws(Failure) in try reap() }
  }
}

/// Starts a child which runs `body` and never returns from it, as fork(2) does: clone(2) with CLONE_PIDFD.
///
/// Not clone3(2), whose flags no seccomp filter can see: Docker's answers it with ENOSYS, and a startContainer hook is
/// started under the container's filter.
package func spawn(_ body: () -> Never) throws(Failure) -> ProcessHandle {
  var pidfd: CInt = -1
  let pid = try call("clone") { unsafe apus_fork(&pidfd) }
  if pid == 0 { body() }
  return ProcessHandle(pid: pid, pidfd: Descriptor(owning: pidfd))
}

/// Starts a child with what only clone3(2) can give it at its birth, without CLONE_VM. `body` never returns.
///
/// The child has a copy of all memory and all descriptors, so nothing is serialised for it. That is safe in Swift
/// because apus has one thread: no lock can be held by a thread the child does not have. Memory it shares with us until one of us writes to
/// it, and what it copies then counts against its cgroup, so it allocates from pages of its own.
///
/// - Parameters:
///   - namespaces: new namespaces for the child. Not `.cgroup`: the kernel would take the *parent's* cgroup as its root
///     (copy_cgroup_ns reads the cgroup of the caller), so the child unshares that one itself.
///   - cgroup: the directory of the cgroup the child is born into (CLONE_INTO_CGROUP, kernel 5.7), so that it is never
///     outside of its limits, not even for its first instruction. Since 6.14 the kernel ends such a child by SIGKILL
///     before its first instruction when cgroup.kill was ever written to one of the two cgroups and not to the other.
///   - sibling: makes the child a child of this process's parent (CLONE_PARENT).
package func spawn(
  namespaces: NamespaceKinds, cgroup: SharedDescriptor? = nil, sibling: Bool = false,
  _ body: () -> Never
) throws(Failure) -> ProcessHandle {
  var pidfd: CInt = -1
  var arguments = clone_args()
  arguments.flags = namespaces.rawValue | 0x1000  // CLONE_PIDFD
  if sibling { arguments.flags |= 0x8000 }  // CLONE_PARENT
  arguments.exit_signal = sibling ? 0 : UInt64(SIGCHLD)
  if let cgroup {
    arguments.flags |= 0x2_0000_0000  // CLONE_INTO_CGROUP
    arguments.cgroup = UInt64(cgroup.descriptor.number)
  }
  let pid = try unsafe withUnsafeMutablePointer(to: &pidfd) { pointer throws(Failure) in
    arguments.pidfd = UInt64(UInt(bitPattern: pointer))
    return try call("clone3") { unsafe apus_clone3(&arguments) }
  }
  if pid == 0 {
    apus_leave_memory_to_parent()
    body()
  }
  return ProcessHandle(pid: pid, pidfd: Descriptor(owning: pidfd))
}

/// Ends this process at once: no deinit, no atexit, no stdio buffer of the parent flushed twice.
package func endProcess(_ status: CInt) -> Never { _exit(status) }

package var processID: CInt { getpid() }

/// What /proc/PID/comm says from now on until the exec; at most 15 bytes (PR_SET_NAME).
package func setProcessName(_ name: StaticString) throws(Failure) {
  try call("prctl(PR_SET_NAME)") { unsafe apus_prctl(15, UInt(bitPattern: name.utf8Start), 0, 0, 0) }
}
package var effectiveUserID: UInt32 { geteuid() }
package var effectiveGroupID: UInt32 { getegid() }

/// kill(2) by number: only for a process that cannot have ended unseen, such as a child, or one listed by a frozen cgroup.
package func sendSignal(_ signal: CInt, to pid: CInt) throws(Failure) { try call("kill") { apus_kill(pid, signal) } }

/// Reaps one child that has ended, whichever it is: our own, or an orphan which a subreaper inherited. Does not wait.
package func reapAnyChild() -> (pid: CInt, status: ExitStatus)? {
  var status: CInt = 0
  let pid = unsafe apus_wait_pid(-1, &status)
  guard pid > 0 else { return nil }
  return (pid, ExitStatus(waitStatus: status))
}
