import Kernel
import OCISpec

/// linux.readonlyPaths — config-linux.md "Readonly Paths"
enum ReadonlyPaths {
  static func apply(_ plan: Plan, _ rootfs: borrowing Rootfs) throws(Failure) {
    var paths = ProtectedPaths(plan)
    for path in plan.spec.linux.readonlyPaths {
      let target = try during("making \(path) read-only", try paths.open(path, rootfs))
      if let target { try during("making \(path) read-only", try protect(target)) }
    }
  }

  private static func protect(_ target: borrowing Descriptor) throws(Failure) {
    let tree = try target.cloneMount(recursive: true)
    try tree.setMountAttributes(set: .readOnly, recursive: true)
    try tree.attach(to: target)
  }
}
