import Kernel
import OCISpec

/// `ro`, `nosuid`, `noatime`, ... of mounts — config.md "Linux mount options"
enum BindAttributes {
  /// The plain options go to the mount itself, those with `r` (`rro`, `rnosuid`, ...) to all below it as well.
  static func set(_ options: MountOptions, of tree: borrowing Descriptor, _ warn: (String) -> Void) throws(Failure) {
    if !options.set.isEmpty || !options.clear.isEmpty { try setPlain(options, of: tree, warn) }
    try setRecursively(options, of: tree)
  }

  static func setRecursively(_ options: MountOptions, of tree: borrowing Descriptor) throws(Failure) {
    if options.recursiveSet.isEmpty, options.recursiveClear.isEmpty { return }
    try change(tree, options.recursiveSet, options.recursiveClear, recursive: true)
  }

  private static func setPlain(_ options: MountOptions, of tree: borrowing Descriptor, _ warn: (String) -> Void) throws(Failure) {
    do { return try change(tree, options.set, options.clear) } catch  where error.errno == .notPermitted {
      try setUnlocked(options, of: tree, warn)
    }
  }

  /// A mount that came from a more privileged mount namespace keeps what it had there, as if that were locked
  /// (mount_namespaces(7)). Engines write `rw` for all that is not to be read-only, so such a word is no reason to fail.
  private static func setUnlocked(
    _ options: MountOptions, of tree: borrowing Descriptor, _ warn: (String) -> Void
  ) throws(Failure) {
    try change(tree, options.set.subtracting(.atime), [])
    var kept: [String] = []
    for (attribute, name) in lockable where !options.clear.isDisjoint(with: attribute) {
      do { try change(tree, options.set.intersection(attribute), options.clear.intersection(attribute)) } catch
        where error.errno == .notPermitted
      { kept.append(name) }
    }
    if !kept.isEmpty { warn("it stays \(kept.joined(separator: ", ")), which this user namespace may not change") }
  }

  private static let lockable: [(OCISpec.MountAttributes, String)] = [
    (.readonly, "ro"), (.nosuid, "nosuid"), (.nodev, "nodev"), (.noexec, "noexec"), (.nosymfollow, "nosymfollow"),
    (.atime, "with its atime option"), (.nodiratime, "nodiratime"),
  ]

  private static func change(
    _ tree: borrowing Descriptor, _ set: OCISpec.MountAttributes, _ clear: OCISpec.MountAttributes, recursive: Bool = false
  ) throws(Failure) {
    try tree.setMountAttributes(
      set: .init(rawValue: set.rawValue), clear: .init(rawValue: clear.rawValue), recursive: recursive)
  }
}
