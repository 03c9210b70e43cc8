import Foundation

/// systemd as its own tools tell of it.
enum Systemd {
  /// It runs here, and has all controllers there are.
  static let isThere = File.exists("/run/systemd/system") && Host.isPureV2

  /// `systemctl ...` where PID 1 is: in the lab the tests have another root file system.
  @discardableResult
  static func call(_ arguments: String...) throws -> Outcome {
    try Spawned.run(["nsenter", "-t", "1", "-m", "systemctl"] + arguments)
  }

  /// Of PID 1: 252.
  static func version() throws -> Int {
    let words = try call("--version").stdout.split(separator: " ")
    guard words.count > 1, let number = Int(words[1]) else { throw HarnessError("systemctl --version: \(words)") }
    return number
  }

  /// What `systemctl show` says of each of these properties.
  static func show(_ unit: String, _ properties: String...) throws -> [String: String] {
    let outcome = try Spawned.run([
      "nsenter", "-t", "1", "-m", "systemctl", "show", unit, "-p", properties.joined(separator: ","),
    ])
    var found: [String: String] = [:]
    for line in outcome.stdout.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      // One line for each entry of a list.
      found[String(parts[0]), default: ""] += (found[String(parts[0])] == nil ? "" : "\n") + parts[1]
    }
    return found
  }

  static func show(_ unit: String, _ property: String) throws -> String { try show(unit, property, "Id")[property] ?? "" }

  static func isLoaded(_ unit: String) throws -> Bool { try show(unit, "LoadState") == "loaded" }
}

/// A name for a unit that no other test has, and where its scope is.
struct Scope {
  let name = TemporaryDirectory.newID()
  var slice = "system.slice"

  var unit: String { "scn-\(name).scope" }
  var cgroupsPath: Value { .string("\(slice):scn:\(name)") }
  var cgroup: Cgroup { Cgroup(absolute: "/system.slice/\(unit)") }

  func bundle(_ arguments: [String] = ["sleep", "100"]) throws -> Bundle {
    let bundle = try Bundle(arguments)
    bundle.config["linux.cgroupsPath"] = cgroupsPath
    return bundle
  }
}

extension Runtime {
  /// Makes the cgroups through systemd.
  static func withSystemd() throws -> Runtime {
    let runtime = try Runtime()
    runtime.globals = ["--systemd-cgroup"]
    return runtime
  }
}
