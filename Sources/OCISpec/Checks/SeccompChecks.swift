import JSON

extension Seccomp {
  func check(_ found: inout [Problem]) {
    let path = "linux.seccomp"
    checkErrno(defaultErrnoRet, defaultAction, at: path, "defaultErrnoRet", given: "\(path).defaultAction", &found)
    if defaultAction == .notify {
      // The filter would stop the very sendmsg(2) that hands its listener over.
      found.add(
        "\(path).defaultAction", "SCMP_ACT_NOTIFY cannot be used as default action", "give it to the system calls by name",
        rule: "de facto: the runtime's own calls must not wait for the listener")
    }
    if !listenerMetadata.isEmpty, listenerPath.isEmpty {
      found.add(
        "\(path).listenerMetadata", "must not be set without listenerPath", "add listenerPath or remove it",
        given: ["\(path).listenerPath"])
    }
    for (index, rule) in syscalls.enumerated() { check(rule, at: "\(path).syscalls[\(index)]", &found) }
    let notifies = syscalls.contains { $0.action == .notify }
    if notifies, listenerPath.isEmpty {
      found.add(
        "\(path).listenerPath", "is required, because a rule says SCMP_ACT_NOTIFY", "add the socket of the listener")
    }
    if flags?.contains(.waitKillableRecv) == true, !notifies {
      found.add(
        "\(path).flags", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY", "remove it",
        rule: "seccomp(2)", given: ["\(path).syscalls"])
    }
  }

  private func check(_ rule: SyscallRule, at path: String, _ found: inout [Problem]) {
    if rule.names.isEmpty { found.add("\(path).names", "must hold at least one system call", "name it, or remove the rule") }
    checkErrno(rule.errnoRet, rule.action, at: path, "errnoRet", given: "\(path).action", &found)
    // The listener leaves the container by sendmsg(2) when the filter is in force already: that call would wait for a
    // supervisor which does not have the listener yet. runc hands it over by write(2), and refuses that.
    for name in ["sendmsg", "write"] where rule.action == .notify && rule.names.contains(name) {
      found.add(
        "\(path).action", "SCMP_ACT_NOTIFY cannot be used for the \(name) syscall", "remove \(name) from names",
        rule: "de facto: the runtime's own calls must not wait for the listener")
    }
    for (index, argument) in rule.args.enumerated() where argument.index > 5 {
      found.add(
        "\(path).args[\(index)].index", "\(argument.index) is out of range", "expected 0 to 5", rule: "syscall(2)")
    }
  }

  private func checkErrno(
    _ errno: UInt32?, _ action: SeccompAction, at path: String, _ name: String, given: String, _ found: inout [Problem]
  ) {
    guard let errno else { return }
    let member = "\(path).\(name)"
    if !action.takesErrno {
      found.add(
        member, "the action is \(action.rawValue), which takes none",
        "remove it, or make the action SCMP_ACT_ERRNO or SCMP_ACT_TRACE", given: [given])
    } else if action == .errno, errno > 4095 {  // MAX_ERRNO: the kernel would cut it silently
      found.add(member, "\(errno) is out of range", "expected 0 to 4095", rule: "seccomp(2)", given: [given])
    } else if errno > UInt16.max {
      found.add(member, "\(errno) is out of range", "expected 0 to 65535", rule: "seccomp(2)", given: [given])
    }
  }
}
