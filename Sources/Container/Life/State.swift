import ControlGroups
import Kernel
import OCISpec
import SystemPackage

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
    return try summary(of: try SavedState.load(from: directory), directory, try ProcFS(), Owners())
  }

  /// Every container of the root, by id. What is no container, or vanishes meanwhile, is passed over.
  package func list() throws(Failure) -> [ContainerSummary] {
    guard let identifiers = try during("reading \(root)", try StateDirectory.identifiers(root: root)) else {
      if rootIsExplicit { throw Failure("reading \(root)", errno: .noSuchFileOrDirectory) }
      return []
    }
    let proc = try ProcFS()
    let owners = Owners()
    var result: [ContainerSummary] = []
    for id in identifiers {
      do {
        let directory = try StateDirectory.open(root: root, id: id, lock: false)
        result.append(try summary(of: try SavedState.load(from: directory), directory, proc, owners))
      } catch { debug?("list: passing over \(root)/\(id): \(error.message)") }
    }
    return result
  }

  private func summary(
    of saved: SavedState, _ directory: borrowing StateDirectory, _ proc: ProcFS, _ owners: Owners
  ) throws(Failure) -> ContainerSummary {
    let status = try ContainerStatus.of(saved, directory, proc)
    let state = State(
      ociVersion: saved.ociVersion, id: saved.id, status: status, pid: status == .stopped ? 0 : saved.pid, bundle: saved.bundle,
      annotations: saved.annotations)
    return ContainerSummary(
      state: state, rootfs: saved.rootfs, created: saved.created, owner: owners.name(of: saved.ownerUID),
      exitStatus: status == .stopped ? try saved.exitStatus(proc) : nil)
  }
}
