import Kernel
import OCISpec

/// `--pid-file`
enum PIDFile {
  /// Decimal digits and nothing else, there whole or not at all: engines read it with atoi the moment create returns.
  static func write(_ pid: CInt, to path: String) throws(Failure) {
    guard let (directory, name) = path.directoryAndName else { throw Failure("the pid file \(path) has no name") }
    try during("writing the pid file \(path)", try replace(name, in: directory, with: String(pid)))
  }

  /// Takes the file back when the container comes to nothing, unless it names another process by now.
  static func remove(_ pid: CInt, from path: String) {
    guard let (directory, name) = path.directoryAndName else { return }
    _ = Result { () throws(Failure) in  // a failure is being reported already; a file that is gone needs nothing
      let directory = try open(directory)
      let text = try directory.open(name, [.readOnly, .noFollow, .nonBlocking], resolve: .beneath).read(atMost: 16)
      if text.elementsEqual(String(pid).utf8) { try directory.removeFile(name) }
    }
  }

  private static func open(_ directory: String) throws(Failure) -> Descriptor {
    try Descriptor.open(host: directory, [.path, .directory])
  }

  private static func replace(_ name: String, in directory: String, with text: String) throws(Failure) {
    let directory = try open(directory)
    let temporary = ".\(name)"
    let file = try directory.open(temporary, [.writeOnly, .create, .truncate, .noFollow], resolve: .beneath, mode: 0o666)
    do throws(Failure) {
      try file.writeAll(text)
      try directory.rename(temporary, to: name)
    } catch {
      try? directory.removeFile(temporary)  // the failure above is the one to report
      throw error
    }
  }
}
