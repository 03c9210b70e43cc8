import Container
import JSON
import Kernel
import OCISpec

extension Verb {
  static let state = Verb("state", summary: "show the state of a container as JSON", operands: [.containerID]) {
    invocation throws(Failure) in
    Answer(text: try invocation.runtime().state(invocation.id).document.text(.pretty) + "\n")
  }
}

extension ContainerSummary {
  /// The spec's state with what runc adds, members in runc's order; `pid` is 0, not absent, without a process. How a stopped
  /// one has ended comes last, where that is known.
  var document: JSONValue {
    var members: [(name: String, value: JSONValue)] = [
      ("ociVersion", .string(state.ociVersion)), ("id", .string(state.id)), ("pid", .integer(Int64(state.pid ?? 0))),
      ("status", .string(state.status.rawValue)), ("bundle", .string(state.bundle)), ("rootfs", .string(rootfs)),
      ("created", .string(created)),
    ]
    if !state.annotations.isEmpty { members.append(("annotations", .map(state.annotations))) }
    members.append(("owner", .string(owner)))
    if let exitStatus {
      members.append(("exitCode", .integer(Int64(exitStatus.shellStatus))))
      if let signal = exitStatus.signal { members.append(("signal", .integer(Int64(signal)))) }
    }
    return .object(members)
  }
}
