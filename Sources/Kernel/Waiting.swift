import Glibc

/// Sleeps for a time too short for ``sleep(milliseconds:)``. A signal may end it early.
package func sleep(microseconds: Int) {
  var time = timespec(tv_sec: microseconds / 1_000_000, tv_nsec: microseconds % 1_000_000 * 1000)
  unsafe nanosleep(&time, nil)
}

extension Poll.Ready {
  /// A file of a kernel file system has changed since this descriptor read it: POLLPRI, as `cgroup.events` gives it.
  package static let changed = Poll.Ready(rawValue: 2)
}
