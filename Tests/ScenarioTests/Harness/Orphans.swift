import Foundation

/// The test process adopts what its runtimes leave running, as a shim does: so each process of a container is a
/// descendant of ours, none is missed, and none belongs to somebody else on the machine.
enum Orphans {
  /// Makes this process a child subreaper, prctl(2), once.
  static let adopt: Void = {
    typealias PRCTL = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
    guard let symbol = dlsym(nil, "prctl") else { return }  // then leftovers go to process 1, and are still found by tag
    let PR_SET_CHILD_SUBREAPER: Int32 = 36
    _ = unsafeBitCast(symbol, to: PRCTL.self)(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
  }()

  struct Process: Hashable, CustomStringConvertible {
    var pid: pid_t
    var parent: pid_t
    var state: Character
    var name: String
    var description: String { "process \(pid) (\(name)) in state \(state)" }
  }

  /// Every process of the machine: proc_pid_stat(5).
  static func processes() -> [Process] {
    File.names(in: "/proc").compactMap { pid_t($0) }.compactMap(process)
  }

  static func process(_ pid: pid_t) -> Process? {
    let text = File.text("/proc/\(pid)/stat")
    // The name may contain anything, a closing parenthesis too; the last one ends it.
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { return nil }
    let rest = text[text.index(after: close)...].split(separator: " ")
    guard rest.count > 2, let state = rest[0].first, let parent = pid_t(rest[1]) else { return nil }
    return Process(pid: pid, parent: parent, state: state, name: String(text[text.index(after: open)..<close]))
  }

  /// Everything below this process, except what tests have started and not yet waited for.
  static func descendants() -> [Process] {
    let all = Dictionary(grouping: processes(), by: \.parent)
    var found: [Process] = []
    var next = all[getpid()] ?? []
    while let process = next.popLast() {
      found.append(process)
      next += all[process.pid] ?? []
    }
    return found.filter { !Spawned.isRegistered($0.pid) }
  }

  /// Buries adopted children that are dead. Those a test has started itself are left to that test.
  static func reap() {
    for process in processes() where process.parent == getpid() && process.state == "Z" && !Spawned.isRegistered(process.pid) {
      var status: Int32 = 0
      waitpid(process.pid, &status, WNOHANG)
    }
  }
}

extension Spawned {
  private static let live = LiveProcesses()
  static func register(_ pid: pid_t) { live.insert(pid) }
  static func unregister(_ pid: pid_t) { live.remove(pid) }
  static func isRegistered(_ pid: pid_t) -> Bool { live.contains(pid) }
}

/// The process ids whose status a test still wants.
final class LiveProcesses: @unchecked Sendable {
  private let lock = NSLock()
  private var pids: Set<pid_t> = []
  func insert(_ pid: pid_t) { lock.withLock { _ = pids.insert(pid) } }
  func remove(_ pid: pid_t) { lock.withLock { _ = pids.remove(pid) } }
  func contains(_ pid: pid_t) -> Bool { lock.withLock { pids.contains(pid) } }
}
