import Kernel
import OCISpec
import SystemPackage

/// Standard streams that are no terminal.
enum StandardIO {
  /// Gives them to the container's user, as runc does, so that /dev/stdout can be opened again inside. Terminals and
  /// /dev/null keep their owner: others use them too.
  static func apply(_ process: OCISpec.Process) throws(Failure) {
    for number in CInt(0)...2 {
      try during(
        "giving descriptor \(number) to uid \(process.user.uid)",
        try StandardStreams.with(number) { stream throws(Failure) in
          let status = try stream.status()
          let isNull = status.kind == .characterDevice && status.represents == DeviceNumber(major: 1, minor: 3)
          if isNull || stream.isTerminal || status.owner == process.user.uid { return }
          do throws(Failure) { try stream.setOwner(process.user.uid, status.group) } catch
            where tolerated.contains(error.errno ?? .noMemory)
          {}
        })
    }
  }

  /// An owner that is not mapped, a read-only file system, a file of somebody else: the stream works all the same.
  private static let tolerated: Set<Errno> = [
    .invalidArgument, .notPermitted, .readOnlyFileSystem, .permissionDenied, .noFunction,
  ]
}
