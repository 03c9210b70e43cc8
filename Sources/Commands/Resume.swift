import Container
import Kernel

extension Verb {
  static let resume = Verb(
    "resume", summary: "let a paused container go on",
    details: """
      Its cgroup is thawed.
      """,
    operands: [.containerID], flags: []
  ) { invocation throws(Failure) in
    try invocation.runtime().resume(invocation.id)
    return Answer()
  }
}
