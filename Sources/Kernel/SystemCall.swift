import CGlibc

/// Turns the `-errno` convention of `CLinux` into a typed failure named after the system call.
///
/// - EINTR is retried here and nowhere else.
/// - EFAULT is not an error of the world but a bug of ours: it traps, with text. EBADF is not always one: the standard
///   streams are the caller's, who may have opened them the wrong way round.
@inline(__always)
@discardableResult
func call<Result: FixedWidthInteger & SignedInteger>(
  _ name: StaticString, _ body: () -> Result
) throws(Failure) -> Result {
  while true {
    let result = body()
    if result >= 0 { return result }
    let errno = Errno(rawValue: CInt(truncatingIfNeeded: -result))
    if errno == .interrupted { continue }
    if errno == .badAddress {
      unsafe apus_abort("\(name): \(errno): a pointer of apus is wrong")
    }
    throw Failure("\(name)", errno: errno)
  }
}
