import Container
import Kernel
import OCISpec

extension Flag {
  static let process = Flag("process", short: "p", .path("FILE"), help: "a process document of the spec, in place of a program")
  static let tty = Flag("tty", short: "t", help: "give the process a terminal")
  static let cwd = Flag("cwd", .text("DIR"), help: "its working directory in the container")
  static let env = Flag("env", short: "e", .text("NAME=VALUE"), repeatable: true, help: "set a variable of its environment")
  static let user = Flag("user", short: "u", .text("UID[:GID]"), help: "whose process it is; numbers")
  static let additionalGids = Flag(
    "additional-gids", short: "g", .text("GID"), repeatable: true, help: "a supplementary group more; a number")
  static let cap = Flag(
    "cap", short: "c", .text("CAP"), repeatable: true, help: "a capability more: bounding, permitted and effective")
  static let noNewPrivs = Flag("no-new-privs", help: "let it gain no privileges by an exec")
  static let processLabel = Flag("process-label", .text("LABEL"), help: "its SELinux label")
  static let apparmor = Flag("apparmor", .text("PROFILE"), help: "its AppArmor profile")
  static let cgroup = Flag("cgroup", .text("PATH"), help: "a cgroup below the container's to start it in")
  static let ignorePaused = Flag("ignore-paused", help: "start it in a paused container too; it runs once that is resumed")
}

extension Verb {
  static let exec = Verb(
    "exec", summary: "start one more process in a container",
    details: """
      The process has what config.json gives to the container's own one; the flags, or
      a document with --process, change that. What such a document leaves out of
      capabilities, rlimits, labels, scheduler, ioPriority and execCPUAffinity is as in
      config.json. Without --detach the exit status is that of the process, or 128 and
      the number of the signal that killed it, and signals are passed on to it.
      """,
    operands: [.containerID, Operand(name: "command", need: .rest, words: .anything)],
    flags: [
      .process, .tty, .cwd, .env, .user, .additionalGids, .cap, .noNewPrivs, .processLabel, .apparmor, .detach, .pidFile,
      .consoleSocket, .pidfdSocket, .preserveFDs, .cgroup, .ignorePaused,
    ],
    // What follows the container belongs to the command.
    flagPlace: .beforeOperands,
    exitStatus: "That of the process, or 128 and the number of the signal that killed it; 255 if it could not be started.",
    failureStatus: 255, entersContainer: true
  ) { invocation throws(Failure) in
    Answer(status: try invocation.runtime().exec(try invocation.execution()))
  }
}

extension Invocation {
  func execution() throws(Failure) -> ExecRequest {
    let arguments = Array(operands.dropFirst())
    let file = try values.path(.process)
    if file != nil, !arguments.isEmpty {
      throw Failure("--process names the program, and so does the command \"\(arguments[0])\"", hint: "give one of them")
    }
    var program = ExecRequest.Program.arguments(arguments)
    // Read at once: it may be a descriptor of the caller's (/dev/fd/3), which does not stay open.
    if let file {
      program = .document(try during("reading \(file)", Descriptor.open(host: file, .readOnly).readAll()), name: file)
    }
    var request = ExecRequest(id: id, program: program)
    request.cwd = values.nonEmpty(.cwd)
    request.environment = values.texts(.env)
    if let text = values.nonEmpty(.user) { request.user = try user(text) }
    for text in values.texts(.additionalGids) { request.additionalGids.append(try identifier(text, .additionalGids)) }
    request.capabilities = values.texts(.cap)
    request.selinuxLabel = values.nonEmpty(.processLabel)
    request.apparmorProfile = values.nonEmpty(.apparmor)
    request.noNewPrivileges = values.text(.noNewPrivs).map { _ in values.isOn(.noNewPrivs) }
    request.terminal = values.isOn(.tty)
    request.detach = values.isOn(.detach)
    request.consoleSocket = try values.path(.consoleSocket)
    request.pidfdSocket = try values.path(.pidfdSocket)
    request.pidFile = try values.path(.pidFile)
    request.preserveFDs = values.number(.preserveFDs) ?? 0
    request.cgroup = values.text(.cgroup) ?? ""
    request.ignorePaused = values.isOn(.ignorePaused)
    if request.cgroup.utf8.contains(UInt8(ascii: ":")) {
      throw Failure("--cgroup \(request.cgroup): cgroup v2 has one path for all controllers", hint: "give the path alone")
    }
    return request
  }

  private func user(_ text: String) throws(Failure) -> (uid: UInt32, gid: UInt32?) {
    let parts = text.parts(":", maxSplits: 1, omittingEmpty: false).map { String($0) }
    let uid = try identifier(parts[0], .user)
    return (uid, parts.count > 1 ? try identifier(parts[1], .user) : nil)
  }

  /// Digits and nothing else. A number that does not fit must never become another, least of all 0 (CVE-2026-30892).
  private func identifier(_ text: String, _ flag: Flag) throws(Failure) -> UInt32 {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let id = UInt32(text), id != .max else {
      throw Failure(
        "invalid --\(flag.name) \(values.texts(flag).joined(separator: " "))",
        hint: "ids are numbers from 0 to 4294967294, not names")
    }
    return id
  }
}

extension Values {
  /// The text given for `flag`. An empty one counts as not given, as for a path.
  fileprivate func nonEmpty(_ flag: Flag) -> String? { text(flag).flatMap { $0.isEmpty ? nil : $0 } }
}
