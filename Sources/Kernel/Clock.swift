import CLibc

/// A moment of CLOCK_REALTIME.
package struct Timestamp: Sendable, Equatable {
  package let seconds: Int
  package let nanoseconds: Int

  package init(seconds: Int, nanoseconds: Int) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  package static var now: Timestamp {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
  }

  /// RFC 3339 in UTC with as many digits of the fraction as are not zero, at least none: `2026-01-02T03:04:05.12Z`.
  package var rfc3339: String {
    var fraction = ""
    if nanoseconds > 0 {
      fraction = "." + padded(nanoseconds, 9)
      while fraction.hasSuffix("0") { fraction.removeLast() }
    }
    return "\(date)\(fraction)Z"
  }

  /// RFC 3339 in UTC to the second.
  package var rfc3339Seconds: String { "\(date)Z" }

  /// By arithmetic: gmtime(3) would read /etc/localtime, and after pivot_root(2) that is the container's.
  private var date: String {
    let days = seconds / 86400
    let time = seconds % 86400
    // The year is counted from March on, so that the leap day is its last; 719468 days are from 0000-03-01 to 1970-01-01.
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    let clock = "\(padded(time / 3600, 2)):\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2))"
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock)"
  }
}

/// Milliseconds of CLOCK_MONOTONIC: for deadlines.
package func monotonicMilliseconds() -> Int {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// Nanoseconds of CLOCK_MONOTONIC, which is another clock in a time namespace with offsets.
package func monotonicNanoseconds() -> Int { nanoseconds(of: CLOCK_MONOTONIC) }

/// Nanoseconds of processor time that this process has used, in all the programs it was so far.
package func processorNanoseconds() -> Int { nanoseconds(of: CLOCK_PROCESS_CPUTIME_ID) }

private func nanoseconds(of clock: clockid_t) -> Int {
  var time = timespec()
  unsafe clock_gettime(clock, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

package func sleep(milliseconds: Int) {
  var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
  unsafe nanosleep(&time, nil)
}

private func padded(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
