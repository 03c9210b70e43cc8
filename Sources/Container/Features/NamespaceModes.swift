import Kernel
import OCISpec

/// `--ipc`, `--network`, `--pid`, `--uts`: whose namespace of a kind the container uses.
package enum NamespaceMode: Equatable, Sendable {
  /// A new one.
  case `private`
  /// The runtime's own.
  case host
  /// That of another container of the same root.
  case container(id: String)

  /// `private`, `host` or `container:<id>`.
  package init?(_ text: String) {
    if text == "private" {
      self = .private
    } else if text == "host" {
      self = .host
    } else if text.hasPrefix("container:") {
      self = .container(id: String(text.dropFirst("container:".count)))
    } else {
      return nil
    }
  }

  var text: String {
    switch self {
    case .private: "private"
    case .host: "host"
    case .container(let id): "container:\(id)"
    }
  }
}

/// What `create` and `run` were asked for with those flags, over what config.json says. It becomes part of the spec, so that
/// all that follows is as if config.json had said so, the paths of the namespaces to join included.
struct NamespaceModes {
  private struct Choice {
    let kind: NamespaceKind
    let mode: NamespaceMode
    /// The init of the container that is named.
    let target: Target?

    /// As on the command line.
    var text: String { "--\(kind.rawValue) \(mode.text)" }
  }

  /// A process of another container, held: a pid that went to somebody else is told apart.
  final class Target {
    let process: ProcessHandle
    init(_ process: consuming ProcessHandle) { self.process = process }
  }

  /// In the order of the kinds' names.
  private var choices: [Choice] = []

  /// Finds the containers that are named.
  init(_ modes: [NamespaceKind: NamespaceMode], _ runtime: Runtime) throws(Failure) {
    for (kind, mode) in modes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      var choice = Choice(kind: kind, mode: mode, target: nil)
      if case .container(let id) = mode {
        choice = Choice(kind: kind, mode: mode, target: try during(choice.text, try Self.target(id, runtime)))
      }
      choices.append(choice)
    }
  }

  private static func target(_ id: String, _ runtime: Runtime) throws(Failure) -> Target {
    guard let process = try SavedState.load(root: runtime.root, id: id).initProcess(try ProcFS()) else { throw notRunning }
    return Target(process)
  }

  private static var notRunning: Failure {
    Failure("container not running", hint: "only one that is created or running has namespaces to share")
  }

  var isEmpty: Bool { choices.isEmpty }

  /// As on the command line.
  var description: String { choices.map { $0.text }.joined(separator: " ") }

  /// The container whose IPC is shared, and how that was asked for.
  var ipc: (target: Target, text: String)? {
    choices.first { $0.kind == .ipc }.flatMap { choice in choice.target.map { ($0, choice.text) } }
  }

  /// Changes the spec before it is checked: a sysctl that is fine in a private namespace is refused in the host's.
  ///
  /// - Returns: what of config.json is left out by that.
  func apply(to spec: inout Spec) -> [String] {
    var leftOut: [String] = []
    for choice in choices {
      let (kind, mode) = (choice.kind, choice.mode)
      spec.linux.namespaces.removeAll { $0.type == kind }
      if mode != .host {
        let path = choice.target.map { "/proc/\($0.process.pid)/ns/\(NamespaceKinds(kind).fileName)" }
        spec.linux.namespaces.append(Namespace(kind, path: path))
      }
      switch kind {
      case .ipc: IPC.apply(mode, to: &spec)
      case .uts where mode != .private:
        leftOut += Hostname.leaveOut(of: &spec).map { "\($0) of config.json is left out: \(choice.text)" }
      default: break
      }
    }
    return leftOut
  }

  /// Runs `open`, which opens what is to be joined by the pids of the other containers. Whoever runs still afterwards had its
  /// pid all the time.
  func verify<R>(_ open: () throws(Failure) -> R) throws(Failure) -> R {
    let result = Result { () throws(Failure) in try open() }
    for choice in choices {
      if let target = choice.target, try target.process.hasEnded(within: 0) {
        throw Self.notRunning.adding(context: choice.text)
      }
    }
    return try result.get()
  }
}
