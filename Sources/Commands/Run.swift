import Container
import Kernel

extension Flag {
  static let detach = Flag("detach", short: "d", help: "return as soon as the program runs")
  static let keep = Flag("keep", help: "do not delete the container when its program has ended")
  static let noSubreaper = Flag("no-subreaper", help: "do not adopt the container's orphaned processes")
}

extension Verb {
  static let run = Verb(
    "run", summary: "create a container, start it and wait for its end",
    details: """
      The exit status is that of the container's program, or 128 and the number of the
      signal that killed it. Signals are passed on to the program. A trace is written as
      soon as the program runs.

      \(Flag.modes)
      """,
    operands: [.containerID], flags: Flag.creation + [.detach, .keep, .noSubreaper],
    exitStatus: "That of the program, or 128 and the number of the signal that killed it; 1 if there was no program.",
    entersContainer: true
  ) { invocation throws(Failure) in
    var options = RunOptions()
    options.detach = invocation.values.isOn(.detach)
    options.keep = invocation.values.isOn(.keep)
    options.noSubreaper = invocation.values.isOn(.noSubreaper)
    return Answer(status: try invocation.runtime().run(try invocation.creation(), options))
  }
}
