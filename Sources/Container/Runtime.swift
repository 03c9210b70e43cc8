import Kernel
import OCISpec

/// The runtime as its verbs see it: where the containers of one root live, and whom to tell of what is no error.
///
/// Each operation is an extension in `Life/`, one file a story: `create`, `start`, `exec`, `kill`, `update`, `events` and so on.
package struct Runtime {
  /// The directory that holds one directory per container; absolute.
  package let root: String
  /// Whether the caller named the root itself: a missing one is then an error for `list`.
  package let rootIsExplicit: Bool
  /// Who makes the cgroups of new containers; those that are there remember who made theirs.
  package let driver: Driver
  /// A container that asks for nothing of a cgroup may run without one where none can be made.
  package let isRootless: Bool
  /// The log, when it is a file: open from the first moment on, and not a container's business.
  package let logFile: SharedDescriptor?
  /// Takes a warning: something was ignored, or did not go as well as it could. Never changes what happens.
  package let warn: (String) -> Void
  /// Takes a line of the debug log; nil when nobody reads it, and nothing is then composed for it.
  package let debug: ((String) -> Void)?
  /// Of the start this is for; see ``traced(_:as:_:)``.
  var trace: Trace?

  package init(
    root: String, rootIsExplicit: Bool = false, driver: Driver = .cgroupfs, isRootless: Bool = false,
    logFile: SharedDescriptor? = nil, warn: @escaping (String) -> Void, debug: ((String) -> Void)?
  ) {
    self.root = root
    self.rootIsExplicit = rootIsExplicit
    self.driver = driver
    self.isRootless = isRootless
    self.logFile = logFile
    self.warn = warn
    self.debug = debug
  }
}

/// Who makes the cgroups of containers.
package enum Driver: Equatable, Sendable {
  /// apus itself, in the cgroup file system.
  case cgroupfs
  /// - Parameter ofUser: the manager of the user, not that of the machine.
  case systemd(ofUser: Bool)
  /// Nobody: a container stays in the cgroup of whoever has made it.
  case disabled
}

/// What `create` and `run` are asked for, beside config.json.
package struct CreateRequest {
  package var id: String
  /// The directory of the bundle; absolute.
  package var bundle: String
  /// The socket which gets the master end of the container's terminal.
  package var consoleSocket: String?
  /// Absolute; gets the decimal pid of the container's init without a newline.
  package var pidFile: String?
  /// The socket which gets a pidfd of the container's init.
  package var pidfdSocket: String?
  /// chroot(2) after moving the mount, instead of pivot_root(2).
  package var noPivot = false
  /// Keep the caller's session keyring.
  package var noNewKeyring = false
  /// How many descriptors after 0, 1, 2 (and those of LISTEN_FDS) the container's process keeps.
  package var preserveFDs = 0
  /// Absolute; gets the trace of the start.
  package var trace: String?
  /// Of a kind that is not there: what config.json says.
  package var namespaces: [NamespaceKind: NamespaceMode] = [:]

  package init(id: String, bundle: String) {
    self.id = id
    self.bundle = bundle
  }
}

/// What `run` is asked for beyond `create`.
package struct RunOptions {
  /// Return once the program runs.
  package var detach = false
  /// Leave the stopped container in place.
  package var keep = false
  /// Do not become the subreaper of the container's processes.
  package var noSubreaper = false

  package init() {}
}
