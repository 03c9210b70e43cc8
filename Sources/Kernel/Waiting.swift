import CLibc

/// Sleeps for a time too short for ``sleep(milliseconds:)``. A signal may end it early.
package func sleep(microseconds: Int) {
  var time = timespec(tv_sec: microseconds / 1_000_000, tv_nsec: microseconds % 1_000_000 * 1000)
  unsafe nanosleep(&time, nil)
}

/// Sleeps that begin at 0.1 ms and grow to 10 ms: between two looks at what nobody gives notice of.
package struct Pause {
  private var microseconds = 100
  package init() {}

  package mutating func take() {
    sleep(microseconds: microseconds)
    microseconds = min(microseconds * 2, 10_000)
  }
}

extension Poll.Ready {
  /// A file of a kernel file system has changed since this descriptor read it: POLLPRI, as `cgroup.events` gives it.
  package static let changed = Poll.Ready(rawValue: 2)
}
