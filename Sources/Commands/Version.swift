import Kernel
import OCISpec

/// What `apus --version` says.
enum Version {
  static let apus = "0.1.0"
  /// The version of the runtime specification that is implemented.
  static var spec: String { SpecVersion.supported.description }

  /// `<name> version <semver>`, `commit: …`, `spec: …`: engines read these lines. A build outside of a git checkout
  /// does not know its commit and says so.
  static var text: String {
    """
    apus version \(apus)
    commit: \(buildCommit ?? "unknown")
    spec: \(spec)
    libseccomp: \(SeccompFilter.libraryVersion)

    """
  }
}
