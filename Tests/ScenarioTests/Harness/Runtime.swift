import Foundation
import Testing

/// The runtime under test, with a state directory of its own.
///
/// `APUS` is the binary (default: `build/apus` of the package); `RUNTIME=runc|crun|path` tests a peer instead.
final class Runtime {
  enum Kind { case apus, runc, crun, other }

  static let packageRoot: String = {
    // …/Tests/ScenarioTests/Harness/Runtime.swift
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.path
  }()

  static let binary: String = {
    if let peer = Host.environment["RUNTIME"] { return peer.contains("/") ? peer : inPath(peer) ?? peer }
    return Host.environment["APUS"] ?? "\(packageRoot)/build/apus"
  }()

  static let isThere = access(binary, X_OK) == 0

  static let kind: Kind = {
    guard Host.environment["RUNTIME"] != nil else { return .apus }
    switch version.split(separator: " ").first ?? "" {
    case "apus": return .apus
    case "runc": return .runc
    case "crun": return .crun
    default: return .other
    }
  }()
  static let isApus = kind == .apus
  static let isRunc = kind == .runc
  static let isCrun = kind == .crun

  /// runc before 1.2, as Debian 12 has it: older than the contract in some places, which the tests name.
  static let isOldRunc = isRunc && version.contains(" version 1.1.")

  /// The first line of `--version`; empty if there is no such binary.
  static let version: String = {
    let answer = try? Spawned.run([binary, "--version"])  // a runtime that is not there has no version
    return answer?.stdout.split(separator: "\n").first.map(String.init) ?? ""
  }()

  let directory: TemporaryDirectory
  let root: String
  /// Flags that stand before the verb, beside `--root`.
  var globals: [String] = []
  /// What starts the runtime, for every verb: such as a program that makes it an ordinary user's.
  var wrapper: [String] = []

  init(rootName: String = "root") throws {
    Orphans.adopt
    directory = try TemporaryDirectory()
    root = "\(directory.path)/\(rootName)"
  }

  /// Starts `RUNTIME --root R [globals] arguments…` and does not wait.
  func spawn(
    _ arguments: [String], environment: [String: String] = [:], input: Spawned.Input = .null, output: Int32? = nil,
    descriptors: [Int32: Int32] = [:], terminal: String? = nil, directory: String? = nil, wrapper: [String] = []
  ) throws -> Spawned {
    try Spawned(
      self.wrapper + wrapper + [Self.binary, "--root", root] + globals + arguments,
      environment: Spawned.plainEnvironment.merging(environment) { $1 }, input: input, output: output,
      descriptors: descriptors, terminal: terminal, directory: directory)
  }

  /// Runs `RUNTIME --root R [globals] arguments…` to its end.
  func callAsFunction(
    _ arguments: String..., environment: [String: String] = [:], input: Spawned.Input = .null,
    descriptors: [Int32: Int32] = [:], directory: String? = nil, wrapper: [String] = [],
    timeout: TimeInterval = Spawned.limit
  ) throws -> Outcome {
    try spawn(
      arguments, environment: environment, input: input, descriptors: descriptors, directory: directory, wrapper: wrapper
    ).wait(timeout: timeout)
  }

  func call(_ arguments: [String], descriptors: [Int32: Int32] = [:], timeout: TimeInterval = Spawned.limit) throws -> Outcome {
    try spawn(arguments, descriptors: descriptors).wait(timeout: timeout)
  }

  /// `create` with a bundle.
  func create(
    _ id: String, _ bundle: Bundle, options: [String] = [], environment: [String: String] = [:],
    descriptors: [Int32: Int32] = [:], wrapper: [String] = []
  ) throws -> Outcome {
    try bundle.write()
    return try spawn(
      ["create", "--bundle", bundle.path] + options + [id], environment: environment, descriptors: descriptors,
      wrapper: wrapper
    ).wait()
  }

  /// `run` in the foreground, to the end of the container; expects that nothing is left afterwards.
  func run(
    _ bundle: Bundle, options: [String] = [], id: String = TemporaryDirectory.newID(), environment: [String: String] = [:],
    input: Spawned.Input = .null, descriptors: [Int32: Int32] = [:], wrapper: [String] = [],
    timeout: TimeInterval = Spawned.limit, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    try bundle.write()
    return try assertNothingLeft(by: self, sourceLocation: sourceLocation) {
      defer { deleteQuietly(id) }
      return try spawn(
        ["run", "--bundle", bundle.path] + options + [id], environment: environment, input: input,
        descriptors: descriptors, wrapper: wrapper
      ).wait(timeout: timeout)
    }
  }

  /// What `state` says, as JSON; nil if it fails.
  func state(_ id: String) throws -> Value? {
    Orphans.reap()
    let answer = try self("state", id)
    return answer.succeeded ? try Value(parsing: answer.stdout) : nil
  }

  func status(_ id: String) throws -> String? { try state(id)?["status"]?.string }

  /// Whatever happened to the container, it goes.
  func deleteQuietly(_ id: String) {
    guard !id.contains("/"), !["", ".", ".."].contains(id), File.exists("\(root)/\(id)") else { return }
    _ = try? self("delete", "--force", id)  // what it leaves is reported by `assertNothingLeft`
  }

  private static func inPath(_ name: String) -> String? {
    let directories = (Host.environment["PATH"] ?? "").split(separator: ":")
    return directories.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }
}
