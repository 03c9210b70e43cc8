import Container
import Kernel

extension Flag {
  static let all = Flag("all", short: "a", help: "signal every process of the container; no error when it has stopped")
}

extension Verb {
  static let kill = Verb(
    "kill", summary: "send a signal to a container's init process",
    details: """
      The signal is a number or a name, with or without SIG, in any case; TERM when none
      is given.
      """,
    // As with runc: `kill c1 -9` is a signal named -9, not an unknown flag.
    operands: [.containerID, Operand(name: "signal", need: .optional, words: .signals)], flags: [.all], flagPlace: .beforeOperands
  ) { invocation throws(Failure) in
    let name = invocation.operands.dropFirst().first ?? ""
    guard let signal = name.isEmpty ? Signals.terminate : Signals.number(of: name) else {
      throw Failure("unknown signal \"\(name)\"")
    }
    try invocation.runtime().kill(invocation.id, signal: signal, all: invocation.values.isOn(.all))
    return Answer()
  }
}
