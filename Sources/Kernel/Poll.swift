import CLinux

/// Waits on several descriptors at once, poll(2).
package struct Poll {
  package struct Ready: OptionSet, Sendable {
    package let rawValue: Int16
    package init(rawValue: Int16) { self.rawValue = rawValue }
    package static let input = Ready(rawValue: 1)
    package static let output = Ready(rawValue: 4)
    // Told without being asked for.
    package static let error = Ready(rawValue: 8)
    package static let hangUp = Ready(rawValue: 16)
  }

  private var numbers: [CInt] = []
  private var wanted: [Int16] = []
  package init() {}

  /// Watches `descriptor`, which must stay open as long as this value is used. At most 8 rows.
  package mutating func add(_ descriptor: borrowing Descriptor, _ events: Ready) {
    numbers.append(descriptor.number)
    wanted.append(events.rawValue)
  }

  package mutating func add(_ stream: borrowing StandardStream, _ events: Ready) {
    numbers.append(stream.pollNumber)
    wanted.append(events.rawValue)
  }

  package mutating func addStandardStream(_ number: CInt, _ events: Ready) {
    numbers.append(number)
    wanted.append(events.rawValue)
  }

  package mutating func add(_ process: borrowing ProcessHandle) {
    numbers.append(process.pollNumber)
    wanted.append(Ready.input.rawValue)
  }

  /// What is ready, in the order of `add`. −1 waits for ever.
  package func wait(milliseconds: CInt = -1) throws(Failure) -> [Ready] {
    try poll(numbers, events: wanted, milliseconds: milliseconds).map { Ready(rawValue: $0) }
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
