import Container
import Kernel

extension Verb {
  static let pause = Verb(
    "pause", summary: "freeze every process of a container",
    details: """
      Its cgroup is frozen; `apus resume` lets it go on.
      """,
    operands: [.containerID], flags: []
  ) { invocation throws(Failure) in
    try invocation.runtime().pause(invocation.id)
    return Answer()
  }
}
