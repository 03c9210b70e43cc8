import Container
import Kernel

extension Flag {
  static let force = Flag("force", short: "f", help: "kill a running container first; no error when there is none")
}

extension Verb {
  static let delete = Verb(
    "delete", summary: "remove a stopped container and all that was made for it",
    details: """
      With --regex c1 stands for c10 and abc1 too, ^c1$ for itself alone; when some
      cannot be removed, the others are.
      """,
    operands: [.containerID], flags: [.force, .regex]
  ) { invocation throws(Failure) in
    let runtime = try invocation.runtime()
    let force = invocation.values.isOn(.force)
    if invocation.values.isOn(.regex) {
      try runtime.delete(matching: invocation.id, force: force)
    } else {
      try runtime.delete(invocation.id, force: force)
    }
    return Answer()
  }
}
