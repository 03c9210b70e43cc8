import Kernel
import OCISpec

/// Finding what linux.maskedPaths and linux.readonlyPaths protect.
///
/// Below a proc or sysfs of config.json they are looked up from its mount point, which must still be one: an image, or
/// another container that shares its files, may have put a directory or a link of its own in the place (CVE-2019-19921,
/// CVE-2023-27561), and what would then be protected is not what the program uses. Where config.json itself has put something
/// else there (a tmpfs, a bind, nothing) that is its choice, and the path is taken as it is.
struct ProtectedPaths: ~Copyable {
  /// The mount points of config.json, and what is mounted there if it is one of those two.
  private let mounts: [(point: String, magic: Int?)]
  /// The mount point that the path before this one lies below, verified: most of a list lie in one /proc.
  private var pinned: (point: String, place: SharedDescriptor)?

  init(_ plan: Plan) {
    mounts = plan.mounts.lazy.filter { !$0.options.isRemount }.map { ($0.destination, ProtectedPaths.magic(of: $0)) }
  }

  /// The descriptor of `path`; nil when it is not there, as a kernel has not all of them.
  mutating func open(_ path: String, _ rootfs: borrowing Rootfs) throws(Failure) -> Descriptor? {
    let path = path.lexicallyNormalPath
    do {
      guard let (point, magic) = mounts.last(where: { path.isPath(atOrBelow: $0.point) }), let magic else {
        // It may lie above the mount point, and what is attached to it above what is pinned.
        pinned = nil
        return try rootfs.open(path)
      }
      if pinned?.point != point {
        let type = magic == FileSystemMagic.procfs ? "proc" : "sysfs"
        let place = try during("\(type) at \(point)", try ProtectedPaths.verified(point, magic, rootfs))
        pinned = (point, SharedDescriptor(place))
      }
      guard let place = pinned?.place else { return nil }
      let below = path.utf8.dropFirst(point == "/" ? 1 : point.utf8.count + 1)
      if below.isEmpty { pinned = nil }  // what is attached there lies over it
      // Links of the kernel's own, such as /proc/net, stay inside of the file system.
      return try place.descriptor.open(below.isEmpty ? "." : String(Substring(below)), .path, resolve: [.beneath, .noMagicLinks])
    } catch  where error.context.isEmpty && (error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory) {
      return nil
    }
  }

  private static func magic(of planned: PlannedMount) -> Int? {
    if planned.options.isBind { return nil }
    switch planned.mount.type {
    case "proc": return FileSystemMagic.procfs
    case "sysfs": return FileSystemMagic.sysfs
    default: return nil
    }
  }

  private static func verified(_ point: String, _ magic: Int, _ rootfs: borrowing Rootfs) throws(Failure) -> Descriptor {
    let place = try rootfs.open(point, [.path, .directory], noSymlinks: true)
    guard try place.fileSystemMagic() == magic else {
      throw Failure("something else has taken its place", hint: "the root file system was changed while the container was made")
    }
    return place
  }
}
