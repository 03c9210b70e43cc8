import Kernel

/// The mounts of a container without a mount namespace: they are the host's, so they must be removed with it.
enum HostMounts {
  /// Detaches what lies over the rootfs until the mount is seen that was there before. The engine may have mounted the
  /// rootfs itself: that one stays.
  static func remove(from rootfs: String, downTo mountID: UInt64) throws(Failure) {
    for _ in 0..<64 {
      let top = try during("opening \(rootfs)", try Descriptor.open(host: rootfs, [.path, .directory, .noFollow]))
      if try top.status().mountID == mountID { return }
      try during("unmounting \(rootfs)", try unmountTree(host: rootfs))
    }
    throw Failure("unmounting \(rootfs): more and more is mounted over it")
  }
}
