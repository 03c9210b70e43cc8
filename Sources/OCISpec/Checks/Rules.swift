import JSON

// Which rule a mistake breaks: what names a rule in a message is the file of the runtime-spec with its heading, the
// manual page of the kernel's rule, or one of the rules below, which are in no document and in every runtime.

extension String {
  /// What is no namespace of the container's own is the host's, and no config may change that.
  static let hostUntouched = "de facto: a container changes nothing of the host's namespaces"
  /// CVE-2019-19921 and its kin.
  static let procUntouched = "de facto: nothing is mounted over /proc but what lxcfs serves"
  static let noPrivilege = "de facto: what a runtime without root cannot do"
  static let noPivot = "de facto: --no-pivot leaves the host's root below the container's"
  static let version1 = "config-linux.md \"Unified\": what cgroup v2 cannot do is an error"
}

extension Problem {
  /// The rule: what the check has named, else the heading that says what the member is.
  package var source: String { rule ?? Problem.heading(of: path) }

  static func heading(of path: String) -> String {
    let names = plain(path)
    // The longest beginning that has a heading of its own.
    for count in stride(from: names.count, through: 1, by: -1) {
      if let heading = headings[names[..<count].joined(separator: ".")] { return heading }
    }
    return "config.md \"Valid values\""
  }

  /// `linux.sysctl["a.b"]` as `linux`, `sysctl`: names of the spec only, no indices and keys.
  private static func plain(_ path: String) -> [Substring] {
    var text = ""
    var depth = 0
    var isQuoted = false
    var isEscaped = false
    for character in path {
      if depth > 0, character == "\"", !isEscaped { isQuoted.toggle() }
      isEscaped = character == "\\" && !isEscaped
      if !isQuoted, character == "[" { depth += 1 }
      if depth == 0 { text.append(character) }
      if !isQuoted, character == "]" { depth -= 1 }
    }
    return text.split(separator: ".")
  }

  private static let headings: [String: String] = [
    "ociVersion": #"config.md "Specification version""#, "root": #"config.md "Root""#,
    "mounts": #"config.md "Mounts""#, "mounts.options": #"config.md "Linux mount options""#,
    "mounts.uidMappings": #"config.md "POSIX-platform Mounts""#, "mounts.gidMappings": #"config.md "POSIX-platform Mounts""#,
    "mounts.type": #"config.md "POSIX-platform Mounts""#,
    "process": #"config.md "Process""#, "process.rlimits": #"config.md "POSIX process""#,
    "process.user": #"config.md "POSIX-platform User""#, "process.apparmorProfile": linuxProcess,
    "process.capabilities": linuxProcess, "process.noNewPrivileges": linuxProcess, "process.oomScoreAdj": linuxProcess,
    "process.scheduler": linuxProcess, "process.selinuxLabel": linuxProcess, "process.ioPriority": linuxProcess,
    "process.execCPUAffinity": linuxProcess,
    "hostname": #"config.md "Hostname""#, "domainname": #"config.md "Domainname""#,
    "hooks": #"config.md "POSIX-platform Hooks""#, "annotations": #"config.md "Annotations""#,
    "linux": #"config.md "Platform-specific configuration""#, "linux.namespaces": linux("Namespaces"),
    "linux.uidMappings": linux("User namespace mappings"), "linux.gidMappings": linux("User namespace mappings"),
    "linux.timeOffsets": linux("Offset for Time Namespace"), "linux.devices": linux("Devices"),
    "linux.netDevices": linux("Network Devices"), "linux.cgroupsPath": linux("Cgroups Path"),
    "linux.resources": linux("Control groups"), "linux.resources.devices": linux("Allowed Device list"),
    "linux.resources.memory": linux("Memory"), "linux.resources.cpu": linux("CPU"),
    "linux.resources.blockIO": linux("Block IO"), "linux.resources.hugepageLimits": linux("Huge page limits"),
    "linux.resources.network": linux("Network"), "linux.resources.pids": linux("PIDs"), "linux.resources.rdma": linux("RDMA"),
    "linux.resources.unified": linux("Unified"), "linux.intelRdt": linux("IntelRdt"),
    "linux.memoryPolicy": linux("Memory policy"), "linux.sysctl": linux("Sysctl"), "linux.seccomp": linux("Seccomp"),
    "linux.rootfsPropagation": linux("Rootfs Mount Propagation"), "linux.maskedPaths": linux("Masked Paths"),
    "linux.readonlyPaths": linux("Readonly Paths"), "linux.mountLabel": linux("Mount Label"),
    "linux.personality": linux("Personality"),
  ]

  private static let linuxProcess = #"config.md "Linux Process""#
  private static func linux(_ heading: String) -> String { "config-linux.md \"\(heading)\"" }
}
