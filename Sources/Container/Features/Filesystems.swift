import Kernel
import OCISpec
import SystemPackage

/// Making the file systems of `mounts`: everything that is no bind.
enum Filesystems {
  /// fsconfig(2) takes values of at most this many bytes, with their NUL.
  private static let longestValue = 256

  /// A detached mount of a new file system with its plain attributes set.
  static func make(_ planned: PlannedMount, _ plan: Plan) throws(Failure) -> Descriptor {
    guard let type = planned.mount.type, !type.isEmpty else {
      throw Failure("the mount has no type and no bind option", hint: "add `type`, or `bind` to its options")
    }
    if type == "cgroup" || type == "cgroup2" { return try CgroupMount.make(planned, plan) }
    return try make(type: type, planned)
  }

  static func make(type: String, _ planned: PlannedMount) throws(Failure) -> Descriptor {
    let context = try FilesystemContext(type: type)
    if let source = planned.mount.source, !source.isEmpty { try context.set("source", source) }
    let options = planned.options
    for flag in options.superblockFlags where !(flag == "ro" && becomesReadOnlyLater(planned)) { try context.setFlag(flag) }
    for option in options.data { try set(option, context) }
    var attributes = MountAttributes(rawValue: options.set.rawValue)
    if becomesReadOnlyLater(planned) { attributes.remove(.readOnly) }
    do { return try context.mount(attributes: attributes) } catch { throw explained(error, type) }
  }

  private static func set(_ option: String, _ context: borrowing FilesystemContext) throws(Failure) {
    guard let separator = option.firstIndex(of: "=") else { return try context.setFlag(option) }
    let value = String(option[option.index(after: separator)...])
    try context.set(String(option[..<separator]), value)
  }

  /// Whether an option is longer than fsconfig(2) takes, such as the `lowerdir` of a deep overlay, or has no word there.
  static func needsClassicMount(_ planned: PlannedMount) -> Bool {
    planned.options.data.contains { $0.utf8.count >= longestValue } || planned.options.classicFlags != 0
  }

  static func mountClassic(_ planned: PlannedMount, on target: borrowing Descriptor) throws(Failure) {
    try mountClassically(
      source: planned.mount.source ?? "none", on: target, type: planned.mount.type ?? "", flags: planned.options.classicFlags,
      data: planned.options.data.joined(separator: ","))
  }

  /// A tmpfs, and /dev whatever it is, stays writable until the mount points, devices and links in it are made.
  static func becomesReadOnlyLater(_ planned: PlannedMount) -> Bool {
    planned.options.set.contains(.readOnly) && (planned.mount.type == "tmpfs" || planned.destination == "/dev")
  }

  private static func explained(_ failure: Failure, _ type: String) -> Failure {
    switch (type, failure.errno) {
    case ("sysfs", .some(.notPermitted)):
      failure.adding(hint: "sysfs needs a network namespace that belongs to the container's user namespace")
    case ("proc", .some(.notPermitted)):
      failure.adding(hint: "proc needs a pid namespace that belongs to the container's user namespace, and an unmasked /proc on the host")
    case (_, .some(.noDevice)):
      failure.adding(hint: "this kernel has no file system type \"\(type)\"; see /proc/filesystems")
    default: failure
    }
  }
}

/// The mount of type `cgroup`: on a version 2 host it is the cgroup2 hierarchy, seen through the cgroup namespace.
enum CgroupMount {
  static func make(_ planned: PlannedMount, _ plan: Plan) throws(Failure) -> Descriptor {
    do { return try Filesystems.make(type: "cgroup2", planned.withoutData) } catch where error.errno == .notPermitted || error.errno == .deviceBusy {
      // A user namespace without a cgroup namespace of its own may not mount it anew: what the host has is shown
      // instead, as read-only as was asked for (CVE-2023-25809).
      let place = try Descriptor.open(host: "/sys/fs/cgroup", [.path, .directory])
      let tree = try place.cloneMount(recursive: true)
      try tree.setMountAttributes(set: .init(rawValue: planned.options.set.rawValue), recursive: true)
      return tree
    }
  }
}

extension PlannedMount {
  /// Without options of the file system: those of cgroup v1 (`cpu`, `name=systemd`) mean nothing to cgroup2.
  fileprivate var withoutData: PlannedMount {
    var options = options
    options.data = []
    let mount = Mount(destination: mount.destination, type: "cgroup2", source: "cgroup2", options: [])
    return PlannedMount(mount: mount, options: options, destination: destination, source: source)
  }
}
