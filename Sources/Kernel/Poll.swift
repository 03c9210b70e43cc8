import CLibc
import CLinux

/// Waits on several descriptors at once, poll(2).
package struct Poll {
  package struct Ready: OptionSet, Sendable {
    package let rawValue: Int16
    package init(rawValue: Int16) { self.rawValue = rawValue }
    package static var input: Ready { Ready(rawValue: 1) }
    package static var output: Ready { Ready(rawValue: 4) }
    // Told without being asked for.
    package static var error: Ready { Ready(rawValue: 8) }
    package static var hangUp: Ready { Ready(rawValue: 16) }
  }

  private var rows: [pollfd] = []
  package init() {}

  /// Watches `descriptor`, which must stay open as long as this value is used. At most 8 rows.
  package mutating func add(_ descriptor: borrowing Descriptor, _ events: Ready) {
    watch(descriptor.number, events)
  }

  package mutating func add(_ stream: borrowing StandardStream, _ events: Ready) {
    watch(stream.pollNumber, events)
  }

  package mutating func addStandardStream(_ number: CInt, _ events: Ready) {
    watch(number, events)
  }

  package mutating func add(_ process: borrowing ProcessHandle) {
    watch(process.pollNumber, .input)
  }

  /// What is ready, in the order of `add`. −1 waits for ever.
  package func wait(milliseconds: CInt = -1) throws(Failure) -> [Ready] {
    var rows = rows
    try call("poll") { unsafe apus_poll(&rows, rows.count, milliseconds) }
    return rows.map { Ready(rawValue: $0.revents) }
  }

  private mutating func watch(_ number: CInt, _ events: Ready) {
    rows.append(pollfd(fd: number, events: events.rawValue, revents: 0))
  }
}

extension Descriptor {
  /// Reads without waiting; nothing when there is nothing.
  package func readIfReady(atMost capacity: Int) throws(Failure) -> [UInt8] {
    var poll = Poll()
    poll.add(self, .input)
    return try poll.wait(milliseconds: 0)[0].contains(.input) ? try read(atMost: capacity) : []
  }
}
