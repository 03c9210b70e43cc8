import CLinux

extension ExitStatus {
  /// What wait(2) and the kernel's own exit code say: the signal in the low seven bits, or the code in the next eight.
  package init(waitStatus: CInt) {
    self = waitStatus & 0x7f == 0 ? .exited(code: waitStatus >> 8 & 0xff) : .signaled(waitStatus & 0x7f)
  }

  /// The signal that has ended the process, if one did.
  package var signal: CInt? { if case .signaled(let signal) = self { signal } else { nil } }

  package var waitStatus: CInt {
    switch self {
    case .exited(let code): code << 8
    case .signaled(let signal): signal
    }
  }
}

extension ProcessHandle {
  /// How a process that is no child of ours has ended (ioctl(2) PIDFD_GET_INFO with PIDFD_INFO_EXIT, pidfd.h of Linux 6.15).
  ///
  /// The kernel has it from the moment in which the process is reaped, for whoever holds a pidfd from before. nil until then,
  /// and for a kernel that does not tell.
  package func exitStatus() throws(Failure) -> ExitStatus? {
    let wanted: UInt64 = 1 << 3  // PIDFD_INFO_EXIT
    // struct pidfd_info, PIDFD_INFO_SIZE_VER0: 64 bytes; u64 mask first, s32 exit_code last.
    var information = [UInt64](repeating: 0, count: 8)
    information[0] = wanted
    do {
      try withDescriptor { pidfd throws(Failure) in
        let number = pidfd.number
        try call("ioctl(PIDFD_GET_INFO)") { unsafe apus_ioctl(number, 0xc040_ff0b, &information) }
      }
    } catch
      where error.errno == .inappropriateIOCTLForDevice || error.errno == .invalidArgument
      || error.errno == .noSuchProcess
    {
      return nil  // FALLBACK(kernel < 6.15): no such request (< 6.13), or none that outlives the process
    }
    guard information[0] & wanted != 0 else { return nil }
    return ExitStatus(waitStatus: CInt(truncatingIfNeeded: information[7] >> 32))
  }
}
