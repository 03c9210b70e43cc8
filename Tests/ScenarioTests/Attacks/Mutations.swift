import Foundation
import Testing

/// What an image may have in the place of a file that a runtime touches.
enum Form: String, CaseIterable {
  case absoluteLink, relativeLink, danglingLink, chainOfLinks, regularFile, fifo, missing, device

  /// Puts it at a path of the bundle. The links lead to a sentinel, as the host sees them.
  func put(at path: String, in bundle: Bundle, aimingAt sentinel: String) throws {
    expectSuccess(try Spawned.run(["rm", "-rf", path]))
    switch self {
    case .absoluteLink: try link(sentinel, path)
    case .relativeLink: try link(String(repeating: "../", count: 30) + sentinel.dropFirst(), path)
    case .danglingLink: try link("\(sentinel)-that-is-not-there", path)
    case .chainOfLinks:
      try link(sentinel, "\(bundle.directory.path)/second")
      try link("\(bundle.directory.path)/second", "\(bundle.directory.path)/first")
      try link("\(bundle.directory.path)/first", path)
    case .regularFile: try File.write("of the image\n", to: path)
    case .fifo: guard mkfifo(path, 0o666) == 0 else { throw HarnessError("mkfifo \(path): \(File.errorText())") }
    case .missing: break
    case .device:
      // /dev/zero, which nobody waits for.
      guard mknod(path, S_IFCHR | 0o666, 1 << 8 | 5) == 0 else { throw HarnessError("mknod \(path): \(File.errorText())") }
    }
  }

  private func link(_ target: String, _ path: String) throws {
    guard symlink(target, path) == 0 else { throw HarnessError("symlink \(path): \(File.errorText())") }
  }
}

/// A path that a runtime touches, with a config that makes it go there.
struct Place: CustomTestStringConvertible, Sendable {
  /// In the root file system; "" is that itself.
  let path: String
  let isDirectory: Bool
  let prepare: @Sendable (Bundle) throws -> Void

  init(_ path: String, isDirectory: Bool = true, _ prepare: @escaping @Sendable (Bundle) throws -> Void = { _ in }) {
    self.path = path
    self.isDirectory = isDirectory
    self.prepare = prepare
  }

  var testDescription: String { path.isEmpty ? "the root" : path }

  static let all: [Place] =
    [
      Place(""), Place("/proc"), Place("/sys"), Place("/etc"), Place("/run") { _ in }, Place("/tmp"),
      Place("/bin/sh", isDirectory: false),
      Place("/dev") { $0.dropMounts(below: "/dev") },
      Place("/dev/pts") { $0.useDevOfTheImage(devpts: true) },
      Place("/dev/shm") { $0.keepMounts(of: ["/dev/shm"]) },
      Place("/dev/mqueue") { $0.keepMounts(of: ["/dev/mqueue"]) },
      Place("/sys/fs/cgroup") { bundle in
        try File.makeDirectory("\(bundle.rootfs)/sys/fs/cgroup")
        bundle.config["mounts"] = .array(bundle.config["mounts"]?.array?.filter { $0["destination"]?.string != "/sys" } ?? [])
      },
      Place("/etc/passwd", isDirectory: false), Place("/etc/group", isDirectory: false),
      Place("/mnt/directory") { try $0.addSource(on: "/mnt/directory") },
      Place("/mnt/parent") { try $0.addSource(on: "/mnt/parent/deep/down") },
      Place("/mnt/file", isDirectory: false) { $0.addBind("/dev/null", on: "/mnt/file") },
      Place("/mnt/scratch") { $0.addMount("/mnt/scratch", type: "tmpfs", source: "tmpfs", ["ro"]) },
      Place("/mnt/copied") { bundle in
        try File.makeDirectory("\(bundle.rootfs)/mnt/copied")
        bundle.addMount("/mnt/copied", type: "tmpfs", source: "tmpfs", ["tmpcopyup"])
      },
      Place("/mnt/classic") { $0.addMount("/mnt/classic", type: "tmpfs", source: "tmpfs", ["silent"]) },
      Place("/mnt/remounted") { bundle in
        bundle.addMount("/mnt/remounted", type: "tmpfs", source: "tmpfs")
        bundle.addMount("/mnt/remounted", type: "none", source: "none", ["remount", "bind", "ro"])
      },
      Place("/nodes") { $0.addDevice("/nodes/deep/mine") },
      Place("/nodes/mine", isDirectory: false) { bundle in
        try File.makeDirectory("\(bundle.rootfs)/nodes")
        bundle.addDevice("/nodes/mine")
      },
      Place("/work") { $0.config["process.cwd"] = "/work" },
      Place("/work-parent") { $0.config["process.cwd"] = "/work-parent/deep/down" },
      Place("/masked") { try $0.protect("/masked", as: "linux.maskedPaths") },
      Place("/masked/file", isDirectory: false) { try $0.protect("/masked", as: "linux.maskedPaths") },
      Place("/frozen") { try $0.protect("/frozen", as: "linux.readonlyPaths") },
      Place("/frozen/file", isDirectory: false) { try $0.protect("/frozen", as: "linux.readonlyPaths") },
      Place("/run/notify") { try File.makeDirectory("\($0.rootfs)/run/notify") },
      Place("/hook", isDirectory: false) { bundle in
        bundle.config["hooks"] = ["startContainer": [["path": "/hook", "args": ["hook"]]]]
      },
    ]
    + ["null", "zero", "tty", "random", "ptmx", "fd", "stdin", "stderr", "core"].map { name in
      Place("/dev/\(name)", isDirectory: name == "fd") { $0.useDevOfTheImage() }
    } + [Place("/dev/console", isDirectory: false) { $0.useDevOfTheImage(devpts: true) }]
}

extension Bundle {
  /// A program that reads and writes whatever it finds at the places of ``Place``, and makes files beside them.
  static let thief = """
    for f in /masked/file /etc/passwd /etc/group /mnt/*/* /work/* /nodes/* /run/notify/*; do [ -f $f ] && cat $f; done 2> /dev/null
    echo "$HOME"; pwd
    for f in /masked/file /frozen/file /mnt/*/file /mnt/*/new /work/file ./new /nodes/* /dev/null /dev/console /dev/ptmx /run/notify/new \
      /etc/passwd /etc/group /dev/stdin /dev/core /dev/shm/new; do [ -p $f ] || echo stolen > $f; done 2> /dev/null
    chown 1000 /dev/null /dev/console /mnt/* /nodes/* 2> /dev/null
    exit 0
    """

  func keepMounts(of kept: Set<String>) {
    config["mounts"] = .array(
      config["mounts"]?.array?.filter { mount in
        let destination = mount["destination"]?.string ?? ""
        return kept.contains(destination) || !destination.hasPrefix("/dev")
      } ?? [])
  }

  func dropMounts(below path: String) { keepMounts(of: []) }

  /// Without a mount over /dev, so that the image's own is used; with a terminal if there is a devpts for one.
  func useDevOfTheImage(devpts: Bool = false) {
    keepMounts(of: devpts ? ["/dev/pts"] : [])
    guard devpts else { return }
    mkdir("\(rootfs)/dev/pts", 0o755)
    config["process.terminal"] = true
  }

  func addSource(on destination: String) throws {
    try File.makeDirectory("\(directory.path)/source")
    addBind("\(directory.path)/source", on: destination)
  }

  func addDevice(_ path: String) {
    config.append(
      "linux.devices",
      value: ["path": .string(path), "type": "c", "major": 1, "minor": 3, "fileMode": 438, "uid": 1000, "gid": 1000])
  }

  /// A directory and a file in it, both of them listed.
  func protect(_ path: String, as property: String) throws {
    try File.makeDirectory("\(rootfs)\(path)")
    try File.write("\(Sentinels.secret)\n", to: "\(rootfs)\(path)/file")
    config.append(property, value: .string(path))
    config.append(property, value: .string("\(path)/file"))
  }
}
