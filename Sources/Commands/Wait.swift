import Container
import Kernel

extension Verb {
  static let wait = Verb(
    "wait", summary: "wait until a container has stopped, and end as it did",
    details: """
      The exit status is that of the container's program, or 128 and the number of the
      signal that killed it. A container that has stopped already is asked as well: its
      status is known as long as nobody has reaped its process, or when `apus run --keep`
      has. Linux 6.15 or newer tells the status whoever reaps the process.
      """,
    operands: [.containerID],
    exitStatus: "That of the program, or 128 and the number of the signal that killed it; 1 if it is not to be learned."
  ) { invocation throws(Failure) in
    Answer(status: try invocation.runtime().wait(invocation.id).shellStatus)
  }
}
