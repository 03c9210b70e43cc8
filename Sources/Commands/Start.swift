import Container
import Kernel

extension Verb {
  static let start = Verb("start", summary: "run the program of a created container", operands: [.containerID]) {
    invocation throws(Failure) in
    try invocation.runtime().start(invocation.id)
    return Answer()
  }
}
