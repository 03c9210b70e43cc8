import CStart
import Glibc

/// What this program was called with.
///
/// Swift's `CommandLine` looks for it in /proc/self/maps, which need not be there where somebody only asks for the version. Here
/// it is read where the kernel has put it (`CStart`).
package enum ProgramArguments {
  /// The name the program was called by, and the rest.
  package static var all: [String] {
    guard var next = unsafe apus_arguments() else { return CommandLine.arguments }
    var result: [String] = []
    while let text = unsafe next.pointee {
      unsafe result.append(String(cString: text))
      unsafe next += 1
    }
    return result
  }

  /// The same as execve(2) takes them.
  static var vector: UnsafePointer<UnsafeMutablePointer<CChar>?> {
    unsafe apus_arguments() ?? UnsafePointer(CommandLine.unsafeArgv)
  }
}
