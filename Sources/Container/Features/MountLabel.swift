import Kernel
import OCISpec

/// linux.mountLabel — config-linux.md "Mount Label": the SELinux context of the file systems made for the container.
struct MountLabel {
  /// Empty for none.
  var value = ""
  /// Which of the mount options that take one: ``Annotations/mountContextType``.
  var option = "context"

  /// Host: the label that is in force. Without SELinux there are no contexts to keep apart, and the label of a configuration
  /// that was written elsewhere protects nothing here: it is left out with a warning, as crun does without one.
  static func plan(_ spec: Spec, warn: (String) -> Void) -> MountLabel {
    let label = spec.linux.mountLabel
    if label.isEmpty || ExecLabels.isSELinuxEnabled {
      return MountLabel(value: label, option: spec.annotations[Annotations.mountContextType] ?? "context")
    }
    warn("linux.mountLabel \(label) has no effect, because selinux is disabled or not supported")
    return MountLabel()
  }

  /// Those of the kernel itself have labels of its own and take none; for a bind mount the files' own count.
  private static let unlabelled: Set<String> = ["proc", "sysfs", "cgroup", "cgroup2", "mqueue"]

  /// The mount option with its value; nil for a file system that takes none, or has one in its options.
  func context(ofType type: String, options: [String] = []) -> (option: String, value: String)? {
    if value.isEmpty || MountLabel.unlabelled.contains(type) || options.contains(where: { $0.hasPrefix("\(option)=") }) {
      return nil
    }
    return (option, value)
  }

  /// mqueue takes no option, but a label of its root, which the queues inherit.
  func apply(to tree: borrowing Descriptor, ofType type: String) throws(Failure) {
    if value.isEmpty || type != "mqueue" { return }
    let root = try tree.open(".", [.readOnly, .directory], resolve: .beneath)
    try during("labelling it \(value)", try root.setExtendedAttribute("security.selinux", Array(value.utf8)))
  }
}
