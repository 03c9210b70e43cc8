import Kernel

/// `--pidfd-socket`: the caller gets a handle of the process that no other process can take the place of.
///
/// One message, as from runc: the handle, and what the process is.
struct PIDFDSocket {
  /// runc's names of the two.
  enum Role: String {
    case first = "standard"
    case joined = "setns"
  }

  private let path: String
  /// Not the container's business.
  let connection: SharedDescriptor

  /// Connects before there is a process. nil without a path.
  init?(_ path: String?) throws(Failure) {
    guard let path else { return nil }
    self.path = path
    connection = SharedDescriptor(
      try during("connecting to the pidfd socket \(path)", try UnixSocket.connect(host: path, kind: .stream)))
  }

  func send(_ process: borrowing ProcessHandle, as role: Role) throws(Failure) {
    try during(
      "sending the pidfd to \(path)",
      try process.withDescriptor { pidfd throws(Failure) in
        try connection.descriptor.send(Array(role.rawValue.utf8), with: pidfd)
      })
  }
}
