import Kernel

/// The resctrl file system as the administrator has mounted it (resctrl.rst).
struct ResourceControlMount {
  let root: SharedDescriptor
  let path: String
  /// mkdir(2), by which the kernel makes a group with all its files, and rmdir(2), by which the whole of it goes.
  private let make: (borrowing Descriptor, String) throws(Failure) -> Void
  private let remove: (borrowing Descriptor, String) throws(Failure) -> Void

  static let isMissing = "no resctrl file system is mounted"

  /// A directory that is no resctrl needs somebody else to fill and to empty the groups in it.
  init(
    _ root: consuming Descriptor, path: String,
    make: @escaping (borrowing Descriptor, String) throws(Failure) -> Void = { (root, name) throws(Failure) in
      try root.makeDirectory(name)
    },
    remove: @escaping (borrowing Descriptor, String) throws(Failure) -> Void = { (root, name) throws(Failure) in
      try root.removeDirectory(name)
    }
  ) {
    self.root = SharedDescriptor(root)
    self.path = path
    self.make = make
    self.remove = remove
  }

  /// Finds it in this process's mounts: "if no mounted resctrl is available, the runtime MUST generate an error".
  static func find(_ proc: ProcFS) throws(Failure) -> ResourceControlMount {
    let table = try during("reading /proc/self/mountinfo", try proc.open("self/mountinfo", [.readOnly]).readAll())
    guard let path = mountPoint(in: String(decoding: table, as: UTF8.self)) else {
      throw Failure(
        isMissing, hint: "mount -t resctrl resctrl /sys/fs/resctrl, if this machine's processors have it (see resctrl.rst)")
    }
    let root = try during("opening \(path)", try Descriptor.open(host: path, [.readOnly, .directory]))
    guard try root.fileSystemMagic() == FileSystemMagic.resctrl else {
      throw Failure("\(path) is not the resctrl file system", hint: "something else is mounted over it")
    }
    return ResourceControlMount(root, path: path)
  }

  /// The mount point in a table in the form of proc_pid_mountinfo(5), its `\040` and the like undone.
  static func mountPoint(in table: String) -> String? {
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 1, fields[dash + 1] == "resctrl" else { continue }
      var bytes: [UInt8] = []
      var rest = Substring(fields[4]).utf8[...]
      while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "\\"), let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8) {
          bytes.append(code)
          rest = rest.dropFirst(3)
        } else {
          bytes.append(byte)
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
    return nil
  }

  func has(_ name: String) throws(Failure) -> Bool {
    do { _ = try root.descriptor.status(of: name) } catch  where error.errno == .noSuchFileOrDirectory { return false }
    return true
  }

  /// Fails unless the resource that a line of schemata is about is one of this machine's.
  func checkResource(of line: String) throws(Failure) {
    guard let schema = ResourceSchema(line) else { throw Failure("this is no line such as L3:0=ff;1=ff") }
    if !schema.resource.utf8.contains(UInt8(ascii: "/")), try has("info/\(schema.resource)") { return }
    let there = try root.descriptor.open("info", [.readOnly, .directory], resolve: .beneath).entries().sorted()
    throw Failure(
      "this machine has no resource \(schema.resource) to share", hint: "\(path)/info has: \(there.joined(separator: " "))")
  }

  func makeGroup(_ name: String) throws(Failure) {
    do { try make(root.descriptor, name) } catch {
      throw error.errno == .noSpace ? error.adding(hint: "the processors have no more classes") : error
    }
  }

  /// One that is gone already is no error.
  func removeGroup(_ name: String) throws(Failure) {
    do { try remove(root.descriptor, name) } catch  where error.errno == .noSuchFileOrDirectory {}
  }

  func read(_ file: String, of group: String) throws(Failure) -> String {
    let path = group.isEmpty ? file : "\(group)/\(file)"
    let bytes = try during("reading \(self.path)/\(path)", try open(path, [.readOnly]).readAll())
    return String(decoding: bytes, as: UTF8.self)
  }

  func write(_ text: String, to file: String, of group: String) throws(Failure) {
    let path = group.isEmpty ? file : "\(group)/\(file)"
    do { try open(path, [.writeOnly]).writeOnce(text) } catch {
      let failure = error.adding(context: "writing \(self.path)/\(path)")
      // The kernel explains the last refusal in words, of which the errno is only the kind.
      guard let status = try? read("info/last_cmd_status", of: ""), status != "ok\n", !status.isEmpty else { throw failure }
      throw failure.adding(hint: String(status.split(separator: "\n").joined(separator: "; ")))
    }
  }

  private func open(_ path: String, _ options: OpenOptions) throws(Failure) -> Descriptor {
    try root.descriptor.open(path, options, resolve: [.beneath, .noSymlinks])
  }
}
