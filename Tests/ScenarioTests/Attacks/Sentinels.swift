import Foundation
import Testing

/// Things of the host that a hostile bundle aims at, made for one test, and how they were: only what a test has made itself is
/// ever aimed at, so that a runtime that fails harms nobody.
final class Sentinels {
  private let owner = try? TemporaryDirectory()  // a test without one throws below
  let path: String
  private var before: [String: String] = [:]

  /// - Parameter files: names below the directory, whose parents are made; one that ends with "/" is a directory.
  init(_ files: [String] = Sentinels.usual) throws {
    guard let owner else { throw HarnessError("no temporary directory") }
    path = "\(owner.path)/sentinels"
    try File.makeDirectory(path)
    for name in files {
      if name.hasSuffix("/") { try File.makeDirectory("\(path)/\(name)"); continue }
      try File.makeDirectory((("\(path)/\(name)") as NSString).deletingLastPathComponent)
      try File.write(Self.content, to: "\(path)/\(name)", mode: 0o640)
    }
    before = snapshot()
  }

  /// The word that no container may say.
  static let secret = "secret-of-the-host"
  static let content = "root:x:0:0:\(secret):/\(secret):/bin/sh\n1000:x:1000:1000::/\(secret):/bin/sh\n"

  /// A file and a directory, which has names that a runtime makes, removes or reads.
  static let usual = [
    "file", "directory/null", "directory/console", "directory/ptmx", "directory/file", "directory/passwd", "directory/group",
    "directory/sh", "directory/deep/file", "directory/sys/", "directory/self/", "directory/fs/cgroup/",
  ]

  var file: String { "\(path)/file" }
  var directory: String { "\(path)/directory" }

  /// What has changed of them, and of what no test of a runtime may ever change.
  func changes() -> [String] {
    let after = snapshot()
    return Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
  }

  private func snapshot() -> [String: String] {
    var things = ["core_pattern": File.text("/proc/sys/kernel/core_pattern")]
    things["mounts"] = Host.mountInfo().filter { $0.line.contains(TemporaryDirectory.tag) }.map(\.line).joined(separator: "\n")
    for name in ["null", "zero", "tty", "ptmx", "console"] {
      things["/dev/\(name)"] = Self.identity("/dev/\(name)", times: false)
    }
    things[Runtime.binary] = Self.identity(Runtime.binary)
    let below = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []  // none is a change
    for name in [""] + below {
      let file = "\(path)/\(name)"
      // What a runtime has left there may be a device without an end.
      things[file] = Self.identity(file) + File.link(file) + (Self.isRegular(file) ? File.text(file) : "")
    }
    return things
  }

  private static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func identity(_ path: String, times: Bool = true) -> String {
    var status = stat()
    guard lstat(path, &status) == 0 else { return "" }
    let what = "\(status.st_ino) \(status.st_mode) \(status.st_uid):\(status.st_gid) \(status.st_nlink) \(status.st_rdev)"
    return times ? "\(what) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) " : what
  }
}

/// What an attack came to.
struct Attack {
  /// What of the host has changed, what of it the container has said, and whether the runtime hung.
  var harm: [String] = []
  /// The failure of `create`, or of `start`; nil if the container ran.
  var failure: Outcome?
  /// What the container said.
  var output = ""
}

extension Bundle {
  /// Creates and starts the container of a hostile bundle, and waits for its end.
  func attack(
    _ sentinels: Sentinels, options: [String] = [], environment: [String: String] = [:], input: Spawned.Input = .null,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Attack {
    var attack = Attack()
    let runtime = try Runtime(), id = TemporaryDirectory.newID()
    try write()
    let output = try TemporaryDirectory()
    let console = config["process.terminal"]?.bool == true ? try DescriptorSocket(path: "\(output.path)/console") : nil
    let creating = try runtime.spawn(
      ["create", "--bundle", path] + options + (console.map { ["--console-socket", $0.path] } ?? []) + [id],
      environment: environment, input: input)
    try assertNothingLeft(by: runtime, sourceLocation: sourceLocation) {
      defer { runtime.deleteQuietly(id) }
      do {
        let created = try creating.wait(timeout: 5 * Host.patience)
        guard created.succeeded else { attack.failure = created; return }
        let started = try runtime("start", id, timeout: 5 * Host.patience)
        guard started.succeeded else { attack.failure = started; return }
        try Harness.waitUntil("it has stopped", timeout: 5) { try runtime.status(id) == "stopped" }
      } catch let error as HarnessError { attack.harm.append("\(error)") }
      if let console, console.isCalled(within: 0) {
        for descriptor in try console.receive().descriptors {
          attack.output += Terminal(adopting: descriptor, path: "").everything()
        }
      }
    }
    attack.output += creating.stdout + creating.stderr
    attack.harm += sentinels.changes().map { "changed: \($0)" }
    if attack.output.contains(Sentinels.secret) { attack.harm.append("said: \(attack.output)") }
    return attack
  }
}

extension Terminal {
  /// What is left to read of one whose other end is closed.
  fileprivate func everything() -> String {
    while readMore() {}
    return output
  }
}

/// Expects that an attack did no harm, and of a peer that is known for it that it did: a test that catches nobody proves little.
/// What else harms crun is not judged; only a part of the attacks has been tried on it.
///
/// - Parameter catches: whether the runtime that is tested now is known to be harmed.
func expectHarmless(_ attack: Attack, catches: Bool = false, sourceLocation: SourceLocation = #_sourceLocation) {
  if Runtime.isApus || !catches {
    #expect(attack.harm.isEmpty, sourceLocation: sourceLocation)
  } else {
    #expect(!attack.harm.isEmpty, "this runtime was vulnerable: \(attack)", sourceLocation: sourceLocation)
  }
  if Runtime.isApus, let failure = attack.failure { expectFailure(failure, sourceLocation: sourceLocation) }
}
