import CLibc
import CStart

/// What this program was called with: Embedded Swift has no `CommandLine`.
package enum ProgramArguments {
  /// The name the program was called by, and the rest.
  package static var all: [String] { unsafe strings(apus_arguments()) }
}

/// The texts of an array that ends with null, as C has arguments and environment.
func strings(_ array: UnsafePointer<UnsafeMutablePointer<CChar>?>) -> [String] {
  var result: [String] = []
  var next = unsafe array
  while let text = unsafe next.pointee {
    unsafe result.append(String(cString: text))
    unsafe next += 1
  }
  return result
}
