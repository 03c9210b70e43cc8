import CLibc

/// The bytes that a call of the kernel puts into a buffer of `capacity`; `fill` returns how many.
func filled(
  _ capacity: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> Int
) throws(Failure) -> [UInt8] {
  var failure: Failure?  // the initializer takes no typed throws
  let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
    do throws(Failure) { count = try unsafe fill(buffer) } catch { failure = error }
  }
  if let failure { throw failure }
  return bytes
}

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
