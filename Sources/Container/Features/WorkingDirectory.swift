import Kernel
import OCISpec

/// process.cwd — config.md "Process"
enum WorkingDirectory {
  /// A working directory that is missing is made (DEF-28), while the root can still be written to.
  static func make(_ process: OCISpec.Process, _ rootfs: borrowing Rootfs) throws(Failure) {
    if process.cwd == "/" { return }
    _ = try during("making the working directory \(process.cwd)", try rootfs.openOrMake(process.cwd, .directory))
  }

  /// Enters it, and makes sure that it lies inside the root: by way of /proc/self/fd/N of a forgotten descriptor it would
  /// not (CVE-2024-21626).
  static func enter(_ path: String) throws(Failure) {
    try during("entering the working directory \(path)", try Kernel.changeWorkingDirectory(path))
    try verify(path)
  }

  private static func verify(_ path: String) throws(Failure) {
    do {
      let here = try workingDirectoryPath()
      if here.hasPrefix("/") { return }
    } catch  where error.errno == .noSuchFileOrDirectory {}  // it was removed under us: as good as outside
    throw Failure(
      "the working directory \(path) is outside of the container's root", hint: "process.cwd leads out of the root file system")
  }
}
