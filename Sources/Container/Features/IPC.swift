import Kernel
import OCISpec

/// The files of `--ipc private|host|container:<id>`.
///
/// An IPC namespace holds System V objects and POSIX message queues, but programs find a System V segment by
/// `ftok("/dev/shm/file")` and POSIX shared memory by a file there: the namespace alone is only half of what is shared,
/// so /dev/shm and /dev/mqueue always go with it.
enum IPC {
  private static let shm = "/dev/shm"
  private static let mqueue = "/dev/mqueue"

  static func apply(_ mode: NamespaceMode, to spec: inout Spec) {
    spec.mounts.removeAll { isShared($0.destination) }
    switch mode {
    case .private:
      spec.mounts.append(
        Mount(
          destination: shm, type: "tmpfs", source: "shm", options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]))
      spec.mounts.append(queues)
    case .host:
      spec.mounts.append(bind(shm))
      // The file system shows the queues of the namespace it is mounted in. A user namespace may not mount it for the host's.
      spec.mounts.append(spec.has(.user) ? bind(mqueue) : queues)
    case .container:
      break  // `share` brings those of the other container, once all else has been checked
    }
  }

  private static let flags = ["nosuid", "noexec", "nodev"]
  private static let queues = Mount(destination: mqueue, type: "mqueue", source: "mqueue", options: flags)

  private static func bind(_ path: String) -> Mount {
    Mount(destination: path, type: "bind", source: path, options: ["rbind"] + flags)
  }

  private static func isShared(_ destination: String) -> Bool {
    let path = destination.lexicallyNormalPath
    return path == shm || path == mqueue
  }

  /// For `container:<id>`: detached copies of the other container's /dev/shm and /dev/mqueue.
  static func share(_ modes: NamespaceModes, into plan: Plan) throws(Failure) {
    guard let (target, flag) = modes.ipc else { return }
    let namespace = try during(flag, try plan.proc.openNamespace("mnt", of: target.process.pid))
    for destination in [shm, mqueue] {
      // Without one there is nothing to share.
      guard let tree = try during(flag, try mountTree(at: destination, in: namespace)) else { continue }
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
