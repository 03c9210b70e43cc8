import JSON
import Kernel
import OCISpec

/// The state document hooks get on their standard input (config.md "POSIX-platform Hooks").
struct HookState {
  let ociVersion: String
  let id: String
  let bundle: String
  let annotations: [String: String]

  func state(_ status: Status, pid: CInt) -> State {
    State(ociVersion: ociVersion, id: id, status: status, pid: pid, bundle: bundle, annotations: annotations)
  }

  func document(status: Status, pid: CInt) -> String { state(status, pid: pid).document().text(.compact) }
}
