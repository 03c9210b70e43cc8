import Container
import Kernel
import OCISpec

extension Flag {
  static let bundle = Flag(
    "bundle", short: "b", .path("DIR"), help: "the directory with config.json; default: the working directory")
  static let consoleSocket = Flag("console-socket", .path("SOCKET"), help: "unix socket that gets the master of the terminal")
  static let pidFile = Flag("pid-file", .path("FILE"), help: "write the process id of the container's init here")
  static let pidfdSocket = Flag("pidfd-socket", .path("SOCKET"), help: "unix socket that gets a pidfd of the process")
  static let noPivot = Flag("no-pivot", help: "use chroot(2), not pivot_root(2): for a root filesystem on the initial ramdisk")
  static let noNewKeyring = Flag("no-new-keyring", help: "keep the caller's session keyring")
  static let preserveFDs = Flag("preserve-fds", .number("N"), help: "pass on N descriptors after 0, 1, 2 and those of LISTEN_FDS")
  static let trace = Flag("trace", .path("FILE"), help: "write how the start went here, for Perfetto or chrome://tracing")
  static let ipc = Flag("ipc", .mode("MODE"), help: "whose IPC, /dev/shm and /dev/mqueue it uses")
  static let network = Flag("network", .mode("MODE"), help: "whose network it uses; a private one has only a loopback device")
  static let pid = Flag("pid", .mode("MODE"), help: "whose processes it sees")
  static let uts = Flag("uts", .mode("MODE"), help: "whose host name it has; that of config.json only with private")

  /// A paragraph of the help.
  static let modes = """
    A MODE is private, for a namespace of its own; host, for the caller's; or
    container:<id>, for that of another container. Without the flag it is as in
    config.json.
    """
}

extension Verb {
  static let create = Verb(
    "create", summary: "make a container, which then waits for start",
    details: """
      The container is made from the bundle's config.json and is complete when the
      command returns; its program runs after `apus start`. Changes of config.json
      after create have no effect on it. A trace ends there, where it waits for start.

      \(Flag.modes)
      """,
    operands: [.containerID], flags: Flag.creation, entersContainer: true
  ) { invocation throws(Failure) in
    try invocation.runtime().create(try invocation.creation())
    return Answer()
  }
}

extension Flag {
  /// What `create` and `run` share.
  static let creation: [Flag] =
    [.bundle, .consoleSocket, .pidFile, .pidfdSocket, .noPivot, .noNewKeyring, .preserveFDs, .trace]
    + namespaceModes.map { $0.flag }

  fileprivate static let namespaceModes: [(flag: Flag, kind: NamespaceKind)] = [
    (.ipc, .ipc), (.network, .network), (.pid, .pid), (.uts, .uts),
  ]
}

extension Invocation {
  /// What is to be created. All paths are absolute from here on, whatever directory the runtime goes to.
  func creation() throws(Failure) -> CreateRequest {
    var request = CreateRequest(id: id, bundle: try values.path(.bundle, default: "."))
    request.consoleSocket = try values.path(.consoleSocket)
    request.pidFile = try values.path(.pidFile)
    request.pidfdSocket = try values.path(.pidfdSocket)
    request.trace = try values.path(.trace)
    request.noPivot = values.isOn(.noPivot)
    request.noNewKeyring = values.isOn(.noNewKeyring)
    request.preserveFDs = values.number(.preserveFDs) ?? 0
    for (flag, kind) in Flag.namespaceModes {
      guard let text = values.text(flag) else { continue }
      guard let mode = NamespaceMode(text) else {
        throw Failure("invalid --\(flag.name) \"\(text)\"", hint: "use private, host or container:<id>")
      }
      request.namespaces[kind] = mode
    }
    return request
  }
}
