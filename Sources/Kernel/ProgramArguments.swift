import Glibc

/// What this program was called with.
///
/// Swift's `CommandLine` looks for it in /proc, which need not be mounted where somebody only asks for the version. Here it is
/// read where the kernel has put it (System V ABI "Initial Process Stack"): argc, the arguments, a null, then the environment.
package enum ProgramArguments {
  /// The name the program was called by, and the rest. To be asked before anything changes the environment.
  package static var all: [String] {
    let (count, words) = unsafe argumentVector()
    return (0..<count).compactMap { index in unsafe words[index].map { unsafe String(cString: $0) } }
  }

  /// How many there are, and where; as execve(2) takes them.
  static func argumentVector() -> (count: Int, words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
    let environment = unsafe environ
    var count = 0
    // No pointer is as small as a number of arguments.
    while unsafe Int(bitPattern: environment[-2 - count]) != count { count += 1 }
    return unsafe (count, environment - 1 - count)
  }
}
