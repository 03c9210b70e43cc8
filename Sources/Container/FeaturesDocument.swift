import JSON
import Kernel
import OCISpec

/// The answer of `features` (features.md), filled with what the kernel room knows.
package enum FeaturesFacts {
  package static func document(version: String) -> JSONValue {
    let flags = SeccompFlag.allCases.filter { bits(of: $0).areSupported }
    var features = Features(
      version: version, commit: "", capabilities: Kernel.Capabilities.names,
      seccomp: .init(enabled: true, supportedFlags: flags, libseccompVersion: SeccompFilter.libraryVersion))
    features.cgroups.systemd = false
    features.cgroups.systemdUser = false
    features.selinux = false
    features.intelRdt = false
    features.netDevices = false
    return features.document
  }

  private static func bits(of flag: SeccompFlag) -> SeccompProgram.Flags {
    switch flag {
    case .tsync: []  // nothing to do for a process with one thread
    case .log: .log
    case .specAllow: .speculationAllowed
    case .waitKillableRecv: [.newListener, .waitKillable]
    }
  }
}
