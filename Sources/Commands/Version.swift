import Kernel
import OCISpec

/// What `apus --version` says.
enum Version {
  static let apus = "0.1.0"
  /// The version of the runtime specification that is implemented.
  static var spec: String { SpecVersion.supported.description }

  /// `<name> version <semver>` and `spec: …`: engines read these lines. There is no `commit:` line, because a build from
  /// source does not know its commit, and an invented value would be shown to people as a fact.
  static var text: String {
    """
    apus version \(apus)
    spec: \(spec)
    libseccomp: \(SeccompFilter.libraryVersion)

    """
  }
}
