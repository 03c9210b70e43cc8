import JSON

extension Spec {
  /// Everything that is wrong with the document by itself, all at once; nothing of the host is looked at.
  ///
  /// - Parameter rootless: the runtime's own user is not root.
  /// - Parameter noPivot: `--no-pivot` was given.
  package func check(rootless: Bool = false, noPivot: Bool = false) -> [Problem] {
    var found: [Problem] = []
    checkVersion(&found)
    checkRoot(&found)
    checkHostname(&found)
    process?.check(at: "process.", &found)
    checkUserIsMapped(&found)
    checkMounts(rootless: rootless, &found)
    hooks.check(&found)
    Annotations.check(annotations, &found)
    checkNamespaces(rootless: rootless, &found)
    checkTimeOffsets(&found)
    checkPaths(noPivot: noPivot, &found)
    checkSysctl(&found)
    checkDevices(&found)
    checkNetDevices(rootless: rootless, &found)
    checkCgroupsPath(&found)
    linux.resources?.check(at: "linux.resources.", &found)
    linux.seccomp?.check(&found)
    linux.memoryPolicy?.check(&found)
    linux.intelRdt?.check(&found)
    if let flags = linux.personality?.flags, !flags.isEmpty {
      found.add("linux.personality.flags", "the spec defines no flags yet", "remove \(flags.joined(separator: ", ").quoted)")
    }
    return found
  }

  /// Whether the container has its own namespace of that kind, new or joined.
  package func has(_ kind: NamespaceKind) -> Bool { linux.namespaces.contains { $0.type == kind } }

  /// Whether it joins one.
  package func joins(_ kind: NamespaceKind) -> Bool { linux.namespaces.contains { $0.type == kind && $0.path != nil } }

  /// Any 1.x document up to the version implemented, whatever its patch level (config.md "Specification version").
  private func checkVersion(_ found: inout [Problem]) {
    let newest = SpecVersion.supported
    guard let version = SpecVersion(ociVersion) else {
      found.add("ociVersion", "\(ociVersion.quoted) is no version in the form of SemVer 2.0.0", "write one such as \(newest)")
      return
    }
    if version.major != 1 || version.minor > newest.minor {
      found.add("ociVersion", "\(ociVersion) is not supported", "this runtime reads 1.0 to 1.\(newest.minor)")
    }
  }

  private func checkRoot(_ found: inout [Problem]) {
    guard let root else {
      found.add("root", "is required", "add an object with the path of the root file system")
      return
    }
    if root.path.isEmpty { found.add("root.path", "must not be empty", "name the directory, usually rootfs") }
  }

  private func checkHostname(_ found: inout [Problem]) {
    checkName("hostname", hostname, &found)
    checkName("domainname", domainname, &found)
  }

  private func checkName(_ name: String, _ value: String, _ found: inout [Problem]) {
    if value.isEmpty { return }
    if !has(.uts) {
      found.add(
        name, "unable to set \(name) without a private UTS namespace", "add uts to linux.namespaces",
        rule: .hostUntouched, given: ["linux.namespaces"])
    }
    if value.utf8.count > 64 {
      found.add(name, "has \(value.utf8.count) bytes", "the kernel takes 64 at most", rule: "sethostname(2)")
    }
  }

  /// The path would mean another place than it says, or that of everything.
  private func checkCgroupsPath(_ found: inout [Problem]) {
    // systemd's form, `slice:prefix:name`, is no path.
    guard !linux.cgroupsPath.isEmpty, linux.cgroupsPath.parts(":", omittingEmpty: false).count != 3 else {
      return
    }
    let names = linux.cgroupsPath.parts("/").filter { $0 != "." }
    if names.contains("..") {
      found.add("linux.cgroupsPath", "\(linux.cgroupsPath.quoted) has a `..` in it", "write the path without going up")
    } else if names.isEmpty {
      found.add(
        "linux.cgroupsPath", "\(linux.cgroupsPath.quoted) is the root cgroup, which cannot be a container's",
        "name a cgroup below it")
    }
  }
}

extension [Problem] {
  /// - Parameter rule: where it is another than the heading of the member at `path`, see ``Problem/source``.
  mutating func add(_ path: String, _ message: String, _ remedy: String, rule: String? = nil, given: [String] = []) {
    note(Problem(path, message, remedy, rule: rule, given: given))
  }
}
