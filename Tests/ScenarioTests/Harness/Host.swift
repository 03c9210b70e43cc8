import Foundation

/// Facts about the machine the tests run on, used as conditions of tests.
enum Host {
  static let isRoot = geteuid() == 0

  /// Where the cgroup v2 hierarchy is mounted: /sys/fs/cgroup on a pure host, /sys/fs/cgroup/unified on a hybrid one.
  static let cgroupMount: String? = {
    let mounts = mountInfo().filter { $0.fileSystem == "cgroup2" }.map(\.mountPoint)
    if topmost(at: "/sys/fs/cgroup") == "cgroup2" { return "/sys/fs/cgroup" }
    return mounts.first { $0 == "/sys/fs/cgroup/unified" } ?? mounts.first
  }()

  /// Nothing but cgroup v2 at /sys/fs/cgroup.
  static let isPureV2 = cgroupMount == "/sys/fs/cgroup"
  static let isHybrid = cgroupMount != nil && !isPureV2

  /// The controllers a container can get: those which the root of the v2 hierarchy has.
  static let controllers: Set<String> = {
    guard let cgroupMount else { return [] }
    return Set(File.text("\(cgroupMount)/cgroup.controllers").split(whereSeparator: \.isWhitespace).map(String.init))
  }()

  /// User-Mode Linux, or a machine that says so: alone, with every capability, and slow.
  static let isLab = File.text("/proc/cpuinfo").contains("User Mode Linux") || environment["APUS_LAB"] != nil

  /// Nobody else makes containers here, so every new cgroup and mount is ours, whatever its name.
  static let isAlone = isLab || environment["APUS_ALONE"] != nil

  /// Whether our mounts can be told from those of others: we are in a mount namespace of our own.
  static let hasPrivateMounts = File.link("/proc/self/ns/mnt") != File.link("/proc/1/ns/mnt")

  /// How much longer everything may take here than on a machine of its own.
  static let patience: Double = isLab ? 6 : 1

  static let environment = ProcessInfo.processInfo.environment

  /// The kernel's version, such as (6, 18).
  static let kernel: (major: Int, minor: Int) = {
    let numbers = File.text("/proc/sys/kernel/osrelease").split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : (0, 0)
  }()

  static func kernelIsAtLeast(_ major: Int, _ minor: Int) -> Bool { kernel >= (major, minor) }

  /// Whether this process holds a capability (by number, capability.h) in its effective set.
  static func holds(capability number: UInt64) -> Bool {
    guard let line = File.text("/proc/self/status").split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
      let word = line.split(whereSeparator: \.isWhitespace).last, let set = UInt64(word, radix: 16)
    else { return false }
    return set & (1 << number) != 0
  }

  static func has(program name: String) -> Bool {
    (environment["PATH"] ?? "").split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
  }

  struct Mount: Hashable {
    var line: String
    var mountPoint: String
    var fileSystem: String
  }

  /// The mounts of this process's namespace, in the order they were made: proc_pid_mountinfo(5).
  static func mountInfo(of process: String = "self") -> [Mount] {
    File.text("/proc/\(process)/mountinfo").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 6, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { return nil }
      return Mount(line: String(line), mountPoint: String(fields[4]), fileSystem: String(fields[dash + 1]))
    }
  }

  private static func topmost(at path: String) -> String? {
    mountInfo().last { $0.mountPoint == path }?.fileSystem
  }
}
