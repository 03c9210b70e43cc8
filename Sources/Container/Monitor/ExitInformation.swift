import Kernel

/// A container's init as an observer holds it, who is not its parent: by a pidfd from before it was reaped.
final class HeldProcess {
  let handle: ProcessHandle

  private init(_ handle: consuming ProcessHandle) { self.handle = handle }

  /// Takes hold of the process that got `pid` at `startTime`, a zombie too; nil when it is gone.
  static func hold(_ pid: CInt, startTime: UInt64, _ proc: ProcFS) throws(Failure) -> HeldProcess? {
    guard let handle = try ProcessHandle.find(pid) else { return nil }
    if let found = try ProcessStatus.read(pid, proc), found.startTime == startTime { return HeldProcess(handle) }
    // Another has its pid; or it was reaped this moment, and the kernel has kept how it ended.
    return try handle.exitStatus() == nil ? nil : HeldProcess(handle)
  }

  /// True once it has ended, reaped or not. Waits at most `milliseconds`; −1 waits for ever.
  func hasEnded(within milliseconds: CInt) throws(Failure) -> Bool { try handle.hasEnded(within: milliseconds) }

  /// How the process has ended, be it reaped or not; nil when that is not to be learned (any more).
  func exitStatus(_ proc: ProcFS) throws(Failure) -> ExitStatus? {
    if let status = try handle.exitStatus() { return status }
    if let status = try ProcessStatus.exitStatus(ofZombie: handle.pid, proc) { return status }
    return try handle.exitStatus()  // it was reaped in between
  }
}

extension ProcessStatus {
  /// How a process has ended that its parent has not asked for yet: the last field of its stat file.
  static func exitStatus(ofZombie pid: CInt, _ proc: ProcFS) throws(Failure) -> ExitStatus? {
    guard let status = try read(pid, proc), status.hasEnded else { return nil }
    if let exit = status.exitStatus { return exit }
    // 0 is what the field also has for those who may not trace the process. Its namespaces are shown to the same readers.
    do {
      _ = try proc.open("\(pid)/ns/user", [.path, .noFollow]).readLink()
      return .exited(code: 0)
    } catch  where error.errno == .permissionDenied || error.errno == .noSuchProcess || error.errno == .noSuchFileOrDirectory {
      return nil
    }
  }
}

extension SavedState {
  /// How the container's init has ended, as far as that is known: from the `run` that has reaped it, or while nobody has.
  func exitStatus(_ proc: ProcFS) throws(Failure) -> ExitStatus? {
    if let waitStatus { return ExitStatus(waitStatus: waitStatus) }
    guard pid != 0, let process = try HeldProcess.hold(pid, startTime: startTime, proc), try process.hasEnded(within: 0) else {
      return nil
    }
    return try process.exitStatus(proc)
  }
}
