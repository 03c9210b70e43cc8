import CLibc
import CLinux

/// Descriptors 0, 1 and 2 and those a caller passes on.
package enum StandardStreams {
  /// Opens /dev/null at each of 0, 1 and 2 that is closed, so that no other file ever gets such a number and is
  /// mistaken for a standard stream.
  package static func ensureOpen() throws(Failure) {
    for number in CInt(0)...2 where apus_fcntl(number, F_GETFD, 0) < 0 {
      let null = try Descriptor.open(host: "/dev/null", .readWrite)
      if null.number == number {
        try null.setCloseOnExec(false)
        null.forget()
      } else {
        try StandardStreams.replace(number, with: null)
      }
    }
  }

  /// Makes the terminal `slave` the standard input, output and error.
  package static func replace(with slave: borrowing Descriptor) throws(Failure) {
    for number in CInt(0)...2 { try replace(number, with: slave) }
  }

  /// Makes `descriptor` the standard stream `number`.
  package static func replace(_ number: CInt, with descriptor: borrowing Descriptor) throws(Failure) {
    let source = descriptor.number
    try call("dup2") { apus_duplicate_onto(source, number) }
  }

  /// Gives `body` a borrowed handle of standard stream `number`, which stays open.
  package static func with<R>(_ number: CInt, _ body: (borrowing Descriptor) throws(Failure) -> R) throws(Failure) -> R {
    let borrowed = Descriptor(owning: number)
    let result = Result { () throws(Failure) in try body(borrowed) }
    borrowed.forget()
    return try result.get()
  }

  /// True when the process was started with this descriptor open.
  package static func isOpen(_ number: CInt) -> Bool { apus_fcntl(number, F_GETFD, 0) >= 0 }

  /// Marks every descriptor from `first` on close-on-exec (close_range(2) CLOSE_RANGE_CLOEXEC, kernel 5.11), so that
  /// nothing the caller forgot to close gets into a container (CVE-2024-21626).
  package static func closeOnExec(from first: CInt) throws(Failure) {
    try call("close_range") { apus_close_range(UInt32(first), UInt32.max, 4) }
  }

  /// Closes every descriptor from `first` on but those of `kept`: what the caller of this process left open, or what is
  /// not needed any more by a process that only waits for its exec.
  package static func close(from first: CInt, except kept: [SharedDescriptor]) throws(Failure) {
    var next = first
    for number in kept.map({ $0.descriptor.number }).sorted() where number >= next {
      if number > next { try closeRange(next, UInt32(number - 1)) }
      next = number + 1
    }
    try closeRange(next, UInt32.max)
  }

  private static func closeRange(_ first: CInt, _ last: UInt32) throws(Failure) {
    try call("close_range") { apus_close_range(UInt32(first), last, 0) }
  }

  /// Lets the descriptors `first..<end` through the exec.
  package static func keepThroughExec(_ range: Range<CInt>) throws(Failure) {
    for number in range { try call("fcntl(F_SETFD)") { apus_fcntl(number, F_SETFD, 0) } }
  }
}

extension Descriptor {
  @export(interface) consuming func forget() { discard self }
}
