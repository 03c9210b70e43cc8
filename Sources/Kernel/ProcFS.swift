/// A procfs that nobody inside a container can have put something over.
///
/// It is the host's, opened before the container exists, and every lookup stays on that one mount (RESOLVE_NO_XDEV) and
/// follows no magic link, so what is mounted or linked below /proc plays no part (CVE-2019-16884, CVE-2025-52881).
/// `self` and `thread-self` are the calling process, and the network and IPC parts of `sys/` are those of its
/// namespaces, in any instance.
package final class ProcFS {
  /// The open root, for a process that closes all but a few.
  package let handle: SharedDescriptor

  /// Opens /proc and verifies that it is the root of a procfs.
  package init() throws(Failure) {
    let root = try during("opening /proc", try Descriptor.open(host: "/proc", [.path, .directory]))
    let magic = try root.fileSystemMagic()
    let inode = try root.status().inode
    guard magic == FileSystemMagic.procfs, inode == 1 else {
      throw Failure("/proc is not a procfs", hint: "apus needs the host's procfs at /proc")
    }
    handle = SharedDescriptor(root)
  }

  private init(root: consuming Descriptor) { handle = SharedDescriptor(root) }

  package func open(_ path: String, _ options: OpenOptions) throws(Failure) -> Descriptor {
    do {
      return try handle.descriptor.open(path, options, resolve: [.beneath, .noCrossDevice, .noMagicLinks])
    } catch  where error.errno == .improperLink {
      // Something is mounted over a part of the host's /proc, as in a container in which apus itself runs.
      let fresh = ProcFS(root: try FilesystemContext(type: "proc").mount(attributes: [.noSetUserID, .noDevices, .noExecution]))
      return try fresh.handle.descriptor.open(path, options, resolve: [.beneath, .noCrossDevice, .noMagicLinks])
    }
  }

  /// Opens a namespace of a process, such as `ipc` of /proc/PID/ns: a magic link, followed only as the last step.
  package func openNamespace(_ name: String, of pid: CInt) throws(Failure) -> Descriptor {
    try open("\(pid)/ns", [.path, .directory]).open(name, [.readOnly], resolve: [])
  }

  /// Opens the root directory of a process: a magic link, followed only as the last step.
  package func openRoot(of pid: CInt) throws(Failure) -> Descriptor {
    try open("\(pid)", [.path, .directory]).open("root", [.path, .directory], resolve: [])
  }

  /// Opens a namespace of this process, such as `net`.
  package func openOwnNamespace(_ name: String) throws(Failure) -> Descriptor {
    try open("self/ns", [.path, .directory]).open(name, [.readOnly], resolve: [])
  }

  /// One write of `text` to a file below /proc.
  package func write(_ text: String, to path: String) throws(Failure) {
    try open(path, [.writeOnly]).writeOnce(text)
  }

  /// The process a pidfd holds, with its pid as it is here: fdinfo of a pidfd has it (pidfd_open(2), proc(5)).
  package func process(heldBy pidfd: consuming Descriptor) throws(Failure) -> ProcessHandle {
    let information = try open("self/fdinfo/\(pidfd.number)", [.readOnly]).readAll(limit: 4096)
    for line in information.split(separator: UInt8(ascii: "\n")) {
      let words = line.split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
      guard words.count == 2, words[0].elementsEqual("Pid:".utf8) else { continue }
      guard let pid = CInt(String(decoding: words[1], as: UTF8.self)), pid > 0 else { break }
      return ProcessHandle(pid: pid, pidfd: pidfd)
    }
    throw Failure("the process has ended, or is not to be seen from this pid namespace", errno: .noSuchProcess)
  }

  /// The path of an open file as it is without any link, from this process's root.
  package func path(of descriptor: borrowing Descriptor) throws(Failure) -> String {
    let link = try open("self/fd", [.path, .directory]).readLink(FileName("\(descriptor.number)".utf8))
    guard let path = link.text else { throw Failure("the path \(link) is not UTF-8", errno: .illegalByteSequence) }
    return path
  }

  /// Opens again, with other options, the very file a `.path` descriptor stands for.
  package func reopen(_ descriptor: borrowing Descriptor, _ options: OpenOptions) throws(Failure) -> Descriptor {
    try handle.descriptor.open(descriptor.procPath, options, resolve: [])
  }
}
