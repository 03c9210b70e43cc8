import Kernel
import OCISpec

/// Standard streams that are no terminal.
enum StandardIO {
  /// Gives them to the container's user, as runc does, so that /dev/stdout can be opened again inside.
  static func apply(_ process: OCISpec.Process) throws(Failure) {
    for number in CInt(0)...2 {
      try during(
        "giving descriptor \(number) to uid \(process.user.uid)",
        try StandardStreams.with(number) { stream throws(Failure) in
          let status = try stream.status()
          if status.owner == process.user.uid || isTheHosts(status, stream) { return }
          do throws(Failure) { try stream.setOwner(process.user.uid, status.group) } catch
            where tolerated.contains(error.errno ?? .noMemory)
          {}
        })
    }
  }

  /// What others use too keeps its owner: a device (a terminal is one), a directory, and a file that we are only to read,
  /// which its owner could write to.
  private static func isTheHosts(_ status: FileStatus, _ stream: borrowing Descriptor) -> Bool {
    switch status.kind {
    case .characterDevice, .blockDevice, .directory: true
    case .regular: !stream.isOpenForWriting
    default: false
    }
  }

  /// An owner that is not mapped, a read-only file system, a file of somebody else: the stream works all the same.
  private static let tolerated: Set<Errno> = [
    .invalidArgument, .notPermitted, .readOnlyFileSystem, .permissionDenied, .noFunction,
  ]
}
