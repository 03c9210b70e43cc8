import Foundation

/// A bundle in a temporary directory: a root file system of busybox and a config.json that a test changes.
/// It is written when a runtime is given it, and removed with the object.
final class Bundle {
  let directory: TemporaryDirectory
  var config: Value
  /// Text that is written instead of `config`, for a config.json that is not JSON.
  var rawConfig: String?
  /// False for a bundle without config.json.
  var writesConfig = true

  var path: String { "\(directory.path)/bundle" }
  var rootfs: String { "\(path)/rootfs" }
  var configPath: String { "\(path)/config.json" }

  /// - Parameters:
  ///   - arguments: `process.args`.
  ///   - ownBusybox: a copy of busybox instead of a hard link, for a test that writes to the program's file.
  init(_ arguments: [String] = ["true"], ownBusybox: Bool = false) throws {
    directory = try TemporaryDirectory()
    config = Self.baseConfig
    config["process.args"] = Value(arguments)
    try File.makeDirectory(path)
    try RootTemplate.shared.get().clone(to: rootfs, copying: ownBusybox)
  }

  /// A bundle whose process is a line of shell.
  convenience init(shell line: String) throws { try self.init(["sh", "-c", line]) }

  func write() throws {
    guard writesConfig else { return }
    try File.write(try rawConfig ?? config.text, to: configPath)
  }

  /// The mount of the base document at a destination, as an index into `mounts`.
  func mountIndex(_ destination: String) -> Int? {
    config["mounts"]?.array?.firstIndex { $0["destination"]?.string == destination }
  }

  /// What `runc spec` writes, without a terminal and with a root file system that can be written to.
  static let baseConfig: Value = [
    "ociVersion": "1.0.2",
    "process": [
      "terminal": false,
      "user": ["uid": 0, "gid": 0],
      "args": ["true"],
      "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
      "cwd": "/",
      "capabilities": ["bounding": capabilities, "effective": capabilities, "permitted": capabilities],
      "rlimits": [["type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024]],
      "noNewPrivileges": true,
    ],
    "root": ["path": "rootfs", "readonly": false],
    "hostname": "scenario",
    "mounts": [
      ["destination": "/proc", "type": "proc", "source": "proc"],
      [
        "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
        "options": ["nosuid", "strictatime", "mode=755", "size=65536k"],
      ],
      [
        "destination": "/dev/pts", "type": "devpts", "source": "devpts",
        "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
      ],
      [
        "destination": "/dev/shm", "type": "tmpfs", "source": "shm",
        "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"],
      ],
      ["destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"]],
      ["destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]],
      [
        "destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
        "options": ["nosuid", "noexec", "nodev", "relatime", "ro"],
      ],
    ],
    "linux": [
      "namespaces": [
        ["type": "pid"], ["type": "network"], ["type": "ipc"], ["type": "uts"], ["type": "mount"], ["type": "cgroup"],
      ],
      "resources": ["devices": [["allow": false, "access": "rwm"]]],
      "maskedPaths": [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
      ],
      "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    ],
  ]

  private static let capabilities: Value = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
}

/// One root file system for the whole run; each bundle gets a tree of hard links to it.
final class RootTemplate: Sendable {
  static let shared = Result { try RootTemplate() }
  private static let directories = ["bin", "dev", "etc", "home", "mnt", "proc", "root", "run", "sys", "tmp", "usr/bin", "var"]

  private let directory = Result { try TemporaryDirectory() }
  private let path: String
  private let applets: [String]

  private init() throws {
    path = try directory.get().path
    let busybox = try Self.busybox()
    let list = try Spawned.run([busybox, "--list"])
    applets = list.stdout.split(separator: "\n").map(String.init).filter { $0 != "busybox" }
    guard applets.contains("sh") else { throw HarnessError("\(busybox) --list names no sh: \(list)") }
    try FileManager.default.copyItem(atPath: busybox, toPath: "\(path)/busybox")
    guard chmod("\(path)/busybox", 0o755) == 0 else { throw HarnessError("chmod: \(File.errorText())") }
    // A process that ends runs no deinit of a global; atexit is the last place to tidy up.
    atexit { try? FileManager.default.removeItem(atPath: TemporaryDirectory.base) }  // nobody left to tell
  }

  func clone(to rootfs: String, copying: Bool) throws {
    for name in Self.directories { try File.makeDirectory("\(rootfs)/\(name)") }
    let busybox = "\(rootfs)/bin/busybox"
    if copying {
      try FileManager.default.copyItem(atPath: "\(path)/busybox", toPath: busybox)
    } else if Glibc.link("\(path)/busybox", busybox) != 0 {
      throw HarnessError("link \(busybox): \(File.errorText())")
    }
    for applet in applets where symlink("busybox", "\(rootfs)/bin/\(applet)") != 0 {
      throw HarnessError("symlink \(rootfs)/bin/\(applet): \(File.errorText())")
    }
    chmod("\(rootfs)/tmp", 0o1777)
    try File.write("root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000:guest:/home:/bin/sh\n", to: "\(rootfs)/etc/passwd")
    try File.write("root:x:0:\nguest:x:1000:\nextra:x:2000:guest\n", to: "\(rootfs)/etc/group")
  }

  /// Debian's busybox-static; a busybox that needs libraries would not run in an empty root.
  private static func busybox() throws -> String {
    let candidates = [Host.environment["BUSYBOX"], "/bin/busybox", "/usr/bin/busybox", "/bin/busybox.static"]
    guard let found = candidates.compactMap(\.self).first(where: { access($0, X_OK) == 0 }) else {
      throw HarnessError("no busybox: install busybox-static")
    }
    return found
  }
}
