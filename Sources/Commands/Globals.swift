import Container
import Kernel

extension Flag {
  static let debug = Flag("debug", help: "log everything; the same as --log-level debug")
  static let log = Flag("log", .path("FILE"), help: "append errors to this file too, and warnings instead of showing them")
  static let logFormat = Flag(
    "log-format", .choice("FORMAT", Report.Format.allCases.map { $0.rawValue }), help: "the form of the log")
  static let logLevel = Flag(
    "log-level", .choice("LEVEL", Report.Level.allCases.map { $0.rawValue }),
    help: "what is logged; error when there is a log file, else warning")
  static let root = Flag(
    "root", .path("DIR"), help: "where containers are kept; /run/apus, or $XDG_RUNTIME_DIR/apus for other users than root")
  static let systemdCgroup = Flag("systemd-cgroup", help: "let systemd make the cgroups; cgroupsPath is then slice:prefix:name")
  static let cgroupManager = Flag(
    "cgroup-manager", .choice("MANAGER", ["cgroupfs", "systemd", "disabled"]),
    help: "who makes the cgroups; disabled: nobody, a container has none of its own")
  static let rootless = Flag(
    "rootless", .text("true|false|auto"),
    help: "whether a container that asks for no cgroup may run without one; auto: if not run by the host's root")
  static let version = Flag("version", short: "v", help: "show the version")
}

/// A verb with all that was given to it.
struct Invocation {
  let globals: Values
  let values: Values
  let operands: [String]
  let report: Report

  /// The first operand, for a verb whose table row requires one: the parser has counted.
  var id: String { operands[0] }

  func runtime() throws(Failure) -> Runtime {
    let given = try globals.path(.root)
    let root = if let given { given } else { try Globals.defaultRoot() }
    if isRootDirectory(root) { throw Failure("--root \(root): containers cannot be kept in the root directory itself") }
    let report = report
    return Runtime(
      root: root, rootIsExplicit: given != nil, driver: try Globals.driver(globals),
      isRootless: try Globals.isRootless(globals), logFile: report.file,
      warn: { report.warn($0) },
      debug: report.isDebugging ? { report.debug($0) } : nil)
  }
}

enum Globals {
  /// The last of `--systemd-cgroup` and `--cgroup-manager` decides, as in crun.
  static func driver(_ globals: Values) throws(Failure) -> Driver {
    let isManager = globals.isLast(.cgroupManager, against: .systemdCgroup)
    switch isManager ? globals.text(.cgroupManager) : globals.isOn(.systemdCgroup) ? "systemd" : "cgroupfs" {
    case "disabled": return .disabled
    case "systemd": return .systemd(ofUser: try !isHostRoot())
    default: return .cgroupfs
    }
  }

  /// As runc has it: any form of a truth value, `auto` in any case, or nothing.
  static func isRootless(_ globals: Values) throws(Failure) -> Bool {
    let text = globals.text(.rootless) ?? ""
    if text.isEmpty || text.lowercased() == "auto" { return try !UserNamespace.runsHostRoot }
    guard let truth = Parser.truth(of: text) else {
      throw Failure("invalid rootless: \(text)", hint: "use true, false or auto")
    }
    return truth
  }

  static func defaultRoot() throws(Failure) -> String {
    guard let directory = environmentVariable("XDG_RUNTIME_DIR"), directory.hasPrefix("/") else {
      if effectiveUserID == 0 { return "/run/apus" }
      throw Failure(
        "XDG_RUNTIME_DIR is not set, so uid \(effectiveUserID) has no place to keep containers",
        hint: "a login session sets it to /run/user/\(effectiveUserID); else name a directory of your own with --root")
    }
    return try isHostRoot() ? "/run/apus" : absolutePath("\(directory)/apus")
  }

  /// Whether /run is ours. uid 0 of a user namespace can be an ordinary user (podman) or the root of a system container,
  /// who must find the same containers with and without a login session; runc tells them apart by USER, and so do we.
  private static func isHostRoot() throws(Failure) -> Bool {
    if effectiveUserID != 0 { return false }
    return environmentVariable("USER") == "root" ? true : try UserNamespace.isInitial
  }
}
