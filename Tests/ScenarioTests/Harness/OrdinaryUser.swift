import Foundation

/// A user without privileges. Its id is nobody's, so it needs no line in /etc/passwd unless a program asks for its name.
enum OrdinaryUser {
  static let id = 61234
  /// The first of the ids that ``ranges`` gives it, and how many they are.
  static let firstRange = 700_000
  static let rangeSize = 65_536

  static let become = ["setpriv", "--reuid", "\(id)", "--regid", "\(id)", "--clear-groups"]
  /// The same as root of a user namespace, to which no other id is mapped.
  static let asNamespacedRoot = become + ["unshare", "--user", "--map-root-user", "--mount"]

  /// A runtime that the user starts, with a root that is the user's.
  static func runtime(_ wrapper: [String] = become) throws -> Runtime {
    let runtime = try Runtime()
    try own(runtime.directory.path)
    runtime.wrapper = wrapper
    return runtime
  }

  static func own(_ path: String) throws {
    let outcome = try Spawned.run(["chown", "-Rh", "\(id):\(id)", path])
    guard outcome.succeeded else { throw HarnessError("\(outcome)") }
  }

  /// A bundle that such a user can run: what `spec --rootless` makes of the usual one.
  static func bundle(_ arguments: [String]) throws -> Bundle {
    let bundle = try namespacedBundle(arguments)
    bundle.dropNamespace("network")
    bundle.setNamespace("user")
    for name in ["uidMappings", "gidMappings"] {
      bundle.config["linux.\(name)"] = [["containerID": 0, "hostID": Value(id), "size": 1]]
    }
    if let index = bundle.mountIndex("/sys") {
      let options: Value = ["rbind", "nosuid", "noexec", "nodev", "ro"]
      bundle.config["mounts.\(index)"] = ["destination": "/sys", "type": "none", "source": "/sys", "options": options]
    }
    return bundle
  }

  static func bundle(shell line: String) throws -> Bundle { try bundle(["sh", "-c", line]) }

  /// The usual bundle without a user namespace, for who is root in one already.
  static func namespacedBundle(_ arguments: [String]) throws -> Bundle {
    let bundle = try Bundle(arguments)
    try own(bundle.directory.path)
    bundle.config["linux.resources"] = nil
    if let index = bundle.mountIndex("/dev/pts") {
      // Group 5 is not mapped.
      bundle.config["mounts.\(index).options"] = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
    }
    return bundle
  }

  /// Maps the ids from 1 on as well, to those of ``ranges``.
  static func mapRanges(_ bundle: Bundle) {
    for name in ["uidMappings", "gidMappings"] {
      bundle.config["linux.\(name)"] = [
        ["containerID": 0, "hostID": Value(id), "size": 1],
        ["containerID": 1, "hostID": Value(firstRange), "size": Value(rangeSize)],
      ]
    }
  }

  /// Becomes the user after lines of shell that root runs in a mount namespace of its own.
  static func become(after lines: String, _ become: [String] = become) -> [String] {
    ["unshare", "--mount", "sh", "-ec", "\(lines)\nexec \"$@\"", "sh"] + become
  }

  /// With a name, and with ids in /etc/subuid and /etc/subgid: copies lie over the host's files, in a mount namespace of the
  /// runtime's own.
  ///
  /// - Parameter ranges: lines of those two files.
  static func withName(in directory: TemporaryDirectory, ranges: String, _ become: [String] = become) throws -> [String] {
    let passwd = File.text("/etc/passwd") + "ordinary:x:\(id):\(id)::/:/bin/sh\n"
    let group = File.text("/etc/group") + "ordinary:x:\(id):\n"
    for (name, text) in [("passwd", passwd), ("group", group), ("subuid", ranges), ("subgid", ranges)] {
      try File.write(text, to: "\(directory.path)/etc.\(name)")
    }
    return self.become(
      after: "for f in passwd group subuid subgid; do mount --bind \(directory.path)/etc.$f /etc/$f; done", become)
  }

  static let ranges = "ordinary:\(firstRange):\(rangeSize)\n"
}
