import Foundation
import Kernel

@testable import ControlGroups

/// A place of its own in the cgroup2 file system of this host, and processes to put there. For root.
final class Laboratory {
  let hierarchy: Hierarchy
  let name: String
  private var processes: [Shell] = []

  init(_ test: String = #function) throws {
    hierarchy = try Hierarchy.find()
    name = "apus-test-\(getpid())-\(test.prefix { $0.isLetter || $0.isNumber })"
    try FileManager.default.createDirectory(atPath: "\(hierarchy.mountPoint)/\(name)", withIntermediateDirectories: false)
  }

  deinit {
    let place = "\(hierarchy.mountPoint)/\(name)"
    write("0", "cgroup.freeze")
    write("1", "cgroup.kill")
    for process in processes { process.wait() }
    Laboratory.shell(
      "for i in 1 2 3 4 5 6 7 8 9; do find \(place) -depth -type d -exec rmdir {} + 2>/dev/null && break; sleep 0.05; done")
  }

  /// Whether root can make cgroups here.
  static let isUsable: Bool = {
    guard getuid() == 0, let hierarchy = try? Hierarchy.find() else { return false }
    return access("\(hierarchy.mountPoint)/cgroup.procs", W_OK) == 0
  }()

  /// The controllers of the host's hierarchy: few on a hybrid host, most in the lab's kernels.
  static func has(_ controllers: String...) -> Bool {
    guard isUsable, let here = try? Hierarchy.find().controllers() else { return false }
    return controllers.allSatisfy(here.contains)
  }

  func path(_ relative: String) -> String { "/\(name)/\(relative)" }
  func full(_ relative: String) -> String { "\(hierarchy.mountPoint)/\(name)/\(relative)" }
  func exists(_ relative: String) -> Bool { access(full(relative), F_OK) == 0 }
  func make(_ relative: String) throws {
    try FileManager.default.createDirectory(atPath: full(relative), withIntermediateDirectories: true)
  }

  /// The text of a control file, without its newline.
  func read(_ relative: String) throws -> String {
    try String(contentsOfFile: full(relative), encoding: .utf8).trimmingCharacters(in: .newlines)
  }

  func write(_ value: String, _ relative: String) {
    guard let file = fopen(full(relative), "w") else { return }
    fputs(value, file)
    fclose(file)
  }

  /// Runs a shell command in a cgroup, and returns once it is there.
  ///
  /// It inherits the signal mask of a test's thread, in which SIGSYS is one of the few that are not blocked.
  @discardableResult
  func start(_ command: String, in relative: String) throws -> Shell {
    let enter = "ulimit -c 0; echo $$ >\(full(relative))/cgroup.procs && echo ready && exec >/dev/null"
    let process = try Shell("\(enter) && \(command)")
    processes.append(process)
    process.awaitFirstLine()
    return process
  }

  /// The exit status of a shell command that runs in a cgroup.
  func status(_ command: String, in relative: String) throws -> Int32 {
    try start(command, in: relative).wait()
  }

  static func shell(_ command: String) { _ = try? Shell(command).wait() }
}

/// A child that runs a shell command. By posix_spawn(3) and waitpid(2): Foundation's `Process` learns of an end through a
/// socket, and a process that another test forks meanwhile holds that open.
final class Shell {
  let processIdentifier: pid_t
  private let output: Int32
  private var ended: Int32?

  init(_ command: String) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failure("pipe", errno: Errno(rawValue: errno)) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var pid: pid_t = 0
    let arguments: [UnsafeMutablePointer<CChar>?] = ["/bin/sh", "-c", command].map { (text: String) in strdup(text) } + [nil]
    defer { for argument in arguments { free(argument) } }
    let failed = posix_spawn(&pid, "/bin/sh", &actions, nil, arguments, environ)
    if failed != 0 { throw Failure("posix_spawn", errno: Errno(rawValue: failed)) }
    processIdentifier = pid
    output = ends[0]
  }

  deinit { close(output) }

  func awaitFirstLine() {
    var byte: UInt8 = 0
    while read(output, &byte, 1) == 1, byte != UInt8(ascii: "\n") {}
  }

  /// The exit status, or the signal.
  @discardableResult
  func wait() -> Int32 {
    if let ended { return ended }
    var status: Int32 = 0
    while waitpid(processIdentifier, &status, 0) < 0, errno == EINTR {}
    let result = status & 0x7f == 0 ? status >> 8 & 0xff : status & 0x7f
    ended = result
    return result
  }

  var isRunning: Bool {
    if ended != nil { return false }
    var status: Int32 = 0
    if waitpid(processIdentifier, &status, WNOHANG) == 0 { return true }
    ended = status & 0x7f == 0 ? status >> 8 & 0xff : status & 0x7f
    return false
  }
}

/// The message of the failure that `body` ends with; that it did not fail, otherwise.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no failure"
  } catch { return (error as? Failure)?.message ?? "\(error)" }
}
