import Foundation
import Testing

/// What a runtime can leave on the host: mounts, cgroups, processes, state, files. Compared before and after.
struct Leftovers: Equatable {
  private var things: Set<String>

  static func now(root: String) -> Leftovers {
    var things: Set<String> = []
    for mount in Host.mountInfo() where Host.hasPrivateMounts || Host.isAlone || isOurs(mount.line) {
      things.insert("mount \(mount.line)")
    }
    if let cgroupMount = Host.cgroupMount {
      for path in cgroups(below: cgroupMount) where Host.isAlone || isOurs(path) { things.insert("cgroup \(path)") }
    }
    for process in Orphans.descendants() where process.state != "Z" { things.insert("\(process)") }
    // The cache of compiled filters is the runtime's, not a container's.
    for name in File.names(in: root) where name != ".cache" { things.insert("state \(root)/\(name)") }
    for name in File.names(in: "/run/apus") where Host.isAlone || isOurs(name) { things.insert("state /run/apus/\(name)") }
    for name in File.names(in: "/dev/shm") where isOurs(name) { things.insert("file /dev/shm/\(name)") }
    for name in File.names(in: "/tmp") where isStray(name) { things.insert("file /tmp/\(name)") }
    return Leftovers(things: things)
  }

  /// What is there now and was not there before.
  func since(_ before: Leftovers) -> [String] { things.subtracting(before.things).sorted() }

  /// Ends what has come since, so that the fault of one test is not found by the next one as well.
  func restore() {
    for process in Orphans.descendants() where !things.contains("\(process)") { kill(process.pid, SIGKILL) }
    usleep(100_000)
    Orphans.reap()
    for mount in Host.mountInfo().reversed() where Self.isOurs(mount.line) && !things.contains("mount \(mount.line)") {
      umount2(mount.mountPoint, Int32(MNT_DETACH))
    }
    guard let cgroupMount = Host.cgroupMount else { return }
    // The deepest first, which are the last that were found below their parents.
    for path in Self.cgroups(below: cgroupMount).reversed() where Self.isOurs(path) && !things.contains("cgroup \(path)") {
      rmdir(path)
    }
  }

  private static func isOurs(_ name: String) -> Bool { name.contains(TemporaryDirectory.tag) }

  private static func isStray(_ name: String) -> Bool {
    guard !name.hasPrefix("apus-scenarios.") else { return false }  // our own, and that of another run of the tests
    return isOurs(name) || (Host.isAlone && (name.hasPrefix("apus") || name.hasPrefix("runc")))
  }

  static func cgroups(below path: String) -> [String] {
    var found: [String] = []
    var next = [path]
    while let directory = next.popLast() {
      for name in File.names(in: directory) {
        var status = stat()
        guard lstat("\(directory)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
        found.append("\(directory)/\(name)")
        next.append("\(directory)/\(name)")
      }
    }
    return found
  }
}

/// Runs `body` and expects the host to be afterwards as it was before. Dying takes a moment, so what is left is given
/// three seconds to go.
func assertNothingLeft<R>(
  by runtime: Runtime, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> R
) throws -> R {
  Orphans.adopt
  Orphans.reap()
  let before = Leftovers.now(root: runtime.root)
  let result = Result { try body() }
  var left: [String] = []
  let deadline = Date().addingTimeInterval(3 * Host.patience)
  repeat {
    Orphans.reap()
    left = Leftovers.now(root: runtime.root).since(before)
    if left.isEmpty { break }
    usleep(10_000)
  } while Date() < deadline
  #expect(left.isEmpty, "left behind: \(left.joined(separator: ", "))", sourceLocation: sourceLocation)
  if !left.isEmpty { before.restore() }
  return try result.get()
}
