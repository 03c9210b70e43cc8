import Container
import Kernel

extension Flag {
  static let force = Flag("force", short: "f", help: "kill a running container first; no error when there is none")
}

extension Verb {
  static let delete = Verb(
    "delete", summary: "remove a stopped container and all that was made for it", operands: [.containerID], flags: [.force]
  ) { invocation throws(Failure) in
    try invocation.runtime().delete(invocation.id, force: invocation.values.isOn(.force))
    return Answer()
  }
}
