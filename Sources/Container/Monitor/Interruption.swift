import Kernel

/// What ends a verb that would go on for ever: SIGINT, SIGTERM, SIGHUP, or the end of whoever reads its output.
package struct Interruption: ~Copyable {
  private let signals: Descriptor

  /// Blocks the signals, so that none comes in the middle of a line.
  package init() throws(Failure) {
    var set = SignalSet()
    for signal in [Signals.interrupt, Signals.terminate, Signals.hangUp] { set.insert(signal) }
    _ = try Signals.block(set)
    signals = try Signals.open(set)
  }

  /// Waits until a line can be written without waiting; false when that is not to be any more. A reader that has stopped
  /// reading must not keep Ctrl-C from us.
  package func waitForOutput() throws(Failure) -> Bool {
    var poll = Poll()
    add(to: &poll, .output)
    let ready = try poll.wait()
    return !isRequested(ready)
  }

  /// The rows ``isRequested(_:)`` asks; they come first.
  func add(to poll: inout Poll, _ output: Poll.Ready = []) {
    poll.add(signals, .input)
    poll.addStandardStream(1, output)
  }

  func isRequested(_ ready: [Poll.Ready]) -> Bool {
    !ready[0].isEmpty || !ready[1].isDisjoint(with: [.error, .hangUp])
  }

  static let rows = 2
}
