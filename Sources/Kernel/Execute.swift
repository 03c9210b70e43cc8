import CLibc
import CLinux
import CVersion

/// The arguments of an exec as C has them: made once, before the last moment, so that the exec itself allocates nothing.
@safe @usableFromInline package struct ExecutableImage: ~Copyable {
  private let arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  package init(arguments: [String], environment: [String]) {
    unsafe self.arguments = cArray(arguments)
    unsafe self.environment = cArray(environment)
  }

  @inlinable deinit { release() }

  @usableFromInline func release() {
    unsafe freeCArray(arguments)
    unsafe freeCArray(environment)
  }

  /// Replaces this process's program by the file at `path`. Comes back only to say why it could not.
  package func execute(path: String) -> Failure {
    do {
      try call("execve") { unsafe apus_execve(path, arguments, environment) }
      return Failure("execve returned")
    } catch { return error }
  }
}

private func cArray(_ strings: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
  let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
  for (index, string) in strings.enumerated() { unsafe array[index] = strdup(string) }
  unsafe array[strings.count] = nil
  return unsafe array
}

private func freeCArray(_ array: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
  var index = 0
  while let string = unsafe array[index] {
    unsafe free(string)
    index += 1
  }
  unsafe array.deallocate()
}

/// The environment of this process, one `NAME=value` each.
package var processEnvironment: [String] { unsafe strings(apus_environment()) }

package func environmentVariable(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  return unsafe String(cString: value)
}

/// The commit this program was built from; nil when that is not known.
package var buildCommit: String? {
  let commit = unsafe String(cString: apus_build_commit())
  return commit.isEmpty ? nil : commit
}
