import Kernel
import SystemPackage

/// `--pid-file`
enum PIDFile {
  /// Decimal digits and nothing else, there whole or not at all: engines read it with atoi the moment create returns.
  static func write(_ pid: CInt, to path: String) throws(Failure) {
    let path = FilePath(path)
    guard let name = path.lastComponent?.string else { throw Failure("the pid file \(path) has no name") }
    try during("writing the pid file \(path)", try replace(name, in: path.removingLastComponent().string, with: String(pid)))
  }

  private static func replace(_ name: String, in directory: String, with text: String) throws(Failure) {
    let directory = try Descriptor.open(host: directory.isEmpty ? "." : directory, [.path, .directory])
    let temporary = ".\(name)"
    let file = try directory.open(temporary, [.writeOnly, .create, .truncate, .noFollow], resolve: .beneath, mode: 0o666)
    try file.writeAll(text)
    try directory.rename(temporary, to: name)
  }
}
