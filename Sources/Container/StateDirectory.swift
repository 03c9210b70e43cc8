import Kernel
import OCISpec

/// `<root>/<id>/`: what later invocations need to know of a container.
///
/// | file | what |
/// |---|---|
/// | state.json | ``SavedState``, written by temporary file and rename |
/// | config.json | the config as it was at create; later edits of the bundle's change nothing |
/// | start.sock | the start gate: it exists exactly as long as the container waits for `start` |
///
/// The directory itself carries the lock (`Lock.swift`): of two verbs at once on one container, one waits.
struct StateDirectory: ~Copyable {
  static let stateFile = "state.json"
  static let configFile = "config.json"
  static let gate = "start.sock"
  /// Beside the containers' directories; no container can have this id.
  static let cache = ".cache"

  let path: String
  let id: String
  /// The descriptor carries the lock, and a child's copy of it would too: init closes its own.
  let handle: SharedDescriptor

  private init(path: String, directory: consuming Descriptor) {
    self.path = path
    id = path.directoryAndName?.name ?? path
    handle = SharedDescriptor(directory)
  }

  /// Makes the directory of a new container and takes its lock.
  static func create(root: String, id: String) throws(Failure) -> StateDirectory {
    let rootDirectory = try openRoot(root, create: true)
    do { try rootDirectory.makeDirectory(id, mode: 0o711) } catch  where error.errno == .fileExists {
      throw Failure("container with given ID already exists", hint: "`apus delete \(id)` frees it; see \(root)/\(id)")
    } catch { throw error.adding(context: "making \(root)/\(id)") }
    do throws(Failure) {
      let state = StateDirectory(path: "\(root)/\(id)", directory: try open(id, in: rootDirectory))
      guard try state.lock() else { throw Failure("`delete --force` removed it while it was made") }
      return state
    } catch {
      try? rootDirectory.removeDirectory(id)  // it is empty yet; the failure above is the one to report
      throw error.adding(context: "making \(root)/\(id)")
    }
  }

  /// Opens the directory of a container that exists. Without `lock` it may change while it is read.
  static func open(root: String, id: String, lock: Bool) throws(Failure) -> StateDirectory {
    try ContainerID.check(id)
    do throws(Failure) {
      let state = StateDirectory(path: "\(root)/\(id)", directory: try open(id, in: try openRoot(root, create: false)))
      if lock, try !state.lock() { throw Failure("", errno: .noSuchFileOrDirectory) }
      return state
    } catch  where error.errno == .noSuchFileOrDirectory {
      throw Failure("container does not exist", hint: "no \(root)/\(id)")
    }
  }

  /// The ids below `root`; nil when there is no such directory.
  static func identifiers(root: String) throws(Failure) -> [String]? {
    guard let root = try StateRoot.open(root) else { return nil }
    return try root.identifiers()
  }

  private static func openRoot(_ root: String, create: Bool) throws(Failure) -> Descriptor {
    do throws(Failure) { return try Descriptor.open(host: root, [.path, .directory]) } catch
      where create && error.errno == .noSuchFileOrDirectory
    {
      var missing = [root]
      while let (above, _) = missing[missing.count - 1].directoryAndName, above != "/" { missing.append(above) }
      // The sticky bit keeps what tidies up an ordinary user's XDG_RUNTIME_DIR away (XDG Base Directory Specification).
      let mode: UInt32 = try UserNamespace.runsHostRoot ? 0o700 : 0o1700
      for path in missing.reversed() {
        try during("making \(path)", try Kernel.makeDirectory(host: path, mode: path == root ? mode : 0o755))
      }
      return try during("opening \(root)", try Descriptor.open(host: root, [.path, .directory]))
    } catch { throw error.adding(context: "opening \(root)") }
  }

  private static func open(_ id: String, in root: borrowing Descriptor) throws(Failure) -> Descriptor {
    try root.open(id, [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks])
  }

  /// Its owner has removed it, and perhaps another has one of the same name by now.
  func isGone() throws(Failure) -> Bool {
    do {
      let here = try handle.descriptor.status(of: "../\(id)")
      let locked = try handle.descriptor.status()
      return here.inode != locked.inode || here.device != locked.device
    } catch  where error.errno == .noSuchFileOrDirectory { return true }
  }

  func read(_ name: String) throws(Failure) -> [UInt8] {
    try handle.descriptor.open(name, [.readOnly, .noFollow], resolve: [.beneath, .noSymlinks]).readFile()
  }

  /// Writes a file that is not there yet, and that nobody reads before state.json is.
  func writeFirst(_ bytes: [UInt8], to name: String) throws(Failure) {
    try during("writing \(path)/\(name)", try open(name, [.writeOnly, .create, .exclusive, .noFollow]).writeAll(bytes))
  }

  /// Replaces the file `name` in one step: nobody ever sees half of it.
  func write(_ bytes: [UInt8], to name: String) throws(Failure) {
    try during("writing \(path)/\(name)", try replace(name, with: bytes))
  }

  private func replace(_ name: String, with bytes: [UInt8]) throws(Failure) {
    try prepare(name, with: bytes)
    try put(name)
  }

  /// The first half of `write`: the file is there under another name.
  func prepare(_ name: String, with bytes: [UInt8]) throws(Failure) {
    try open(".\(name).new", [.writeOnly, .create, .truncate, .noFollow]).writeAll(bytes)
  }

  /// The second half.
  func put(_ name: String) throws(Failure) { try handle.descriptor.rename(".\(name).new", to: name) }

  private func open(_ name: String, _ options: OpenOptions) throws(Failure) -> Descriptor {
    try handle.descriptor.open(name, options, resolve: [.beneath, .noSymlinks], mode: 0o600)
  }

  /// Any failure means that it cannot be used.
  func has(_ name: String) -> Bool { (try? handle.descriptor.status(of: name)) != nil }

  /// Removes what a create that failed has left of the directory at `path`.
  static func discard(_ path: String, _ handle: SharedDescriptor) {
    _ = Result { () throws(Failure) in  // what remains is cleared by `delete --force`
      let directory = StateDirectory(path: path, directory: try handle.descriptor.duplicate())
      if try !directory.isGone() { try directory.remove() }
    }
  }

  /// Removes the directory and all that is in it.
  func remove() throws(Failure) {
    try during("removing \(path)", try removeFromRoot())
  }

  private func removeFromRoot() throws(Failure) {
    try handle.descriptor.removeContents()
    try handle.descriptor.removeDirectory("../\(id)")
  }
}
