import Kernel
import OCISpec

/// linux.maskedPaths — config-linux.md "Masked Paths"
///
/// A file is covered by the container's /dev/null, which is verified to be just that (CVE-2025-31133); a directory by
/// an empty read-only tmpfs, of which all of them share one.
enum MaskedPaths {
  static func apply(_ plan: Plan, _ rootfs: borrowing Rootfs) throws(Failure) {
    let paths = plan.spec.linux.maskedPaths
    if paths.isEmpty { return }
    let null = try during("opening /dev/null for the masked paths", try verifiedNull(rootfs))
    var empty: SharedDescriptor?
    var protected = ProtectedPaths(plan)
    for path in paths {
      let target = try during("masking \(path)", try protected.open(path, rootfs))
      if let target { try during("masking \(path)", try mask(target, plan, null, &empty)) }
    }
  }

  private static func mask(
    _ target: borrowing Descriptor, _ plan: Plan, _ null: borrowing Descriptor, _ empty: inout SharedDescriptor?
  ) throws(Failure) {
    guard try target.status().kind == .directory else { return try null.cloneMount(recursive: false).attach(to: target) }
    if let empty { return try empty.descriptor.cloneMount(recursive: false).attach(to: target) }
    let context = try FilesystemContext(type: "tmpfs")
    try context.set("nr_blocks", "1")
    try context.set("nr_inodes", "1")
    if let label = plan.mountLabel.context(ofType: "tmpfs") { try context.set(label.option, label.value) }
    let directory = try context.mount(attributes: [.readOnly, .noSetUserID, .noDevices, .noExecution])
    try directory.attach(to: target)
    empty = SharedDescriptor(directory)
  }

  private static func verifiedNull(_ rootfs: borrowing Rootfs) throws(Failure) -> Descriptor {
    let null = try rootfs.open("/dev/null", [.path, .noFollow])
    let status = try null.status()
    guard status.kind == .characterDevice, status.represents == DeviceNumber(major: 1, minor: 3) else {
      throw Failure("/dev/null is not the null device (character device 1:3)")
    }
    return null
  }
}
