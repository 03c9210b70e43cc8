import CLibc

/// Memory which this process and those it clones from here on have in common (mmap(2) MAP_SHARED): lines are added to it, by one
/// process at a time, and stay when that process is killed. An exec leaves it.
@safe package final class SharedMemory {
  /// How many of `bytes` are used, and how many lines there was no room for.
  private let counts: UnsafeMutablePointer<Int>
  private let bytes: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  private static let headerSize = 2 * MemoryLayout<Int>.size

  /// Pages of it that nothing was written to cost nothing.
  package init(capacity: Int) throws(Failure) {
    let size = SharedMemory.headerSize + capacity
    let start = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
    guard let start = unsafe start, unsafe start != apus_map_failed() else { throw Failure("mmap", errno: .current) }
    unsafe counts = start.bindMemory(to: Int.self, capacity: 2)
    unsafe bytes = (start + SharedMemory.headerSize).bindMemory(to: UInt8.self, capacity: capacity)
    self.capacity = capacity
  }

  deinit { unsafe munmap(counts, SharedMemory.headerSize + capacity) }

  /// Adds a line, which has no NUL in it, unless it does not fit.
  package func add(_ line: String) {
    let start = unsafe counts[0]
    let end = start + line.utf8.count
    if end >= capacity { return unsafe counts[1] += 1 }
    for (index, byte) in line.utf8.enumerated() { unsafe bytes[start + index] = byte }
    unsafe bytes[end] = 0
    unsafe counts[0] = end + 1
  }

  package var lines: [String] {
    let used = unsafe UnsafeBufferPointer(start: bytes, count: counts[0])
    return unsafe used.split(separator: 0).map { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// How many lines did not fit.
  package var missing: Int { unsafe counts[1] }
}
