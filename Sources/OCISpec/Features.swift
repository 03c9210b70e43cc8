import JSON

/// features.md: what `features` prints. Most of it follows from the enumerations the decoder itself uses; what only
/// lower rooms know is handed in, so that the document can't promise what they don't do.
package struct Features: Sendable {
  /// This runtime's own version and source revision.
  package var version: String
  package var commit: String
  /// `CAP_*` names the build knows.
  package var capabilities: [String]
  package var seccomp: SeccompFeatures
  package var cgroups = CGroupFeatures()
  package var apparmor = true
  package var selinux = true
  package var intelRdt = true
  package var netDevices = true
  package var idmap = true
  package var checkpoint = false
  /// Config annotations that change what the runtime does; a trailing dot stands for all that start so.
  package var unsafeAnnotations = ["org.systemd.property."] + Annotations.honoured

  package init(version: String, commit: String, capabilities: [String], seccomp: SeccompFeatures) {
    self.version = version
    self.commit = commit
    self.capabilities = capabilities
    self.seccomp = seccomp
  }

  package struct SeccompFeatures: Sendable {
    package var enabled: Bool
    /// Flags that the library and the kernel here can do, out of the known ones.
    package var supportedFlags: [SeccompFlag]
    package var libseccompVersion: String

    package init(enabled: Bool, supportedFlags: [SeccompFlag], libseccompVersion: String) {
      self.enabled = enabled
      self.supportedFlags = supportedFlags
      self.libseccompVersion = libseccompVersion
    }
  }

  /// What the manager can do, whatever this host has.
  package struct CGroupFeatures: Sendable {
    package var v1 = false
    package var v2 = true
    package var systemd = true
    package var systemdUser = true
    package var rdma = true

    package init() {}
  }

  package var document: JSONValue {
    [
      "ociVersionMin": .string(SpecVersion.oldest.description),
      "ociVersionMax": .string(SpecVersion.supported.description),
      "hooks": .strings(Hooks().all.map { $0.name }),
      "mountOptions": .strings(MountOptions.known),
      "linux": linux,
      "annotations": annotations,
      "potentiallyUnsafeConfigAnnotations": .strings(unsafeAnnotations.sorted()),
    ]
  }

  private var linux: JSONValue {
    [
      "namespaces": .names(NamespaceKind.self),
      "capabilities": .strings(capabilities),
      "cgroup": [
        "v1": .boolean(cgroups.v1), "v2": .boolean(cgroups.v2), "systemd": .boolean(cgroups.systemd),
        "systemdUser": .boolean(cgroups.systemdUser), "rdma": .boolean(cgroups.rdma),
      ],
      "seccomp": seccompDocument,
      "apparmor": ["enabled": .boolean(apparmor)],
      "selinux": ["enabled": .boolean(selinux)],
      "intelRdt": [
        "enabled": .boolean(intelRdt), "schemata": .boolean(intelRdt), "monitoring": .boolean(intelRdt),
      ],
      "memoryPolicy": ["modes": .names(MemoryPolicyMode.self), "flags": .names(MemoryPolicyFlag.self)],
      "mountExtensions": ["idmap": ["enabled": .boolean(idmap)]],
      "netDevices": ["enabled": .boolean(netDevices)],
    ]
  }

  private var seccompDocument: JSONValue {
    guard seccomp.enabled else { return ["enabled": false] }
    return [
      "enabled": true,
      "actions": .names(SeccompAction.self),
      "operators": .names(SeccompOperator.self),
      "archs": .names(SeccompArchitecture.self),
      "knownFlags": .names(SeccompFlag.self),
      "supportedFlags": .strings(seccomp.supportedFlags.map { $0.rawValue }.sorted()),
    ]
  }

  private var annotations: JSONValue {
    var map = [
      "io.github.seccomp.libseccomp.version": seccomp.libseccompVersion,
      "org.opencontainers.runc.checkpoint.enabled": checkpoint ? "true" : "false",
      "org.opencontainers.runc.commit": commit,
      // Engines ask for the runtime's version under runc's name.
      "org.opencontainers.runc.version": version,
    ]
    map = map.filter { !$0.value.isEmpty }
    return .map(map)
  }
}

extension JSONValue {
  fileprivate static func names<E: RawRepresentable & CaseIterable>(_ type: E.Type) -> JSONValue where E.RawValue == String {
    .strings(E.allCases.map { $0.rawValue }.sorted())
  }
}
