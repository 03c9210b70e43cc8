import JSON

extension Rlimit {
  /// The names of getrlimit(2).
  package static let known = [
    "RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_LOCKS", "RLIMIT_MEMLOCK",
    "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_RSS", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
    "RLIMIT_SIGPENDING", "RLIMIT_STACK",
  ]
}

extension Process {
  /// The same for a process document by itself (`exec --process`).
  package func check() -> [Problem] {
    var found: [Problem] = []
    check(at: "", &found)
    return found
  }

  /// - Parameter prefix: path of the process in its document with a dot behind it, or nothing.
  func check(at prefix: String, _ found: inout [Problem]) {
    if args.isEmpty {
      found.add(prefix + "args", "args must not be empty")
    } else if args[0].isEmpty {
      found.add(prefix + "args[0]", "must not be empty, it is the program to run")
    }
    if !cwd.isAbsolutePath { found.add(prefix + "cwd", "Cwd must be an absolute path, not \(cwd.quoted)") }
    for (index, variable) in env.enumerated() where !variable.isAssignment {
      found.add("\(prefix)env[\(index)]", "\(variable.quoted) is not of the form NAME=value")
    }
    checkRlimits(at: prefix, &found)
    user.check(at: prefix + "user.", &found)
    if let oomScoreAdj, !(-1000...1000 ~= oomScoreAdj) {
      found.add(prefix + "oomScoreAdj", "\(oomScoreAdj) is out of range, expected -1000 to 1000")
    }
    scheduler?.check(at: prefix + "scheduler.", &found)
    if let ioPriority, !(0...7 ~= ioPriority.priority) {
      found.add(prefix + "ioPriority.priority", "\(ioPriority.priority) is out of range, expected 0 (highest) to 7")
    }
    checkAffinity(at: prefix + "execCPUAffinity.", &found)
  }

  private func checkRlimits(at prefix: String, _ found: inout [Problem]) {
    var seen: Set<String> = []
    for (index, limit) in rlimits.enumerated() {
      let path = "\(prefix)rlimits[\(index)]"
      if !Rlimit.known.contains(limit.type) {
        found.add("\(path).type", "unknown limit \(limit.type.quoted), expected one of \(Rlimit.known.joined(separator: ", "))")
      } else if !seen.insert(limit.type).inserted {
        found.add("\(path).type", "\(limit.type) is there twice")
      }
      if limit.soft > limit.hard {
        found.add("\(path).soft", "\(limit.soft) is more than the hard limit \(limit.hard)")
      }
    }
  }

  private func checkAffinity(at prefix: String, _ found: inout [Problem]) {
    guard let affinity = execCPUAffinity else { return }
    for (name, list) in [("initial", affinity.initial), ("final", affinity.final)] where !list.isEmpty {
      if NumberList(list) == nil { found.add(prefix + name, "\(list.quoted) is no list of cpus, such as 0-3,7") }
    }
  }
}

extension String {
  /// `NAME=value`, with a name.
  fileprivate var isAssignment: Bool {
    guard let sign = utf8.firstIndex(of: UInt8(ascii: "=")) else { return false }
    return sign != startIndex
  }
}

extension User {
  func check(at prefix: String, _ found: inout [Problem]) {
    // To setresuid(2) and its kin -1 means "leave it as it is": the process would stay root.
    let noID = "4294967295 is -1 to the kernel, which means no id at all"
    if uid == .max { found.add(prefix + "uid", noID) }
    if gid == .max { found.add(prefix + "gid", noID) }
    for (index, id) in additionalGids.enumerated() where id == .max {
      found.add("\(prefix)additionalGids[\(index)]", noID)
    }
    if let umask, umask > 0o777 {
      found.add(prefix + "umask", "\(umask) is more than 511 (0777), note that JSON numbers are decimal")
    }
  }
}

extension Scheduler {
  /// sched(7): what each policy takes.
  func check(at prefix: String, _ found: inout [Problem]) {
    if policy == .iso { found.add(prefix + "policy", "SCHED_ISO is reserved, Linux never got it") }
    if !(-20...19 ~= nice) { found.add(prefix + "nice", "\(nice) is out of range, expected -20 to 19") }
    if policy == .fifo || policy == .roundRobin {
      if !(1...99 ~= priority) { found.add(prefix + "priority", "\(policy.rawValue) takes 1 to 99, not \(priority)") }
    } else if priority != 0 {
      found.add(prefix + "priority", "only SCHED_FIFO and SCHED_RR have one, the policy is \(policy.rawValue)")
    }
    if policy == .deadline {
      checkDeadline(at: prefix, &found)
    } else if runtime != 0 || deadline != 0 || period != 0 {
      found.add(prefix + "policy", "runtime, deadline and period are only for SCHED_DEADLINE, not \(policy.rawValue)")
    }
  }

  private func checkDeadline(at prefix: String, _ found: inout [Problem]) {
    if runtime < 1024 { found.add(prefix + "runtime", "\(runtime) is too short, SCHED_DEADLINE needs 1024 ns") }
    if runtime > deadline { found.add(prefix + "runtime", "\(runtime) is longer than the deadline \(deadline)") }
    if period != 0, deadline > period {
      found.add(prefix + "deadline", "\(deadline) is longer than the period \(period)")
    }
  }
}

extension Hooks {
  func check(_ found: inout [Problem]) {
    for (name, hooks) in all {
      for (index, hook) in hooks.enumerated() {
        let path = "hooks.\(name)[\(index)]"
        if !hook.path.isAbsolutePath { found.add("\(path).path", "must be an absolute path, not \(hook.path.quoted)") }
        if let timeout = hook.timeout, timeout <= 0 {
          found.add("\(path).timeout", "must be 1 second or more, not \(timeout)")
        }
      }
    }
  }
}
