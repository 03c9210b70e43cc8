import CLibc

/// An error number of the kernel, errno(3). The names are those of swift-system, which does not compile for Embedded Swift.
package struct Errno: RawRepresentable, Hashable, Sendable {
  package let rawValue: CInt

  package init(rawValue: CInt) { self.rawValue = rawValue }

  /// What went wrong in the call of libc that just failed.
  package static var current: Errno { Errno(rawValue: apus_errno()) }

  package static let notPermitted = Errno(rawValue: EPERM)
  package static let noSuchFileOrDirectory = Errno(rawValue: ENOENT)
  package static let noSuchProcess = Errno(rawValue: ESRCH)
  package static let interrupted = Errno(rawValue: EINTR)
  package static let argListTooLong = Errno(rawValue: E2BIG)
  package static let execFormatError = Errno(rawValue: ENOEXEC)
  package static let resourceTemporarilyUnavailable = Errno(rawValue: EAGAIN)
  package static let wouldBlock = Errno(rawValue: EWOULDBLOCK)
  package static let noMemory = Errno(rawValue: ENOMEM)
  package static let permissionDenied = Errno(rawValue: EACCES)
  package static let badAddress = Errno(rawValue: EFAULT)
  package static let resourceBusy = Errno(rawValue: EBUSY)
  package static let fileExists = Errno(rawValue: EEXIST)
  package static let improperLink = Errno(rawValue: EXDEV)
  package static let operationNotSupportedByDevice = Errno(rawValue: ENODEV)
  package static let notDirectory = Errno(rawValue: ENOTDIR)
  package static let isDirectory = Errno(rawValue: EISDIR)
  package static let invalidArgument = Errno(rawValue: EINVAL)
  package static let tooManyOpenFiles = Errno(rawValue: EMFILE)
  package static let inappropriateIOCTLForDevice = Errno(rawValue: ENOTTY)
  package static let fileTooLarge = Errno(rawValue: EFBIG)
  package static let noSpace = Errno(rawValue: ENOSPC)
  package static let illegalSeek = Errno(rawValue: ESPIPE)
  package static let readOnlyFileSystem = Errno(rawValue: EROFS)
  package static let tooManyLinks = Errno(rawValue: EMLINK)
  package static let brokenPipe = Errno(rawValue: EPIPE)
  package static let outOfRange = Errno(rawValue: ERANGE)
  package static let fileNameTooLong = Errno(rawValue: ENAMETOOLONG)
  package static let noFunction = Errno(rawValue: ENOSYS)
  package static let tooManySymbolicLinkLevels = Errno(rawValue: ELOOP)
  package static let illegalByteSequence = Errno(rawValue: EILSEQ)
  package static let notSupported = Errno(rawValue: EOPNOTSUPP)
  package static let connectionReset = Errno(rawValue: ECONNRESET)
  package static let connectionRefused = Errno(rawValue: ECONNREFUSED)
}
