import Kernel
import OCISpec

/// NOTIFY_SOCKET: the program of a container tells the service manager of the host that it is ready (sd_notify(3)).
///
/// The manager's own socket stays outside: to it a message from in there is one of a process it does not know, with pids that mean
/// something else. The program gets a socket of ours, in a directory of the state directory that is mounted at /run/notify. Who
/// starts the program, `run` or `start`, listens there: ``NotifyRelay``.
enum NotifySocket {
  /// In the state directory. Made by `create`, so `start` knows by it that the program has been given the variable.
  static let directory = "notify"
  static let name = "notify.sock"
  private static let place = "/run/notify"
  static let variable = "NOTIFY_SOCKET=\(place)/\(name)"

  /// The manager's, if there is one that waits for a word.
  static var ofManager: String? { environmentVariable("NOTIFY_SOCKET").flatMap { $0.isEmpty ? nil : $0 } }

  /// `create`: makes the directory and plans its mount, after those of config.json, one of which may be /run.
  static func offer(
    in state: borrowing StateDirectory, to plan: Plan, _ warn: (String) -> Void
  ) throws(Failure) {
    guard ofManager != nil, plan.process != nil else { return }
    let path = "\(state.path)/\(directory)"
    let source = try during("making \(path)", try make(in: state.handle.descriptor))
    let mount = Mount(
      destination: place, type: "bind", source: path, options: ["bind", "nosuid", "noexec", "nodev", "ro"])
    plan.mounts.append(try during("mounting \(path) on \(place)", try Mounts.planned(mount, copying: source, plan.rootfs, warn)))
    plan.process?.hasNotifySocket = true
  }

  private static func make(in state: borrowing Descriptor) throws(Failure) -> Descriptor {
    try state.makeDirectory(directory)
    let made = try open(in: state)
    try made.setPermissions(0o755)  // whatever the caller's umask: the user of the container has to get through
    return made
  }

  static func open(in state: borrowing Descriptor) throws(Failure) -> Descriptor {
    try state.open(directory, [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks])
  }
}
