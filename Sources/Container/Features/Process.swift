import Kernel
import OCISpec
import SystemPackage

/// process — config.md "Process": what can be settled on the host.
struct ProcessPlan {
  let process: OCISpec.Process
  let capabilities: CapabilityPlan
  /// Number, soft and hard limit of each of process.rlimits.
  let rlimits: [(name: String, number: CInt, soft: UInt64, hard: UInt64)]
  /// Descriptors 3..<3+passedDescriptors go on to the container's process: those of LISTEN_FDS, then --preserve-fds.
  let passedDescriptors: CInt
  let listenDescriptors: Int

  static func plan(
    _ process: OCISpec.Process, _ namespaces: NamespacePlan, _ request: CreateRequest, _ warn: (String) -> Void
  ) throws(Failure) -> ProcessPlan {
    let listening = ListenDescriptors.count
    let passed = CInt(listening + request.preserveFDs)
    for number in 3..<3 + passed where !StandardStreams.isOpen(number) {
      throw Failure("descriptor \(number) is to be passed on but is not open", hint: "see --preserve-fds and LISTEN_FDS")
    }
    return ProcessPlan(
      process: process, capabilities: CapabilityPlan.plan(process.capabilities, namespaces, warn), rlimits: try Rlimits.plan(process),
      passedDescriptors: passed, listenDescriptors: listening)
  }
}

/// Socket activation, sd_listen_fds(3): LISTEN_FDS descriptors from 3 on, meant for the process LISTEN_PID names.
enum ListenDescriptors {
  static var count: Int {
    guard let count = environmentVariable("LISTEN_FDS").flatMap({ Int($0) }), count > 0, count < 1024 else { return 0 }
    if let pid = environmentVariable("LISTEN_PID"), pid != String(processID) { return 0 }
    return count
  }
}

/// process.rlimits — config.md "POSIX process"
enum Rlimits {
  static func plan(_ process: OCISpec.Process) throws(Failure) -> [(name: String, number: CInt, soft: UInt64, hard: UInt64)] {
    var limits: [(name: String, number: CInt, soft: UInt64, hard: UInt64)] = []
    for limit in process.rlimits {
      guard let number = resourceLimitNumber(limit.type) else { throw Failure("process.rlimits: \(limit.type) is no resource limit") }
      limits.append((limit.type, number, limit.soft, limit.hard))
    }
    return limits
  }

  /// Host side, first of all: hard limits above those of the host are made possible. In a user namespace init could not
  /// raise its own, and a host without CAP_SYS_RESOURCE is only refused where config.json asks for more.
  static func raise(_ plan: ProcessPlan, pid: CInt) throws(Failure) {
    for limit in plan.rlimits {
      let current = try resourceLimit(limit.number, of: pid)
      if limit.hard <= current.hard { continue }
      do { try setResourceLimit(limit.number, soft: current.soft, hard: limit.hard, of: pid) } catch {
        let failure = error.adding(context: "raising \(limit.name) to \(limit.hard) from \(current.hard)")
        throw error.errno == .notPermitted ? failure.adding(hint: "that takes CAP_SYS_RESOURCE") : failure
      }
    }
  }

  /// Init, once it has nothing left to set up that a low limit could stop.
  static func apply(_ plan: ProcessPlan) throws(Failure) {
    for limit in plan.rlimits {
      try during(
        "setting \(limit.name) to \(limit.soft):\(limit.hard)",
        try setResourceLimit(limit.number, soft: limit.soft, hard: limit.hard, of: 0))
    }
  }
}

/// process.oomScoreAdj — config.md "Linux Process"
enum OOMScoreAdjustment {
  /// Host side: only set where config.json does ("MUST NOT" otherwise).
  static func apply(_ process: OCISpec.Process, pid: CInt, _ proc: ProcFS) throws(Failure) {
    guard let score = process.oomScoreAdj else { return }
    do { try proc.write(String(score), to: "\(pid)/oom_score_adj") } catch {
      let failure = error.adding(context: "setting oom_score_adj to \(score)")
      throw error.errno == .permissionDenied ? failure.adding(hint: "lowering it needs CAP_SYS_RESOURCE") : failure
    }
  }
}

/// process.env — config.md "Process"
enum Environment {
  /// The last of two entries with one name wins; HOME is looked up when it is missing.
  static func make(_ plan: ProcessPlan, _ rootfs: borrowing Rootfs, _ proc: ProcFS) throws(Failure) -> [String] {
    var entries = plan.process.env
    if plan.listenDescriptors > 0 {
      entries += ["LISTEN_FDS=\(plan.listenDescriptors)", "LISTEN_PID=1"]
    }
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
    guard let passwd = try during("reading /etc/passwd", try rootfs.readRegularFile("/etc/passwd", proc, limit: 4 << 20)) else { return "/" }
    return PasswordFile.entry(uid: uid, in: passwd)?.home ?? "/"
  }
}

/// passwd(5)
enum PasswordFile {
  static func entry(uid: UInt32, in bytes: [UInt8]) -> (name: String, home: String)? {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard fields.count >= 6, let id = UInt32(String(decoding: fields[2], as: UTF8.self)), id == uid else { continue }
      let home = String(decoding: fields[5], as: UTF8.self)
      return (String(decoding: fields[0], as: UTF8.self), home.isEmpty ? "/" : home)
    }
    return nil
  }
}
