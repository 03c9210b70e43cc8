import Kernel
import OCISpec

/// The cgroup of one container. Whoever has made it, the cgroup file system itself or systemd (`Systemd/`), it is read and written
/// through its files.
package final class ControlGroup {
  /// What later verbs must know to find the same cgroup again and to remove what was made for it, and only that.
  package struct Record: Equatable, Sendable {
    /// From the root of the hierarchy, beginning with a slash.
    package let path: String
    /// The inode of the directory: its cgroup id. A cgroup of the same name made later by someone else has another.
    /// 0 in the record of a cgroup that was only about to be made.
    package let inode: UInt64
    /// The paths of the cgroups that were made for the container, outermost first. Those that were there before are
    /// not in it and are spared (runtime.md "Delete").
    package let created: [String]
    /// The id of the device program attached to a cgroup that was there before and stays; with one that was made for the
    /// container its program goes by itself.
    package internal(set) var deviceProgram: UInt32?
    /// The unit of systemd that has the cgroup; nil for one made in the file system.
    package internal(set) var unit: Unit?

    package struct Unit: Equatable, Sendable {
      package let name: String
      /// The manager that has the unit is the user's, not the machine's.
      package let isOfUser: Bool

      package init(name: String, isOfUser: Bool) {
        self.name = name
        self.isOfUser = isOfUser
      }
    }

    package init(path: String, inode: UInt64, created: [String], deviceProgram: UInt32? = nil, unit: Unit? = nil) {
      self.path = path
      self.inode = inode
      self.created = created
      self.deviceProgram = deviceProgram
      self.unit = unit
    }

    /// The cgroup was made for the container, so all that is in it is the container's.
    package var isOwned: Bool { created.contains(path) }
  }

  package let hierarchy: Hierarchy
  package internal(set) var record: Record
  let directory: ControlDirectory
  /// Keeps the scope until the container's first process is there.
  var placeholder: Placeholder?

  init(hierarchy: Hierarchy, record: Record, directory: ControlDirectory) {
    self.hierarchy = hierarchy
    self.record = record
    self.directory = directory
  }

  /// From the root of the hierarchy, beginning with a slash.
  package var path: String { record.path }
  /// The full path on the host, for messages and for `state`.
  package var fullPath: String { directory.path }
  /// The open directory.
  package var descriptor: SharedDescriptor { directory.shared }

  /// The cgroup of a container that was created earlier; nil when it is gone, or when another now has its name.
  package static func open(_ record: Record, in hierarchy: Hierarchy) throws(Failure) -> ControlGroup? {
    let directory: ControlDirectory
    do { directory = try hierarchy.root.child(String(record.path.dropFirst())) } catch
      where error.errno == .noSuchFileOrDirectory
    {
      return nil
    }
    let status = try during("opening cgroup \(directory.path)", try directory.shared.descriptor.status())
    if record.inode != 0 && status.inode != record.inode { return nil }
    return ControlGroup(hierarchy: hierarchy, record: record, directory: directory)
  }
}

extension ControlGroup {
  /// What ``create(_:in:needs:)`` is about to make: written down before, it tells what to clear away should this process be
  /// killed in between.
  package static func intent(_ path: String, in hierarchy: Hierarchy) -> Record {
    var reached = ""
    var missing: [String] = []
    for name in path.parts("/") {
      reached += "/\(name)"
      // A level that cannot be looked at is taken for missing: only an empty cgroup is ever removed.
      if !missing.isEmpty || (try? hierarchy.root.shared.descriptor.status(of: String(reached.dropFirst()))) == nil {
        missing.append(reached)
      }
    }
    return Record(path: path, inode: 0, created: missing)
  }
}

// MARK: - Where a container's cgroup is

extension ControlGroup {
  /// The path of a container's cgroup from the root of the hierarchy (config-linux.md "Cgroups Path").
  ///
  /// - An absolute `cgroupsPath` is taken from the root of the hierarchy.
  /// - A relative one, or the id when there is none, lies beside the runtime's own cgroup. Not below it: that one has
  ///   processes, and the kernel gives no controllers to cgroups below such a one.
  ///
  /// `..` is refused: the path would mean another place than it says. So is the root, which cannot be a container's.
  package static func path(for cgroupsPath: String?, id: String, in hierarchy: Hierarchy) throws(Failure) -> String {
    if let cgroupsPath, cgroupsPath.isAbsolutePath { return try path(for: cgroupsPath, id: id, ownPath: "/") }
    return try path(for: cgroupsPath, id: id, ownPath: try hierarchy.ownPath())
  }

  static func path(for cgroupsPath: String?, id: String, ownPath: String) throws(Failure) -> String {
    let given = cgroupsPath.flatMap { $0.isEmpty ? nil : $0 } ?? id
    let names = given.parts("/").filter { $0 != "." }
    if names.contains("..") {
      throw Failure("linux.cgroupsPath \(given) has a `..` in it", hint: "write the path without going up")
    }
    if names.isEmpty { throw Failure("linux.cgroupsPath \(given) is the root cgroup, which cannot be a container's") }
    var parent: ArraySlice<Substring> = []
    if !given.isAbsolutePath {
      parent = ownPath.parts("/").dropLast()
      if parent.contains("..") || ownPath.hasPrefix("/..") {
        throw Failure(
          "the runtime's own cgroup \(ownPath) lies outside of its cgroup namespace, so nothing can be placed beside it",
          hint: "give an absolute linux.cgroupsPath")
      }
    }
    return String(pathFromRoot: parent + names)
  }
}
