import JSON

/// annotations — config.md "Annotations": those which change what the runtime does. They are crun's, which engines and users set.
package enum Annotations {
  /// The caller's supplementary groups stay, whatever the value is.
  package static let keepOriginalGroups = "run.oci.keep_original_groups"
  /// Files which the output of hooks is appended to.
  package static let hookOutput = "run.oci.hooks.stdout"
  package static let hookErrors = "run.oci.hooks.stderr"
  /// The mount option that linux.mountLabel goes into.
  package static let mountContextType = "run.oci.mount_context_type"
  static let mountContextTypes = ["context", "fscontext", "defcontext", "rootcontext"]
  /// The socket that gets a pidfd of init, as one that `--pidfd-socket` names does.
  package static let pidfdReceiver = "run.oci.pidfd_receiver"

  /// A cgroup below the unit that systemd makes, for the container to be in; empty: none, as without the annotation.
  package static let systemdSubgroup = "run.oci.systemd.subgroup"

  static let honoured = [hookErrors, hookOutput, keepOriginalGroups, mountContextType, pidfdReceiver, systemdSubgroup]

  /// Names that mean something to crun and nothing to us.
  package static func ignored(_ annotations: [String: String]) -> [String] {
    annotations.keys.filter { name in
      (name.hasPrefix("run.oci.") && !honoured.contains(name)) || name == "module.wasm.image/variant"
    }.sorted()
  }

  static func check(_ annotations: [String: String], _ found: inout [Problem]) {
    if annotations.keys.contains("") {
      found.add("annotations", "one has an empty name", "give it a name such as com.example.key")
    }
    for name in [hookOutput, hookErrors, pidfdReceiver] {
      guard let path = annotations[name], !path.isAbsolutePath else { continue }
      found.add(
        "annotations[\(name.quoted)]", "\(path.quoted) is not absolute", "give a path from / on", rule: "de facto: crun(1)")
    }
    // Its files are beside those of the kernel, whose names have a dot.
    let isName = { (name: String) in name.utf8.count < 256 && name.utf8.allSatisfy { !Array("./\n".utf8).contains($0) } }
    if let name = annotations[systemdSubgroup], !isName(name) {
      found.add(
        "annotations[\(systemdSubgroup.quoted)]", "\(name.quoted) is not the name of a cgroup",
        "give one name, without a dot or a slash", rule: "de facto: crun(1)")
    }
    if let type = annotations[mountContextType], !mountContextTypes.contains(type) {
      found.add(
        "annotations[\(mountContextType.quoted)]", "unknown value \(type.quoted)",
        "use one of \(mountContextTypes.joined(separator: ", "))", rule: "de facto: crun(1)")
    }
  }
}
