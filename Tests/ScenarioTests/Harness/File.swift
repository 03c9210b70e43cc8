import Foundation

/// Whole files, for tests that read or write one and are done with it.
enum File {
  /// The text of a file; empty if it cannot be read, which is what a test of /proc wants of a process that is gone.
  static func text(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    return text(of: descriptor)
  }

  /// All that can be read from here on. Files of /proc have no size, so it reads until the end.
  static func text(of descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count <= 0 { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    guard chmod(path, mode) == 0 else { throw HarnessError("chmod \(path): \(errorText())") }
  }

  /// A symbolic link's target; empty if there is none.
  static func link(_ path: String) -> String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? ""  // "no such link" is an answer here
  }

  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// The names in a directory; none if it is not there.
  static func names(in path: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []  // as for `link`
  }

  static func makeDirectory(_ path: String, mode: Int = 0o755) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
  }

  static func errorText() -> String { String(cString: strerror(errno)) }
}

/// Something the tests themselves need did not work. Not a verdict on the runtime, except for a hang.
struct HarnessError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// A directory under /tmp that goes when its owner does.
final class TemporaryDirectory: Sendable {
  let path: String

  /// What every name made by this run of the tests contains; by it leftovers are told from other people's things.
  static let tag = "scn\(getpid())"
  static let base = "/tmp/apus-scenarios.\(tag)"
  private static let counter = Counter()

  init() throws {
    path = "\(Self.base)/\(Self.counter.next())"
    try File.makeDirectory(path)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)  // nobody to report to; a mount in it shows as a leftover
    rmdir(Self.base)  // goes with the last of them
  }

  static func newID() -> String { "\(tag)-\(counter.next())" }
}

/// Hands out 1, 2, 3, …
final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var value = 0
  func next() -> Int {
    lock.withLock {
      value += 1; return value
    }
  }
}
