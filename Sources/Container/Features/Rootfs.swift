import Kernel
import OCISpec

/// root, linux.rootfsPropagation — config.md "Root", config-linux.md "Rootfs Mount Propagation"
struct RootfsPlan {
  /// The path as state shows it: absolute, and without a link.
  let path: String
  /// `root.path`, opened and found to be a directory.
  let directory: SharedDescriptor
  /// The mount `directory` is on before anything of ours lies over it.
  let mountID: UInt64
  let readonly: Bool
  /// What the root mount and every bind mount become; nil is the default.
  let propagation: Propagation?

  /// pivot_root(2) refuses a shared root, and an unbindable one cannot be copied for the read-only and masked paths: those
  /// two come last. Until then such a root is private; were it shared, all that is mounted in it would show up on the host.
  var propagationAtFirst: Propagation { isPropagationLate ? Propagation(.private, isRecursive: true) : wantedPropagation }
  /// What the root is in the end, and a bind mount before its own options.
  var wantedPropagation: Propagation { propagation ?? Propagation(.slave, isRecursive: true) }
  var isPropagationLate: Bool { propagation?.kind == .shared || propagation?.kind == .unbindable }

  static func plan(_ spec: Spec, _ bundle: BundleDirectory, _ proc: ProcFS) throws(Failure) -> RootfsPlan {
    guard let root = spec.root else { throw Failure("root is missing from config.json") }
    let path = bundle.path(of: root.path)
    do {
      let directory = try bundle.open(root.path, [.path, .directory, .noFollow])
      let mountID = try directory.status().mountID
      return RootfsPlan(
        path: try proc.path(of: directory), directory: SharedDescriptor(directory), mountID: mountID, readonly: root.readonly,
        propagation: spec.linux.rootfsPropagation)
    } catch  where error.errno == .notDirectory || error.errno == .tooManySymbolicLinkLevels {
      throw Failure("invalid rootfs: not an absolute path, or a symlink: \(path)", hint: "root.path must be a directory itself")
    } catch  where error.errno == .noSuchFileOrDirectory {
      throw error.adding(context: "invalid rootfs \(path)").adding(
        hint: "root.path of config.json names a directory that is not there")
    } catch { throw error.adding(context: "invalid rootfs \(path)") }
  }
}

/// The root file system being built, as the mount that becomes `/`.
///
/// Every path of config.json is resolved by openat2(2) with this directory as root, so no symbolic link of an image leads out
/// of it, and what was opened is what is mounted on: no path is resolved twice (CVE-2021-30465, CVE-2019-19921).
struct Rootfs: ~Copyable {
  let root: Descriptor

  /// Inside the new mount namespace: cuts the namespace off from the host's, makes the root directory a mount and enters it.
  /// The working directory is the rootfs; the host made it so before the clone, and the kernel moved it along.
  static func prepare(_ plan: Plan) throws(Failure) -> Rootfs {
    let place = try Descriptor.workingDirectory()
    let tree = try during("copying the mount of \(plan.rootfs.path)", try place.cloneMount(recursive: true))
    if plan.namespaces.hasMountNamespace {
      // Nothing that is mounted or unmounted in here from now on reaches the host.
      let everything = try Descriptor.open(host: "/", [.path, .directory])
      try during("making / a slave of the host's", try everything.setMountAttributes(propagation: .slave, recursive: true))
    }
    try plan.rootfs.propagationAtFirst.apply(to: tree)
    try during("mounting \(plan.rootfs.path)", try tree.attach(to: place))
    return Rootfs(root: tree)
  }
}

// MARK: - Looking up and making places below the root

extension Rootfs {
  /// The descriptor of a path of the container that is there; every link in it stays inside the root.
  func open(_ path: String, _ options: OpenOptions = .path, noSymlinks: Bool = false) throws(Failure) -> Descriptor {
    try root.open(path, options, resolve: noSymlinks ? [.inRoot, .noSymlinks] : .inRoot)
  }

  /// What a place that does not exist yet is made as.
  enum PlaceKind { case directory, file }

  /// Opens `path`, making whatever of it is missing: directories on the way, and at its end what `kind` says. A
  /// dangling link on the way is followed inside the root, as an image may have `/var/run -> /run` without a `/run`.
  ///
  /// - Parameters:
  ///   - noSymlinks: a link anywhere on the way is ELOOP instead.
  ///   - follows: false for a link at the end that is itself meant.
  func openOrMake(
    _ path: String, _ kind: PlaceKind, mode: UInt32 = 0o755, noSymlinks: Bool = false, follows: Bool = true
  ) throws(Failure) -> Descriptor {
    do { return try open(path, follows ? .path : [.path, .noFollow], noSymlinks: noSymlinks) } catch
      where error.errno == .noSuchFileOrDirectory
    {
      if let made = try makeLast(path, kind, mode: mode, noSymlinks: noSymlinks) { return made }
      return try make(path, kind, mode: mode, noSymlinks: noSymlinks)
    }
  }

  /// The usual case, in half as many calls: only the end of the path is missing. nil when it is another.
  private func makeLast(_ path: String, _ kind: PlaceKind, mode: UInt32, noSymlinks: Bool) throws(Failure) -> Descriptor? {
    guard let (directory, name) = path.directoryAndName, name != ".", name != ".." else { return nil }
    do throws(Failure) {
      let parent = try open(directory, [.path, .directory], noSymlinks: noSymlinks)
      if kind == .file { try parent.makeFile(name) } else { try parent.makeDirectory(name, mode: mode) }
      let made = try during(path, try parent.open(name, [.path, .noFollow], resolve: .beneath))
      if try made.status().kind == .symbolicLink { return nil }  // exchanged meanwhile
      return made
    } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .fileExists { return nil }
  }

  /// Makes a symbolic link, and what is missing above it. One that is there already has to lead to the same place.
  func makeLink(_ path: String, to target: String) throws(Failure) {
    guard let (directory, name) = path.directoryAndName else { return }
    let parent = try openOrMake(directory, .directory)
    do { try during("making the link \(path)", try parent.makeSymbolicLink(name, to: target)) } catch
      where error.errno == .fileExists
    {
      let place = try parent.open(name, [.path, .noFollow], resolve: .beneath)
      if try place.status().kind == .symbolicLink, try place.readLink().text == target { return }
      throw error
    }
  }

  private func make(_ path: String, _ kind: PlaceKind, mode: UInt32, noSymlinks: Bool) throws(Failure) -> Descriptor {
    var rest = Array(path.parts("/").map(String.init).reversed())
    var resolved: [String] = []
    var current = try root.duplicate()
    var linksLeft = 40  // as many as the kernel follows
    while let name = rest.popLast() {
      if name == "." { continue }
      if name == ".." {
        _ = resolved.popLast()
        current = try reopen(resolved)
        continue
      }
      let isLast = rest.isEmpty
      do { current = try child(name, of: current, resolved) } catch  where error.errno == .noSuchFileOrDirectory {
        if isLast && kind == .file { try current.makeFile(name) } else { try current.makeDirectory(name, mode: mode) }
        current = try child(name, of: current, resolved)
      }
      if try current.status().kind == .symbolicLink {
        linksLeft -= 1
        if noSymlinks || linksLeft < 0 { throw Failure("openat2", errno: .tooManySymbolicLinkLevels) }
        let link = try current.readLink()
        guard let text = link.text else { throw Failure("the link to \(link) is not UTF-8", errno: .illegalByteSequence) }
        if text.isAbsolutePath { resolved = [] }
        rest += text.parts("/").map(String.init).reversed()
        current = try reopen(resolved)
      } else {
        resolved.append(name)
      }
    }
    return current
  }

  /// One entry of a directory that was reached without links, itself perhaps one.
  private func child(_ name: String, of directory: borrowing Descriptor, _ resolved: [String]) throws(Failure) -> Descriptor {
    try during("/" + (resolved + [name]).joined(separator: "/"), try directory.open(name, [.path, .noFollow], resolve: .beneath))
  }

  private func reopen(_ resolved: [String]) throws(Failure) -> Descriptor {
    if resolved.isEmpty { return try root.duplicate() }
    return try root.open(resolved.joined(separator: "/"), [.path, .directory], resolve: [.beneath, .noSymlinks])
  }

  /// Reads a regular file of the container; nil when there is none. Anything else under that name (a FIFO that would
  /// block, a device) is not opened; nor is a file of the kernel's, some of which change by being read: the messages that
  /// one reader takes from /proc/kmsg no other gets.
  func readRegularFile(_ path: String, _ proc: ProcFS, limit: Int) throws(Failure) -> [UInt8]? {
    do {
      let place = try open(path)
      guard try place.status().kind == .regular,
        ![FileSystemMagic.procfs, FileSystemMagic.sysfs].contains(try place.fileSystemMagic())
      else { return nil }
      return try proc.reopen(place, [.readOnly, .nonBlocking]).readAll(limit: limit)
    } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
  }
}
