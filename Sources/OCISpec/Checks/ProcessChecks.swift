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
      found.add(prefix + "args", "args must not be empty", "name the program to run")
    } else if args[0].isEmpty {
      found.add(prefix + "args[0]", "must not be empty", "it is the program to run")
    }
    if !cwd.isAbsolutePath {
      found.add(prefix + "cwd", "Cwd must be an absolute path, not \(cwd.quoted)", "begin it with a slash")
    }
    for (index, variable) in env.enumerated() where !variable.isAssignment {
      found.add(
        "\(prefix)env[\(index)]", "\(variable.quoted) is not of the form NAME=value", "give it a name and an equals sign",
        rule: "environ(7)")
    }
    checkRlimits(at: prefix, &found)
    user.check(at: prefix + "user.", &found)
    if let oomScoreAdj, !(-1000...1000 ~= oomScoreAdj) {
      found.add(prefix + "oomScoreAdj", "\(oomScoreAdj) is out of range", "expected -1000 to 1000", rule: "proc(5)")
    }
    scheduler?.check(at: prefix + "scheduler.", &found)
    if let ioPriority, !(0...7 ~= ioPriority.priority) {
      found.add(prefix + "ioPriority.priority", "\(ioPriority.priority) is out of range", "expected 0 (highest) to 7")
    }
    checkAffinity(at: prefix + "execCPUAffinity.", &found)
  }

  private func checkRlimits(at prefix: String, _ found: inout [Problem]) {
    var seen: [String: Int] = [:]
    for (index, limit) in rlimits.enumerated() {
      var path: String { "\(prefix)rlimits[\(index)]" }
      if !Rlimit.known.contains(limit.type) {
        found.add(
          "\(path).type", "unknown limit \(limit.type.quoted)", "expected one of \(Rlimit.known.joined(separator: ", "))")
      } else if let first = seen[limit.type] {
        found.add("\(path).type", "\(limit.type) is there twice", "remove this one or \(prefix)rlimits[\(first)]")
      } else {
        seen[limit.type] = index
      }
      if limit.soft > limit.hard {
        found.add(
          "\(path).soft", "\(limit.soft) is more than the hard limit \(limit.hard)", "lower soft or raise hard",
          rule: "getrlimit(2)", given: ["\(path).hard"])
      }
    }
  }

  private func checkAffinity(at prefix: String, _ found: inout [Problem]) {
    guard let affinity = execCPUAffinity else { return }
    for (name, list) in [("initial", affinity.initial), ("final", affinity.final)] where !list.isEmpty {
      if NumberList(list) == nil {
        found.add(prefix + name, "\(list.quoted) is no list of cpus", "write it such as 0-3,7")
      }
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
    if uid == .max { found.addNoID(prefix + "uid") }
    if gid == .max { found.addNoID(prefix + "gid") }
    for (index, id) in additionalGids.enumerated() where id == .max { found.addNoID("\(prefix)additionalGids[\(index)]") }
    if let umask, umask > 0o777 {
      found.add(prefix + "umask", "\(umask) is more than 511 (0777)", "note that JSON numbers are decimal", rule: "umask(2)")
    }
  }
}

extension [Problem] {
  /// To setresuid(2), chown(2) and their kin -1 means "leave it as it is": the process would stay root.
  mutating func addNoID(_ path: String) {
    add(path, "4294967295 is -1 to the kernel, which means no id at all", "expected 0 to 4294967294", rule: "setresuid(2)")
  }
}

extension Scheduler {
  private static let rule = "sched(7)"

  /// sched(7): what each policy takes.
  func check(at prefix: String, _ found: inout [Problem]) {
    func add(_ member: String, _ message: String, _ remedy: String) {
      found.add(prefix + member, message, remedy, rule: Self.rule, given: [prefix + "policy"])
    }
    if policy == .iso { add("policy", "SCHED_ISO is reserved, Linux never got it", "take SCHED_OTHER") }
    if !(-20...19 ~= nice) { add("nice", "\(nice) is out of range", "expected -20 to 19") }
    if policy == .fifo || policy == .roundRobin {
      if !(1...99 ~= priority) { add("priority", "\(priority) is out of range", "\(policy.rawValue) takes 1 to 99") }
    } else if priority != 0 {
      add("priority", "only SCHED_FIFO and SCHED_RR have one, the policy is \(policy.rawValue)", "remove it")
    }
    if policy == .deadline {
      checkDeadline(at: prefix, &found)
    } else if runtime != 0 || deadline != 0 || period != 0 {
      add(
        "policy", "runtime, deadline and period are only for SCHED_DEADLINE, not \(policy.rawValue)",
        "remove them, or take SCHED_DEADLINE")
    }
  }

  private func checkDeadline(at prefix: String, _ found: inout [Problem]) {
    func add(_ member: String, _ message: String, given: String) {
      found.add(
        prefix + member, message, "it must be: 1024 ns <= runtime <= deadline <= period", rule: Self.rule,
        given: [prefix + given])
    }
    if runtime < 1024 { add("runtime", "\(runtime) is too short", given: "runtime") }
    if runtime > deadline { add("runtime", "\(runtime) is longer than the deadline \(deadline)", given: "deadline") }
    if period != 0, deadline > period {
      add("deadline", "\(deadline) is longer than the period \(period)", given: "period")
    }
  }
}

extension Hooks {
  func check(_ found: inout [Problem]) {
    if isEmpty { return }
    for (name, hooks) in all {
      for (index, hook) in hooks.enumerated() {
        let path = "hooks.\(name)[\(index)]"
        if !hook.path.isAbsolutePath {
          found.add("\(path).path", "must be an absolute path, not \(hook.path.quoted)", "hooks are not searched in PATH")
        }
        if let timeout = hook.timeout, timeout <= 0 {
          found.add("\(path).timeout", "\(timeout) is out of range", "must be 1 second or more; leave it out for no limit")
        }
      }
    }
  }
}
