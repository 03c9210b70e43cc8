import Container
import Kernel

extension Flag {
  static let all = Flag("all", short: "a", help: "signal every process of the container; no error when it has stopped")
  static let regex = Flag("regex", short: "r", help: "the id is a regular expression: every container with a match in its id")
}

extension Verb {
  static let kill = Verb(
    "kill", summary: "send a signal to a container's init process",
    details: """
      The signal is a number or a name, with or without SIG, in any case; TERM when none
      is given. KILL ends all processes of the container; another signal reaches those
      beside init only with --all, and only if they have no pid namespace of their own.
      With --regex c1 stands for c10 and abc1 too, ^c1$ for itself alone; those that have
      stopped are passed over.
      """,
    // As with runc: `kill c1 -9` is a signal named -9, not an unknown flag.
    operands: [.containerID, Operand(name: "signal", need: .optional, words: .signals)], flags: [.all, .regex],
    flagPlace: .beforeOperands
  ) { invocation throws(Failure) in
    let name = invocation.operands.dropFirst().first ?? ""
    guard let signal = name.isEmpty ? Signals.terminate : Signals.number(of: name) else {
      throw Failure("unknown signal \"\(name)\"")
    }
    let runtime = try invocation.runtime()
    let all = invocation.values.isOn(.all)
    if invocation.values.isOn(.regex) {
      try runtime.kill(matching: invocation.id, signal: signal, all: all)
    } else {
      try runtime.kill(invocation.id, signal: signal, all: all)
    }
    return Answer()
  }
}
