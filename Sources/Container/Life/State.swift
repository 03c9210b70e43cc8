import ControlGroups
import Kernel
import OCISpec

/// What `state` and `list` show: the spec's document and what runc adds to it.
package struct ContainerSummary {
  package let state: State
  package let rootfs: String
  /// RFC 3339, UTC.
  package let created: String
  /// The name of the user who created it; the number when it has none.
  package let owner: String
  /// How its init has ended; nil for one that has not, and when nobody knows.
  package let exitStatus: ExitStatus?
}

extension Runtime {
  /// runtime.md "Query State"
  package func state(_ id: String) throws(Failure) -> ContainerSummary {
    let directory = try StateDirectory.open(root: root, id: id, lock: false)
    let saved = try SavedState.load(from: directory)
    let proc = try ProcFS()
    return try ContainerSummary(saved, try ContainerStatus.of(saved, proc), proc, Owners())
  }

  /// Every container of the root, by id. What is no container, or vanishes meanwhile, is passed over.
  package func list() throws(Failure) -> [ContainerSummary] {
    guard let directory = try during("reading \(root)", try StateRoot.open(root)) else {
      if rootIsExplicit { throw Failure("reading \(root)", errno: .noSuchFileOrDirectory) }
      return []
    }
    let identifiers = try during("reading \(root)", try directory.identifiers())
    let proc = try ProcFS()
    let status = ContainerStatus(proc)
    let owners = Owners()
    var result: [ContainerSummary] = []
    result.reserveCapacity(identifiers.count)
    for id in identifiers {
      do throws(Failure) {
        let saved = try SavedState.load(id, from: directory)
        let now = try status.status(of: saved)
        result.append(try ContainerSummary(saved, now, proc, owners))
      } catch { debug?("list: passing over \(root)/\(id): \(error.message)") }
    }
    return result
  }
}

extension ContainerSummary {
  fileprivate init(_ saved: SavedState, _ status: Status, _ proc: ProcFS, _ owners: Owners) throws(Failure) {
    state = State(
      ociVersion: saved.ociVersion, id: saved.id, status: status, pid: status == .stopped ? 0 : saved.pid, bundle: saved.bundle,
      annotations: saved.annotations)
    rootfs = saved.rootfs
    created = saved.created
    owner = owners.name(of: saved.ownerUID)
    exitStatus = status == .stopped ? try saved.exitStatus(proc) : nil
  }
}
