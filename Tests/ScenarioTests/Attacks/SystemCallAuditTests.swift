import Foundation
import Testing

extension Scenarios {
  /// What `create` asks of the kernel once it has opened the root file system, as strace(1) shows it: nothing in there is
  /// reached by a path of the host, and no path in there is resolved without bounds (CVE-2024-45310, CVE-2025-24965, CVE-2025-52881).
  @Suite(.enabled(if: Host.has(program: "strace"), "needs strace(1)")) struct SystemCallAudit {
    /// All that makes a runtime write to the root file system.
    private func bundle() throws -> Bundle {
      let bundle = try Bundle(shell: "true")
      bundle.config["process.terminal"] = true
      bundle.config["process.cwd"] = "/made/for/it"
      bundle.config["process.oomScoreAdj"] = 100
      bundle.setUser(uid: 1000, gid: 1000)
      bundle.config["linux.sysctl"] = ["net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"]
      try bundle.addSource(on: "/mnt/deep/down")
      bundle.addBind("/dev/null", on: "/mnt/file")
      for (name, options) in [("copied", ["tmpcopyup"]), ("classic", ["silent", "nosuid"]), ("plain", ["ro"])] {
        bundle.addMount("/mnt/\(name)", type: "tmpfs", source: "tmpfs", options)
      }
      bundle.addDevice("/dev/deep/mine")
      try bundle.protect("/masked", as: "linux.maskedPaths")
      try bundle.protect("/frozen", as: "linux.readonlyPaths")
      return bundle
    }

    private static let calls = [
      "open", "openat", "openat2", "creat", "mkdir", "mkdirat", "mknod", "mknodat", "symlink", "symlinkat", "link", "linkat",
      "unlink", "unlinkat", "rmdir", "rename", "renameat", "renameat2", "chown", "lchown", "fchownat", "chmod", "fchmodat",
      "truncate", "utimensat", "setxattr", "lsetxattr", "mount", "umount2", "open_tree", "move_mount", "mount_setattr", "chdir",
      "chroot", "pivot_root", "execve",
    ]

    @Test func nothingGoesByAPath() throws {
      let bundle = try bundle()
      if !Runtime.isApus { bundle.config["mounts"] = .array(bundle.config["mounts"]?.array?.dropLast(3) ?? []) }
      let socket = try DescriptorSocket(path: "\(bundle.directory.path)/console")
      let record = "\(bundle.directory.path)/calls"
      let trace = Self.calls.map { "?\($0)" }.joined(separator: ",")
      try bundle.write()
      let runtime = try Runtime(), id = TemporaryDirectory.newID()
      try assertNothingLeft(by: runtime) {
        defer { runtime.deleteQuietly(id) }
        // Attached to the end, also to what is left waiting at the gate: so in the background.
        let creating = try runtime.spawn(
          ["create", "--bundle", bundle.path, "--console-socket", socket.path, id],
          wrapper: ["strace", "-f", "-qq", "-s", "4096", "-o", record, "-e", "trace=\(trace)", "-e", "signal=none"])
        try Harness.waitUntil("it is created", timeout: 20) { try creating.isOver || runtime.status(id) == "created" }
        _ = try runtime("kill", id, "KILL")
        _ = try creating.wait()
      }
      let audit = CallAudit(rootfs: bundle.rootfs, id: id)
      for line in File.text(record).split(separator: "\n") { audit.look(at: String(line)) }
      #expect(audit.seen > 50, "\(File.text(record))")
      if Runtime.isApus {
        #expect(audit.found.isEmpty, "\(audit.found.joined(separator: "\n"))")
        #expect(audit.privateWrites >= 3, "no write through the private procfs was seen: \(File.text(record))")
      } else {
        #expect(!audit.found.isEmpty, "no older runtime is free of them")
      }
    }
  }
}

/// Reads the lines of strace(1) and collects what should not be.
private final class CallAudit {
  let rootfs: String
  let id: String
  private(set) var found: [String] = []
  private(set) var seen = 0
  /// Files of /proc opened for writing from the verified root of procfs.
  private(set) var privateWrites = 0
  private var hasBegun = false
  private var changedRoot: Set<String> = []

  init(rootfs: String, id: String) {
    self.rootfs = rootfs
    self.id = id
  }

  func look(at line: String) {
    guard let match = line.firstMatch(of: #/^(\d+) +(\w+)\((.*)/#) else { return }
    let (process, name, arguments) = (String(match.1), String(match.2), String(match.3))
    hasBegun = hasBegun || arguments.contains("\"rootfs\"") || arguments.contains("\"\(rootfs)\"")
    guard hasBegun else { return }
    seen += 1
    if name == "pivot_root" { changedRoot.insert(process) }
    let texts = arguments.matches(of: #/"((?:[^"\\]|\\.)*)"/#).map { String($0.1) }
    if !isFine(name, arguments, texts, isInside: changedRoot.contains(process)) { found.append(line) }
  }

  private func isFine(_ name: String, _ arguments: String, _ texts: [String], isInside: Bool) -> Bool {
    let path = texts.first ?? "", byDirectory = arguments.first?.isNumber == true
    switch name {
    case "openat2", "openat", "open": return isFineOpen(path, arguments, byDirectory, isInside)
    case "mkdirat", "mknodat", "linkat", "unlinkat", "fchownat", "fchmodat", "renameat", "renameat2":
      // A notice is made beside the container's state, whose folder goes by its name when init is killed before `create` ends.
      let isName = { (text: String) in !text.contains("/") || text.hasPrefix("../:") || text == "../\(self.id)" }
      return byDirectory ? texts.allSatisfy(isName) : !isInside && !reachesRoot(path)
    case "symlinkat": return !(texts.last ?? "").contains("/") && !arguments.contains("AT_FDCWD")
    case "open_tree", "mount_setattr", "move_mount": return texts.allSatisfy(\.isEmpty)
    case "mount": return texts.count > 1 && texts[1].hasPrefix("/proc/self/fd/")
    case "umount2": return path == "." || path.hasPrefix("/proc/self/fd/")
    case "pivot_root": return texts == [".", "."]
    case "chdir": return isInside && ["/", "/made/for/it"].contains(path)
    case "chroot": return path == "."
    case "execve": return true
    default: return false  // the older calls know only paths
    }
  }

  private func isFineOpen(_ path: String, _ arguments: String, _ byDirectory: Bool, _ isInside: Bool) -> Bool {
    let writes = arguments.contains("O_WRONLY") || arguments.contains("O_RDWR") || arguments.contains("O_CREAT")
    if byDirectory, !path.hasPrefix("/") || arguments.contains("RESOLVE_IN_ROOT") {
      let isBound = arguments.contains("RESOLVE_IN_ROOT") || arguments.contains("RESOLVE_BENEATH")
      if writes, path.contains(#/^(self|thread-self|sys|\d+)\//#), !path.contains("/fd/") {
        privateWrites += 1
        return arguments.contains("RESOLVE_NO_XDEV") && arguments.contains("RESOLVE_NO_MAGICLINKS") && isBound
      }
      // A descriptor of ours opened again, a namespace, the root itself.
      return isBound || path.wholeMatch(of: #/self\/fd\/\d+|[a-z]+/#) != nil
    }
    if path == "." || path == "/" { return !writes }
    // The program is looked for as execve(2) will look for it, and its first bytes are read for the interpreter.
    if isInside { return !writes && (arguments.contains("O_PATH") || path.hasSuffix("/sh")) }
    return path.hasPrefix("/") && !reachesRoot(path)
  }

  private func reachesRoot(_ path: String) -> Bool { path.hasPrefix(rootfs + "/") || !path.hasPrefix("/") }
}
