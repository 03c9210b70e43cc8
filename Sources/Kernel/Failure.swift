/// Why an operation failed: what was being done, outermost first, and what the kernel said.
///
/// Each level adds only its own part with ``during(_:_:)``; nobody below the verb prints.
/// A child process sends its failure to the host whole (``encoded``), so no cause is ever reduced to a number.
package struct Failure: Error, Equatable {
  /// What was being done, outermost first: `["preparing the root filesystem", "masking /proc/keys"]`.
  package var context: [String]
  /// The innermost part: the name of a system call, or a statement when no call failed.
  package let cause: String
  package let errno: Errno?
  /// What the reader can do about it, where that is known.
  package var hint: String?

  package init(_ cause: String, errno: Errno? = nil, hint: String? = nil) {
    self.context = []
    self.cause = cause
    self.errno = errno
    self.hint = hint
  }

  /// One line: the context, the cause, the errno text and the hint.
  package var message: String {
    var parts = context + [cause]
    if let errno { parts.append(errno.description) }
    let line = parts.joined(separator: ": ")
    guard let hint else { return line }
    return "\(line) (\(hint))"
  }

  package func adding(context outer: String) -> Failure {
    var result = self
    result.context.insert(outer, at: 0)
    return result
  }

  package func adding(hint: String) -> Failure {
    var result = self
    result.hint = hint
    return result
  }
}

/// Runs `body`; its failure then says that it happened while doing `what`. The text is made only when needed.
@inline(__always)
package func during<R: ~Copyable>(
  _ what: @autoclosure () -> String, _ body: @autoclosure () throws(Failure) -> R
) throws(Failure) -> R {
  do { return try body() } catch { throw error.adding(context: what()) }
}

// MARK: - Crossing from one process to another

extension Failure {
  /// No part is sent longer than this, so that the whole fits into one packet: a config may have names of any length.
  private static let longestPart = 4096

  /// The failure as bytes: errno, then hint, cause and context, each ended by a NUL.
  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    for part in [String(errno?.rawValue ?? 0), hint ?? "", cause] + context {
      bytes.append(contentsOf: part.utf8.lazy.filter { $0 != 0 }.prefix(Failure.longestPart))
      bytes.append(0)
    }
    return bytes
  }

  package init(decoding bytes: some Collection<UInt8>) {
    var parts = bytes.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    if parts.last == "" { parts.removeLast() }
    guard parts.count >= 3, let number = CInt(parts[0]) else {
      self.init("a child process reported a failure that cannot be read")
      return
    }
    self.init(parts[2], errno: number == 0 ? nil : Errno(rawValue: number), hint: parts[1].isEmpty ? nil : parts[1])
    context = Array(parts.dropFirst(3))
  }
}
