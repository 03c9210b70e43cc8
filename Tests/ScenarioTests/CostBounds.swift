/// What a start may cost: upper bounds, recorded where a `run` made 551 system calls, 164 page faults and 1.28 million instructions
/// (Linux 6.18, x86-64) and the binary had 3.1 MB. Each has a few percent for what differs between machines: which paths there are
/// to mask, which capabilities the kernel knows, how many pages it maps at once.
///
/// When a test says that one is exceeded, look where the new cost comes from (`strace -f build/apus run ...`, `apus run --trace`). If it buys
/// something that is worth it to every start, raise the number in the commit that adds it, so that the commit says why. When a
/// start becomes cheaper, lower it, or what was gained can be lost again unseen.
enum CostBounds {
  /// Of a `run` of what `spec` writes, by the runtime and by init up to the exec.
  static let systemCalls = 575
  /// Of a `list`, for each container that is created: its state, its process and its cgroup.events are opened, read and closed.
  static let systemCallsOfEachListed = 9
  /// Of the same `run`, its program /bin/true of busybox included.
  static let pageFaults = 190
  /// Of the same `run`, in user mode. Which functions libc takes for copying depends on the processor.
  static let instructions = 1_450_000
  /// Of the stripped binary.
  static let bytes = 3_300_000
}
