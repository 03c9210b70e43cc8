import Kernel
import OCISpec

/// The mount of type `cgroup`: on a version 2 host it is the cgroup2 hierarchy, seen through the cgroup namespace.
enum CgroupMount {
  static func make(_ planned: PlannedMount) throws(Failure) -> Descriptor {
    do { return try Filesystems.make(type: "cgroup2", planned.withoutData) } catch
      where error.errno == .notPermitted || error.errno == .resourceBusy
    {
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
