import Kernel

/// Tells how many processes of a cgroup the kernel has killed for want of memory since the last question.
///
/// The kernel *counts* them in memory.events, so none is lost, however many there were at once: the notice that the file
/// has changed only says when to read it again.
package final class OutOfMemoryWatch {
  /// To be polled for `.changed`.
  package let descriptor: Descriptor
  private let path: String
  private var seen: UInt64 = 0

  fileprivate init(_ descriptor: consuming Descriptor, path: String) throws(Failure) {
    self.descriptor = descriptor
    self.path = path
    seen = try count()
  }

  /// The kills since the last call. 0 once the cgroup has been removed.
  package func newKills() throws(Failure) -> UInt64 {
    let now: UInt64
    do { now = try count() } catch  where error.hasVanished { return 0 }
    defer { seen = now }
    return now > seen ? now - seen : 0
  }

  /// Reads from the start, which is also what makes the kernel tell of the next change.
  private func count() throws(Failure) -> UInt64 {
    try during("reading \(path)", try descriptor.rewind())
    let bytes = try during("reading \(path)", try descriptor.read(atMost: 4096))
    return flatKeyed(String(decoding: bytes, as: UTF8.self))["oom_kill"] ?? 0
  }
}

extension ControlGroup {
  /// nil where nothing is counted: there is no memory controller here.
  package func watchOutOfMemory() throws(Failure) -> OutOfMemoryWatch? {
    let file = "memory.events"
    do {
      return try OutOfMemoryWatch(try directory.open(file, .readOnly), path: "\(directory.path)/\(file)")
    } catch let error where error.errno == .noSuchFileOrDirectory { return nil }
  }
}
