import Kernel
import OCISpec
import SystemPackage

/// linux.readonlyPaths — config-linux.md "Readonly Paths"
enum ReadonlyPaths {
  static func apply(_ plan: Plan, _ rootfs: borrowing Rootfs) throws(Failure) {
    for path in plan.spec.linux.readonlyPaths {
      try during("making \(path) read-only", try protect(path, plan.spec, rootfs))
    }
  }

  private static func protect(_ path: String, _ spec: Spec, _ rootfs: borrowing Rootfs) throws(Failure) {
    guard let target = try ProtectedPaths.open(path, spec, rootfs) else { return }
    let tree = try target.cloneMount(recursive: true)
    try tree.setMountAttributes(set: .readOnly, recursive: true)
    try tree.attach(to: target)
  }
}
