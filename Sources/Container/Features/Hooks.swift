import Kernel
import OCISpec

/// hooks — config.md "POSIX-platform Hooks"
///
/// | kind | when | runs in |
/// |---|---|---|
/// | prestart, createRuntime | mounts are made, before pivot_root | the runtime's namespaces |
/// | createContainer | after those | the container's, before pivot_root: the path is still the host's |
/// | startContainer | `start`, before the program | the container's |
/// | poststart | the program runs, before `start` returns | the runtime's |
/// | poststop | deleted, before `delete` returns | the runtime's |
///
/// The first that fails ends the container, except after its end, when a warning is all there is to say.
enum HookRunner {
  /// Runs hooks in their order. `environment` is what a hook without `env` gets.
  ///
  /// - Parameters:
  ///   - container: a pidfd; the end of that process ends the hook, so that `delete --force` gets through to a `create` that
  ///     hangs in one.
  ///   - track: of the process that runs them.
  static func run(
    _ hooks: [Hook], kind: String, state: @autoclosure () -> String, directory: String? = nil,
    environment: @autoclosure () -> [String], output: HookOutput, container: SharedDescriptor? = nil, track: Track?
  ) throws(Failure) {
    if hooks.isEmpty { return }
    let state = state()
    for (index, hook) in hooks.enumerated() {
      track?.begin(name(kind, index, hook.path))
      try run(
        hook, index: index, kind: kind, state: state, directory: directory, environment: environment(), output: output,
        container: container)
      track?.end()
    }
  }

  /// startContainer hooks, in two parts: see ``PreparedHook``.
  static func prepare(
    _ hooks: [Hook], state: @autoclosure () -> String, environment: [String], output: HookOutput
  ) throws(Failure) -> [PreparedHook] {
    if hooks.isEmpty { return [] }
    let state = state()
    var prepared: [PreparedHook] = []
    for hook in hooks { prepared.append(try PreparedHook(hook, state: state, environment: environment, output: output)) }
    return prepared
  }

  static func run(_ hooks: [PreparedHook], kind: String, track: Track?) throws(Failure) {
    for (index, hook) in hooks.enumerated() {
      track?.begin(name(kind, index, hook.path))
      try during(name(kind, index, hook.path), try hook.run(container: nil))
      track?.end()
    }
  }

  private static func name(_ kind: String, _ index: Int, _ path: String) -> String { "running \(kind) hook #\(index) \(path)" }

  static func run(
    _ hook: Hook, index: Int, kind: String, state: String, directory: String? = nil, environment: @autoclosure () -> [String],
    output: HookOutput, container: SharedDescriptor? = nil
  ) throws(Failure) {
    try during(
      name(kind, index, hook.path),
      try PreparedHook(hook, state: state, directory: directory, environment: hook.env ?? environment(), output: output)
        .run(container: container)
    )
  }
}

/// A hook with all that running it takes. Once this is made only calls are left that every process makes which starts
/// another: startContainer hooks run under the container's seccomp filter and its limits.
final class PreparedHook {
  private let hook: Hook
  var path: String { hook.path }
  private let directory: String?
  private let image: ExecutableImage
  // Files in memory instead of pipes: whatever the hook reads or leaves unread, nobody waits for anybody.
  private let input: Descriptor
  private let output: Descriptor
  /// Where it goes instead.
  private let redirected: HookOutput
  /// Why it could not be executed. No file: RLIMIT_FSIZE holds for the child as well.
  private let trouble: SocketPair

  init(
    _ hook: Hook, state: String, directory: String? = nil, environment: [String], output redirected: HookOutput
  ) throws(Failure) {
    let input = try Descriptor.memoryFile("hook-state")
    try input.writeAll(state)
    try input.rewind()
    let output = try Descriptor.memoryFile("hook-output")
    let trouble = try SocketPair()
    // Here rather than in the child, which may not be allowed to: a filter may be in force by then.
    try StandardStreams.closeOnExec(from: 3)
    self.hook = hook
    self.directory = directory
    image = ExecutableImage(arguments: hook.args.isEmpty ? [hook.path] : hook.args, environment: hook.env ?? environment)
    self.input = input
    self.output = output
    self.redirected = redirected
    self.trouble = trouble
  }

  /// - Parameter container: a pidfd; see ``HookRunner``.
  func run(container: SharedDescriptor?) throws(Failure) {
    let process = try spawn {
      do throws(Failure) {
        try StandardStreams.replace(0, with: input)
        try StandardStreams.replace(1, with: output)
        try StandardStreams.replace(2, with: output)
        if let file = redirected.stdout { try StandardStreams.replace(1, with: file.descriptor) }
        if let file = redirected.stderr { try StandardStreams.replace(2, with: file.descriptor) }
        Signals.resetActions()
        try Signals.setMask(SignalSet())
        if let directory { try during("entering \(directory)", try changeWorkingDirectory(directory)) }
        throw image.execute(path: hook.path)
      } catch {
        _ = Result { () throws(Failure) in try trouble.child.writeAll(error.encoded) }  // there is nobody else to tell
        endProcess(127)
      }
    }
    let status = try wait(for: process, container: container)
    let report = try trouble.host.readIfReady(atMost: 64 << 10)
    if !report.isEmpty { throw Failure(decoding: report[...]) }
    guard status == .exited(code: 0) else { throw Failure(try describe(status)) }
  }

  private func wait(for process: borrowing ProcessHandle, container: SharedDescriptor?) throws(Failure) -> ExitStatus {
    var poll = Poll()
    poll.add(process)
    if let container { poll.add(container.descriptor, .input) }
    let ready = try poll.wait(milliseconds: hook.timeout.map { $0 > 2_000_000 ? CInt.max : CInt($0 * 1000) } ?? -1)
    if !ready[0].isEmpty { return try process.reap() }
    // Only the hook itself: what it has started may have a life of its own.
    try process.send(signal: Signals.kill)
    _ = try process.reap()
    if ready.contains(where: { !$0.isEmpty }) { throw Failure("the container was killed while the hook ran") }
    throw Failure("hook ran past specified timeout of \(hook.timeout ?? 0).0s")
  }

  private func describe(_ status: ExitStatus) throws(Failure) -> String {
    let outcome =
      switch status {
      case .exited(let code): "exit status \(code)"
      case .signaled(let signal): "killed by \(Signals.name(of: signal))"
      }
    try output.rewind()
    let text = String(decoding: try output.read(atMost: 4096), as: UTF8.self)
    let line = text.split(separator: "\n").joined(separator: "; ")
    return line.isEmpty ? outcome : "\(outcome), output: \(line)"
  }
}
