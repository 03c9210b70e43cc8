import JSON
import Kernel
import OCISpec

/// Loading the filter inside the container, and the way of its listener to the supervisor outside.
///
/// The filter comes last, whatever the profile: it is written for the program, and what apus calls on the way to it (openat2,
/// close_range, accept4...) is not its business. Without no_new_privs only CAP_SYS_ADMIN may load one, so init keeps that
/// beyond the change of user. The exec takes it away: what a program gets is computed from the inheritable, the bounding and
/// the ambient set, never from the permitted one (capabilities(7), "Transformation of capabilities during execve").
enum SeccompStep {
  /// Whether init must keep CAP_SYS_ADMIN for it.
  static func needsCapability(_ seccomp: SeccompPlan?, _ process: OCISpec.Process) -> Bool {
    seccomp != nil && !process.noNewPrivileges
  }

  /// Init: loads the filter. A listener goes to the other end of `host`, whose root is still the host's and so finds
  /// `listenerPath`; init goes on once the supervisor has it.
  static func apply(_ seccomp: SeccompPlan?, _ host: borrowing Rendezvous) throws(Failure) {
    guard let seccomp, let listener = try SeccompFeature.load(seccomp) else { return }
    try host.send(.seccompListener, with: listener)
    guard try host.mayProceed() else { throw Failure("the seccomp listener did not reach its supervisor") }
  }

  /// Host: gives the listener to the supervisor (config-linux.md "The Container Process State").
  static func forward(_ listener: borrowing Descriptor, _ seccomp: Seccomp, _ state: State, pid: CInt) throws(Failure) {
    var members: [(name: String, value: JSONValue)] = [
      ("ociVersion", .string(state.ociVersion)), ("fds", ["seccompFd"]), ("pid", .integer(Int64(pid))),
    ]
    if !seccomp.listenerMetadata.isEmpty { members.append(("metadata", .string(seccomp.listenerMetadata))) }
    members.append(("state", state.document()))
    let document = JSONValue.object(members).text(.compact)
    try SeccompFeature.send(listener: listener, state: document, to: seccomp.listenerPath)
  }
}
