import Kernel
import OCISpec

/// The place in the rootfs a mount goes to: opened once, verified, and mounted on by that descriptor.
enum MountTarget {
  static func open(_ planned: PlannedMount, isDirectory: Bool, _ rootfs: borrowing Rootfs) throws(Failure) -> Descriptor {
    let destination = planned.destination
    let isPlain = isPlainDirectoryRequired(planned)
    let target: Descriptor
    do {
      target = try rootfs.openOrMake(
        destination, isDirectory ? .directory : .file, noSymlinks: isPlain, follows: !planned.options.destinationNoFollow)
    } catch  where isPlain && (error.errno == .tooManySymbolicLinkLevels || error.errno == .notDirectory) {
      throw notOrdinary(destination)
    } catch { throw error.adding(context: "making the mount point \(destination)") }
    let kind = try target.status().kind
    if isPlain, kind != .directory { throw notOrdinary(destination) }
    if isDirectory != (kind == .directory) {
      throw Failure(
        "the mount point \(destination) is \(kind == .directory ? "a directory" : "not a directory"), the source is the opposite",
        errno: isDirectory ? .notDirectory : .isDirectory)
    }
    try refuseProcFS(planned, target)
    return target
  }

  /// proc and sysfs hold what masks, sysctls and labels are written to: an image that puts a link in their place would
  /// have those land elsewhere (CVE-2019-19921, CVE-2023-27561, CVE-2023-28642, CVE-2025-54867).
  private static func isPlainDirectoryRequired(_ planned: PlannedMount) -> Bool {
    switch planned.mount.type {
    case "proc", "sysfs": !planned.options.isBind
    default: false
    }
  }

  private static func notOrdinary(_ destination: String) -> Failure {
    Failure(
      "\(destination) must be mounted on ordinary directory", hint: "the root file system has a link or a file there")
  }

  /// What may be mounted over inside a procfs: files that tell about the system, as lxcfs provides them. Anything else
  /// could take the place of what a runtime writes to (CVE-2019-16884).
  private static let replaceable: Set<String> = [
    "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/loadavg",
    "/proc/slabinfo", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
  ]

  private static func refuseProcFS(_ planned: PlannedMount, _ target: borrowing Descriptor) throws(Failure) {
    guard try target.fileSystemMagic() == FileSystemMagic.procfs else { return }
    if planned.mount.type == "proc", !planned.options.isBind { return }
    guard replaceable.contains(planned.destination) else {
      throw Failure(
        "\(planned.destination) cannot be mounted because it is inside /proc",
        hint: "only \(replaceable.sorted().joined(separator: ", ")) can")
    }
  }
}
