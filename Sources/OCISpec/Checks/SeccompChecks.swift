import JSON

extension Seccomp {
  func check(_ found: inout [Problem]) {
    let path = "linux.seccomp"
    checkErrno(defaultErrnoRet, defaultAction, at: path, "defaultErrnoRet", &found)
    if defaultAction == .notify {
      // The filter would stop the very sendmsg(2) that hands its listener over.
      found.add("\(path).defaultAction", "SCMP_ACT_NOTIFY cannot be used as default action")
    }
    if !listenerMetadata.isEmpty, listenerPath.isEmpty {
      found.add("\(path).listenerMetadata", "must not be set without listenerPath")
    }
    for (index, rule) in syscalls.enumerated() { check(rule, at: "\(path).syscalls[\(index)]", &found) }
    let notifies = syscalls.contains { $0.action == .notify }
    if notifies, listenerPath.isEmpty {
      found.add("\(path).listenerPath", "is required, because a rule says SCMP_ACT_NOTIFY")
    }
    if flags?.contains(.waitKillableRecv) == true, !notifies {
      found.add("\(path).flags", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY")
    }
  }

  private func check(_ rule: SyscallRule, at path: String, _ found: inout [Problem]) {
    if rule.names.isEmpty { found.add("\(path).names", "must hold at least one system call") }
    checkErrno(rule.errnoRet, rule.action, at: path, "errnoRet", &found)
    if rule.action == .notify, rule.names.contains("write") {
      // The process under the filter still has to write to its parent before the listener is served.
      found.add("\(path).action", "SCMP_ACT_NOTIFY cannot be used for the write syscall")
    }
    for (index, argument) in rule.args.enumerated() where argument.index > 5 {
      found.add("\(path).args[\(index)].index", "\(argument.index) is out of range, expected 0 to 5")
    }
  }

  private func checkErrno(
    _ errno: UInt32?, _ action: SeccompAction, at path: String, _ name: String, _ found: inout [Problem]
  ) {
    guard let errno else { return }
    if !action.takesErrno {
      found.add("\(path).\(name)", "only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take one, the action is \(action.rawValue)")
    } else if action == .errno, errno > 4095 {  // MAX_ERRNO: the kernel would cut it silently
      found.add("\(path).\(name)", "\(errno) is out of range, expected 0 to 4095")
    } else if errno > UInt16.max {
      found.add("\(path).\(name)", "\(errno) is out of range, expected 0 to 65535")
    }
  }
}
