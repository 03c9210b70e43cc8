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
    var seen: Set<[UInt8]> = []
    var result: [String] = []
    for entry in entries.reversed() where seen.insert(Array(name(of: entry))).inserted { result.append(entry) }
    result.reverse()
    if value(of: "HOME", in: result) ?? "" == "" {
      result.removeAll { name(of: $0).elementsEqual("HOME".utf8) }
      result.append("HOME=\(try homeDirectory(of: plan.process.user.uid, rootfs, proc))")
    }
    return result
  }

  /// Of two names that only look the same each is its own: bytes count, not characters.
  private static func name(of entry: String) -> Substring.UTF8View { entry.utf8.prefix { $0 != UInt8(ascii: "=") } }

  /// nil when there is no variable of that name.
  static func value(of name: String, in environment: [String]) -> String? {
    let entry = environment.first { $0.utf8.starts(with: "\(name)=".utf8) }
    return entry.map { String(Substring($0.utf8.dropFirst(name.utf8.count + 1))) }
  }

  /// From the container's /etc/passwd, by number: a *name* that looks like the number is another user (CVE-2016-3697).
  private static func homeDirectory(of uid: UInt32, _ rootfs: borrowing Rootfs, _ proc: ProcFS) throws(Failure) -> String {
    guard let passwd = try during("reading /etc/passwd", try rootfs.readRegularFile("/etc/passwd", proc, limit: 4 << 20)) else {
      return "/"
    }
    return PasswordFile.entry(uid: uid, in: passwd)?.home ?? "/"
  }
}
