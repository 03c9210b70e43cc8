import Kernel

/// `<root>/`, held open: a directory for each container, and what is no container's: notices and the cache.
///
/// Who looks at many containers looks at them through this one: their directories are not opened, and nothing of them is locked.
struct StateRoot: ~Copyable {
  let path: String
  private let directory: Descriptor

  /// nil when there is no such directory.
  static func open(_ path: String) throws(Failure) -> StateRoot? {
    do { return StateRoot(path: path, directory: try Descriptor.open(host: path, [.readOnly, .directory])) } catch
      where error.errno == .noSuchFileOrDirectory
    {
      return nil
    }
  }

  /// The ids of its containers, in order. Of some that name may be no container's.
  func identifiers() throws(Failure) -> [String] {
    try directory.entries().filter { $0 != StateDirectory.cache && !Notice.isNotice($0) }.sorted()
  }

  func read(_ name: String, of id: String) throws(Failure) -> [UInt8] {
    try ContainerID.check(id)
    return try directory.open("\(id)/\(name)", [.readOnly, .noFollow], resolve: [.beneath, .noSymlinks]).readFile()
  }
}
