import Kernel
import OCISpec

/// process.env — config.md "Process"
enum Environment {
  /// The last of two entries with one name wins; HOME is looked up when it is missing.
  static func make(_ plan: ProcessPlan, _ rootfs: borrowing Rootfs, _ proc: ProcFS) throws(Failure) -> [String] {
    var entries = plan.process.env
    if plan.listenDescriptors > 0 {
      entries += ["LISTEN_FDS=\(plan.listenDescriptors)", "LISTEN_PID=1"]
      if let names = ListenDescriptors.names { entries.append("LISTEN_FDNAMES=\(names)") }
    }
    if plan.hasNotifySocket { entries.append(NotifySocket.variable) }
    var seen: Set<Substring> = []
    var result: [String] = []
    for entry in entries.reversed() where seen.insert(entry.prefix { $0 != "=" }).inserted { result.append(entry) }
    result.reverse()
    let home = result.first { $0.hasPrefix("HOME=") }
    if home == nil || home == "HOME=" {
      result.removeAll { $0 == "HOME=" }
      result.append("HOME=\(try homeDirectory(of: plan.process.user.uid, rootfs, proc))")
    }
    return result
  }

  /// From the container's /etc/passwd, by number: a *name* that looks like the number is another user (CVE-2016-3697).
  private static func homeDirectory(of uid: UInt32, _ rootfs: borrowing Rootfs, _ proc: ProcFS) throws(Failure) -> String {
    guard let passwd = try during("reading /etc/passwd", try rootfs.readRegularFile("/etc/passwd", proc, limit: 4 << 20)) else {
      return "/"
    }
    return PasswordFile.entry(uid: uid, in: passwd)?.home ?? "/"
  }
}
