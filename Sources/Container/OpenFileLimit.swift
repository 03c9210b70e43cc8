import Kernel

/// A container with very many bind mounts or devices needs as many descriptors at once: each is opened before the container
/// exists.
/// The soft limit that most hosts have is 1024, the hard one much more.
enum OpenFileLimit {
  private static let number: CInt = 7  // RLIMIT_NOFILE
  /// What a start needs beside them.
  private static let reserve: UInt64 = 64

  /// Raises the soft limit of this process where a plan that holds `count` descriptors needs it.
  ///
  /// - Returns: the limit that was in force, for init to put back: it is the container's to inherit, and select(2) in a
  ///   program breaks above 1024.
  static func raise(for count: Int) throws(Failure) -> UInt64? {
    let limit = try resourceLimit(number)
    let needed = UInt64(count) + reserve
    if needed <= limit.soft { return nil }
    try during(
      "raising the limit of open files to \(needed) for \(count) mounts and devices",
      try setResourceLimit(number, soft: min(max(needed, limit.soft), limit.hard), hard: limit.hard, of: 0))
    return limit.soft
  }

  /// For a process that holds as many as there are containers, and starts no other.
  static func raiseToHardLimit() throws(Failure) {
    let limit = try resourceLimit(number)
    if limit.soft < limit.hard { try setResourceLimit(number, soft: limit.hard, hard: limit.hard, of: 0) }
  }

  static func restore(_ soft: UInt64?) throws(Failure) {
    guard let soft else { return }
    try setResourceLimit(number, soft: soft, hard: try resourceLimit(number).hard, of: 0)
  }
}
