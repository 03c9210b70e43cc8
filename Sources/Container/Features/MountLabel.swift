import Kernel
import OCISpec
import SystemPackage

/// linux.mountLabel — config-linux.md "Mount Label": the SELinux context of the file systems made for the container.
enum MountLabel {
  /// Host: the label that is in force. Without SELinux there are no contexts to keep apart, and the label of a configuration
  /// that was written elsewhere protects nothing here: it is left out with a warning, as crun does without one.
  static func plan(_ linux: Linux, warn: (String) -> Void) -> String {
    if linux.mountLabel.isEmpty || ExecLabels.isSELinuxEnabled { return linux.mountLabel }
    warn("linux.mountLabel \(linux.mountLabel) has no effect, because selinux is disabled or not supported")
    return ""
  }

  /// Those of the kernel itself have labels of its own and take none; for a bind mount the files' own count.
  private static let unlabelled: Set<String> = ["proc", "sysfs", "cgroup", "cgroup2", "mqueue"]

  /// The value of the mount option `context`; nil for a file system that takes none, or has one in its options.
  static func context(_ label: String, ofType type: String, options: [String] = []) -> String? {
    if label.isEmpty || unlabelled.contains(type) || options.contains(where: { $0.hasPrefix("context=") }) { return nil }
    return label
  }

  /// mqueue takes no option, but a label of its root, which the queues inherit.
  static func apply(_ label: String, to tree: borrowing Descriptor, ofType type: String) throws(Failure) {
    if label.isEmpty || type != "mqueue" { return }
    let root = try tree.open(".", [.readOnly, .directory], resolve: .beneath)
    try during("labelling it \(label)", try root.setExtendedAttribute("security.selinux", Array(label.utf8)))
  }
}
