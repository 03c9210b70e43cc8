import Kernel
import OCISpec
import SystemPackage

/// `--ipc private|host|container:<id>`, on top of config.json's own entries.
///
/// An IPC namespace holds System V objects and POSIX message queues, but programs find a System V segment by
/// `ftok("/dev/shm/file")` and POSIX shared memory by a file there: the namespace alone is only half of what is shared,
/// so /dev/shm and /dev/mqueue always go with it.
enum IPC {
  private static let shm = "/dev/shm"
  private static let mqueue = "/dev/mqueue"

  /// Changes the spec to what the mode asks for, before it is checked: a sysctl that is fine in a private namespace is
  /// refused in the host's.
  static func apply(_ mode: IPCMode?, to spec: inout Spec) {
    guard let mode else { return }
    spec.linux.namespaces.removeAll { $0.type == .ipc }
    spec.mounts.removeAll { isShared($0.destination) }
    switch mode {
    case .private:
      spec.linux.namespaces.append(Namespace(.ipc))
      spec.mounts.append(
        Mount(
          destination: shm, type: "tmpfs", source: "shm", options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]))
      spec.mounts.append(queues)
    case .host:
      spec.mounts.append(bind(shm))
      // The file system shows the queues of the namespace it is mounted in. A user namespace may not mount it for the host's.
      spec.mounts.append(spec.has(.user) ? bind(mqueue) : queues)
    case .container:
      break  // `share` brings the namespace and the mounts of the other container, once all else has been checked
    }
  }

  private static let flags = ["nosuid", "noexec", "nodev"]
  private static let queues = Mount(destination: mqueue, type: "mqueue", source: "mqueue", options: flags)

  private static func bind(_ path: String) -> Mount {
    Mount(destination: path, type: "bind", source: path, options: ["rbind"] + flags)
  }

  private static func isShared(_ destination: String) -> Bool {
    let path = FilePath("/" + destination).lexicallyNormalized().string
    return path == shm || path == mqueue
  }

  /// For `container:<id>`: the other container's namespace, and detached copies of its /dev/shm and /dev/mqueue.
  static func share(_ mode: IPCMode?, _ runtime: Runtime, into plan: inout Plan) throws(Failure) {
    guard case .container(let id) = mode else { return }
    try during("--ipc container:\(id)", try join(id, runtime, &plan))
  }

  private static var stopped: Failure { Failure("container not running: it is stopped, and its IPC ended with it") }

  private static func join(_ id: String, _ runtime: Runtime, _ plan: inout Plan) throws(Failure) {
    let saved = try SavedState.load(root: runtime.root, id: id)
    guard let process = try saved.initProcess(plan.proc) else {
      throw stopped
    }
    let namespace = try plan.proc.openNamespace("ipc", of: process.pid)
    let mounts = try plan.proc.openNamespace("mnt", of: process.pid)
    // It runs still, so the pid was its own when these were opened.
    if try process.hasEnded(within: 0) { throw stopped }
    try plan.namespaces.join(SharedDescriptor(namespace), .ipc)
    for destination in [shm, mqueue] {
      // Without one there is nothing to share.
      guard let tree = try mountTree(at: destination, in: mounts) else { continue }
      plan.mounts.append(.shared(destination: destination, tree: tree))
    }
  }

  /// A detached copy of what another container has at `path`. open_tree(2) copies only mounts of the caller's own
  /// mount namespace, so a child goes there and sends the copy back.
  private static func mountTree(at path: String, in namespace: borrowing Descriptor) throws(Failure) -> SharedDescriptor? {
    let ends = try SocketPair()
    let child = try spawn {
      do throws(Failure) {
        try namespace.enterNamespace(.mount)  // "/" is then the root of that namespace, as pivot_root(2) left it
        let place = try Descriptor.open(host: "/", [.path, .directory]).open(path, [.path, .directory], resolve: .inRoot)
        let tree = try place.cloneMount(recursive: true)
        try ends.child.send([1], with: tree)
        endProcess(0)
      } catch {
        // The host sees an answer without a descriptor, and says what is missing.
        _ = Result { () throws(Failure) in try ends.child.send(error.encoded) }
        endProcess(1)
      }
    }
    let answer = try ends.host.receive()
    _ = try child.reap()
    guard let tree = answer.descriptor else {
      let failure = Failure(decoding: answer.bytes)
      if failure.errno == .noSuchFileOrDirectory { return nil }
      throw failure.adding(context: "copying its \(path)")
    }
    return tree
  }
}
