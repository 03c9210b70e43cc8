import Foundation
import Testing

/// What the tests of `config.json` change in a bundle, each in one line.
extension Bundle {
  /// Lists a namespace: a new one, or one to join by path. One of that type that is listed already is replaced.
  func setNamespace(_ type: String, path: String? = nil) {
    dropNamespace(type)
    var namespace: Value = ["type": .string(type)]
    if let path { namespace["path"] = .string(path) }
    config.append("linux.namespaces", value: namespace)
  }

  /// Leaves the container in the runtime's own namespace of that type.
  func dropNamespace(_ type: String) {
    let others = config["linux.namespaces"]?.array?.filter { $0["type"]?.string != type } ?? []
    config["linux.namespaces"] = .array(others)
    if type == "uts" { config["hostname"] = nil }
  }

  func addMount(_ destination: String, type: String? = nil, source: String? = nil, _ options: [String] = []) {
    var mount: Value = ["destination": .string(destination), "options": Value(options)]
    if let type { mount["type"] = .string(type) }
    if let source { mount["source"] = .string(source) }
    config.append("mounts", value: mount)
  }

  func addBind(_ source: String, on destination: String, _ options: [String] = ["bind"]) {
    addMount(destination, type: "bind", source: source, options)
  }

  /// Gives the process these capabilities, all of them effective.
  func setCapabilities(_ names: [String]) {
    config["process.capabilities"] = ["bounding": Value(names), "effective": Value(names), "permitted": Value(names)]
  }

  func setUser(uid: Int, gid: Int) {
    config["process.user"] = ["uid": Value(uid), "gid": Value(gid)]
  }

  /// A new user namespace whose ids 0 to 65535 are those of the host from `hostID` on, and a root file system of theirs.
  func enableUserNamespace(hostID: Int = 100_000, groupID: Int = 200_000) throws {
    setNamespace("user")
    config["linux.uidMappings"] = [["containerID": 0, "hostID": Value(hostID), "size": 65536]]
    config["linux.gidMappings"] = [["containerID": 0, "hostID": Value(groupID), "size": 65536]]
    expectSuccess(try Spawned.run(["chown", "-Rh", "\(hostID):\(groupID)", rootfs]))
  }
}

/// What a bundle's process writes, run in the foreground to a successful end.
func output(
  of bundle: Bundle, options: [String] = [], runtime: Runtime? = nil, sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
  let outcome = try (try runtime ?? Runtime()).run(bundle, options: options, sourceLocation: sourceLocation)
  expectSuccess(outcome, sourceLocation: sourceLocation)
  return outcome.stdout
}

/// The same for a line of shell in the usual bundle.
func output(ofShell line: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
  try output(of: Bundle(shell: line), sourceLocation: sourceLocation)
}

/// A line of mountinfo: proc_pid_mountinfo(5).
struct MountLine: CustomStringConvertible {
  var description: String
  var root: String
  var mountPoint: String
  var options: Set<String>
  /// `shared:3`, `master:2`, `unbindable`.
  var propagation: [String]
  var fileSystem: String
  var superOptions: Set<String>

  static func parse(_ text: String) -> [MountLine] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ").map(String.init)
      guard fields.count > 6, let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count else { return nil }
      return MountLine(
        description: String(line), root: fields[3], mountPoint: fields[4],
        options: Set(fields[5].split(separator: ",").map(String.init)), propagation: Array(fields[6..<dash]),
        fileSystem: fields[dash + 1], superOptions: Set(fields[dash + 3].split(separator: ",").map(String.init)))
    }
  }
}

extension [MountLine] {
  /// The mount that is seen at a place: the last one there.
  func top(at mountPoint: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> MountLine {
    try #require(last { $0.mountPoint == mountPoint }, "nothing at \(mountPoint): \(self)", sourceLocation: sourceLocation)
  }
}

/// The mounts that the process of a bundle sees, its arguments replaced.
func mounts(
  of bundle: Bundle, options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
) throws -> [MountLine] {
  bundle.config["process.args"] = ["cat", "/proc/self/mountinfo"]
  return MountLine.parse(try output(of: bundle, options: options, sourceLocation: sourceLocation))
}

/// A tmpfs of the host with a propagation of its own, for the time of `body`.
func withHostTmpfs<R>(at path: String, propagation: String = "private", _ body: () throws -> R) throws -> R {
  try File.makeDirectory(path)
  let mounted = try Spawned.run(["mount", "-t", "tmpfs", "-o", "mode=755", "scenario", path])
  guard mounted.succeeded else { throw HarnessError("\(mounted)") }
  defer { _ = try? Spawned.run(["umount", "-l", path]) }  // a mount that stays is found as left behind
  let changed = try Spawned.run(["mount", "--make-\(propagation)", path])
  guard changed.succeeded else { throw HarnessError("\(changed)") }
  return try body()
}
