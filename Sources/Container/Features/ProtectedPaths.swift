import Kernel
import OCISpec
import SystemPackage

/// Finding what linux.maskedPaths and linux.readonlyPaths protect.
///
/// Below a proc or sysfs of config.json they are looked up from its mount point, which must still be one: an image, or
/// another container that shares its files, may have put a directory or a link of its own in the place (CVE-2019-19921,
/// CVE-2023-27561), and what would then be protected is not what the program uses. Where config.json itself has put something else there (a tmpfs, a bind,
/// nothing) that is its choice, and the path is taken as it is.
enum ProtectedPaths {
  /// The descriptor of `path`; nil when it is not there, as a kernel has not all of them.
  static func open(_ path: String, _ spec: Spec, _ rootfs: borrowing Rootfs) throws(Failure) -> Descriptor? {
    let path = FilePath(path).lexicallyNormalized()
    do {
      guard let mount = covering(path, spec), let magic = magic(of: mount) else { return try rootfs.open(path.string) }
      let point = destination(mount)
      let place = try during("\(mount.type) at \(point)", try verified(point, magic, rootfs))
      var below = path
      _ = below.removePrefix(point)
      // Links of the kernel's own, such as /proc/net, stay inside of the file system.
      return try place.open(below.isEmpty ? "." : below.string, .path, resolve: [.beneath, .noMagicLinks])
    } catch  where error.context.isEmpty && (error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory) {
      return nil
    }
  }

  private static func destination(_ mount: Mount) -> FilePath { FilePath("/" + mount.destination).lexicallyNormalized() }

  /// The mount of config.json that is seen at `path`: of those at or above it the last.
  private static func covering(_ path: FilePath, _ spec: Spec) -> Mount? {
    spec.mounts.last { path.starts(with: destination($0)) && !MountOptions.parse($0.options).isRemount }
  }

  private static func magic(of mount: Mount) -> Int? {
    if MountOptions.parse(mount.options).isBind { return nil }
    switch mount.type {
    case "proc": return FileSystemMagic.procfs
    case "sysfs": return FileSystemMagic.sysfs
    default: return nil
    }
  }

  private static func verified(_ point: FilePath, _ magic: Int, _ rootfs: borrowing Rootfs) throws(Failure) -> Descriptor {
    let place = try rootfs.open(point.string, [.path, .directory], noSymlinks: true)
    guard try place.fileSystemMagic() == magic else {
      throw Failure("something else has taken its place", hint: "the root file system was changed while the container was made")
    }
    return place
  }
}
