import Foundation
import Testing

/// How a program ended and what it said.
struct Outcome: CustomStringConvertible {
  var arguments: [String]
  /// The exit status; 128 + signal for a program that was killed, as a shell would say it.
  var status: Int32
  /// The signal that ended it, if one did.
  var signal: Int32?
  var stdout: String
  var stderr: String
  var duration: TimeInterval

  var succeeded: Bool { status == 0 }
  /// The non-empty lines of stderr.
  var errorLines: [String] { stderr.split(separator: "\n").map(String.init) }
  /// What the error says: stderr without the quoting that runc's text log puts around it.
  var message: String { Runtime.isApus ? stderr : stderr.replacingOccurrences(of: "\\\"", with: "\"") }
  var description: String {
    "`\(arguments.joined(separator: " "))` ended with \(status)\nstdout: \(stdout.debugDescription)\nstderr: \(stderr)"
  }
}

/// A program started with posix_spawn(3), never with fork: the test process has threads.
///
/// Output goes to files, not pipes: a container that keeps its creator's stdout open then blocks nobody.
final class Spawned {
  enum Input {
    case null
    case text(String)
    /// A pipe; `Spawned.input` is its writing end.
    case pipe
    case descriptor(Int32)
  }

  let pid: pid_t
  let arguments: [String]
  /// The writing end of stdin's pipe, for `.pipe`.
  private(set) var input: Int32 = -1
  private let directory: TemporaryDirectory
  private let started = Date()
  private var ended: (status: Int32, signal: Int32?)?

  var stdout: String { File.text("\(directory.path)/stdout") }
  var stderr: String { File.text("\(directory.path)/stderr") }

  /// - Parameters:
  ///   - arguments: the program, with its path or found in PATH, and its arguments.
  ///   - environment: the whole environment of the program.
  ///   - output: a descriptor that becomes 1 and 2 instead of the files.
  ///   - descriptors: what the program gets at which number, besides 0, 1 and 2.
  ///   - terminal: the path of a terminal which becomes 0, 1 and 2 and controls a session of the program's own.
  init(
    _ arguments: [String], environment: [String: String] = Spawned.plainEnvironment, input: Input = .null,
    output: Int32? = nil, descriptors: [Int32: Int32] = [:], terminal: String? = nil, directory workingDirectory: String? = nil
  ) throws {
    self.arguments = arguments
    directory = try TemporaryDirectory()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var temporary: [Int32] = []
    defer { for descriptor in temporary { close(descriptor) } }

    /// A target number may be the source of another, so every source is first moved out of the way.
    func give(_ descriptor: Int32, as target: Int32) throws {
      let high = fcntl(descriptor, F_DUPFD_CLOEXEC, 200)
      guard high >= 0 else { throw HarnessError("F_DUPFD_CLOEXEC of \(descriptor): \(File.errorText())") }
      temporary.append(high)
      posix_spawn_file_actions_adddup2(&actions, high, target)
    }

    var writingEnd: Int32 = -1
    if let terminal {
      // The leader of a new session that opens a terminal gets it as the controlling one.
      posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&actions, 0, 1)
      posix_spawn_file_actions_adddup2(&actions, 0, 2)
    } else {
      switch input {
      case .null: posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      case .text(let text):
        try File.write(text, to: "\(directory.path)/stdin")
        posix_spawn_file_actions_addopen(&actions, 0, "\(directory.path)/stdin", O_RDONLY, 0)
      case .descriptor(let descriptor): try give(descriptor, as: 0)
      case .pipe:
        let ends = try Self.makePipe()
        temporary.append(ends.read)
        writingEnd = ends.write
        try give(ends.read, as: 0)
      }
      for (number, name) in [(Int32(1), "stdout"), (2, "stderr")] {
        if let output {
          try give(output, as: number)
        } else {
          posix_spawn_file_actions_addopen(
            &actions, number, "\(directory.path)/\(name)", O_WRONLY | O_CREAT | O_APPEND, 0o666)
        }
      }
    }
    for (target, descriptor) in descriptors.sorted(by: { $0.key < $1.key }) { try give(descriptor, as: target) }
    // env(1) changes the directory and execs: the module hides posix_spawn_file_actions_addchdir_np.
    let start = workingDirectory.map { ["env", "-C", $0] + arguments } ?? arguments
    pid = try Self.spawn(start, environment, &actions, newSession: terminal != nil)
    self.input = writingEnd
    Self.register(pid)
  }

  deinit {
    closeInput()
    guard ended == nil else { return }
    kill(pid, SIGKILL)  // a test that threw before it waited
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    Self.unregister(pid)
  }

  func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  func write(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard Glibc.write(input, bytes, bytes.count) == bytes.count else { throw HarnessError("write: \(File.errorText())") }
  }

  func send(_ signal: Int32) { kill(pid, signal) }

  /// Whether it has ended; if so it is reaped.
  var isOver: Bool {
    if ended != nil { return true }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return false }
    Self.unregister(pid)
    let signal = status & 0x7f
    ended = signal == 0 ? ((status >> 8) & 0xff, nil) : (128 + signal, signal)
    return true
  }

  /// Waits for the end. A program that is not over in time is killed, and that is an error: nothing may hang a test.
  func wait(timeout: TimeInterval = Spawned.limit) throws -> Outcome {
    let deadline = Date().addingTimeInterval(timeout)
    while !isOver {
      guard Date() < deadline else {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        Self.unregister(pid)
        ended = (137, SIGKILL)
        throw HarnessError("hung for \(timeout) s: \(arguments.joined(separator: " "))\nstdout: \(stdout)\nstderr: \(stderr)")
      }
      usleep(1000)
    }
    guard let ended else { throw HarnessError("no status of \(arguments)") }
    return Outcome(
      arguments: arguments, status: ended.status, signal: ended.signal, stdout: stdout, stderr: stderr,
      duration: Date().timeIntervalSince(started))
  }

  /// Starts a program and waits for it.
  static func run(
    _ arguments: [String], environment: [String: String] = Spawned.plainEnvironment, input: Input = .null,
    timeout: TimeInterval = Spawned.limit
  ) throws -> Outcome {
    try Spawned(arguments, environment: environment, input: input).wait(timeout: timeout)
  }

  /// How long a program may take unless a test says otherwise, in seconds.
  static let limit: TimeInterval = 10 * Host.patience

  /// Little, as a container manager gives it: what a runtime needs beyond this it must be told.
  static let plainEnvironment = ["PATH": Host.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"]

  static func makePipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw HarnessError("pipe: \(File.errorText())") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String: String], _ actions: inout posix_spawn_file_actions_t, newSession: Bool
  ) throws -> pid_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Whatever this process ignores or blocks is not the program's business.
    var every = sigset_t(), none = sigset_t()
    sigfillset(&every)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &every)
    posix_spawnattr_setsigmask(&attributes, &none)
    let setSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which the module hides behind _GNU_SOURCE
    let flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK) | (newSession ? setSession : 0)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = environment.sorted { $0.key < $1.key }.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let error = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
    guard error == 0 else { throw HarnessError("starting \(arguments[0]): \(String(cString: strerror(error)))") }
    return pid
  }
}
