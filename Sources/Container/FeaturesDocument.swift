import JSON
import Kernel
import OCISpec

/// The answer of `features` (features.md), filled with what the kernel room knows.
package enum FeaturesFacts {
  package static func document(version: String) -> JSONValue {
    let features = Features(
      version: version, commit: buildCommit ?? "", capabilities: Kernel.Capabilities.names,
      seccomp: .init(
        enabled: true, supportedFlags: SeccompFeature.supportedFlags, libseccompVersion: SeccompFilter.libraryVersion))
    return features.document
  }
}
