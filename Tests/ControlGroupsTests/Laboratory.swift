import Foundation
import Kernel

@testable import ControlGroups

/// A place of its own in the cgroup2 file system of this host, and processes to put there. For root.
final class Laboratory {
  let hierarchy: Hierarchy
  let name: String
  private var processes: [Process] = []

  init(_ test: String = #function) throws {
    hierarchy = try Hierarchy.find()
    name = "apus-test-\(getpid())-\(test.prefix { $0.isLetter || $0.isNumber })"
    try FileManager.default.createDirectory(atPath: "\(hierarchy.mountPoint)/\(name)", withIntermediateDirectories: false)
  }

  deinit {
    let place = "\(hierarchy.mountPoint)/\(name)"
    write("0", "cgroup.freeze")
    write("1", "cgroup.kill")
    for process in processes { process.waitUntilExit() }
    Laboratory.shell(
      "for i in 1 2 3 4 5 6 7 8 9; do find \(place) -depth -type d -exec rmdir {} + 2>/dev/null && break; sleep 0.05; done")
  }

  /// Whether root can make cgroups here.
  static let isUsable: Bool = {
    guard getuid() == 0, let hierarchy = try? Hierarchy.find() else { return false }
    return access("\(hierarchy.mountPoint)/cgroup.procs", W_OK) == 0
  }()

  /// The controllers of the host's hierarchy: few on a hybrid host, most in the lab's kernels.
  static func has(_ controllers: String...) -> Bool {
    guard isUsable, let here = try? Hierarchy.find().controllers() else { return false }
    return controllers.allSatisfy(here.contains)
  }

  func path(_ relative: String) -> String { "/\(name)/\(relative)" }
  func full(_ relative: String) -> String { "\(hierarchy.mountPoint)/\(name)/\(relative)" }
  func exists(_ relative: String) -> Bool { access(full(relative), F_OK) == 0 }
  func make(_ relative: String) throws {
    try FileManager.default.createDirectory(atPath: full(relative), withIntermediateDirectories: true)
  }

  /// The text of a control file, without its newline.
  func read(_ relative: String) throws -> String {
    try String(contentsOfFile: full(relative), encoding: .utf8).trimmingCharacters(in: .newlines)
  }

  func write(_ value: String, _ relative: String) {
    guard let file = fopen(full(relative), "w") else { return }
    fputs(value, file)
    fclose(file)
  }

  /// Runs a shell command in a cgroup, and returns once it is there.
  ///
  /// It inherits the signal mask of a test's thread, in which SIGSYS is one of the few that are not blocked.
  @discardableResult
  func start(_ command: String, in relative: String) throws -> Process {
    let pipe = Pipe()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let enter = "ulimit -c 0; echo $$ >\(full(relative))/cgroup.procs && echo ready && exec >/dev/null"
    process.arguments = ["-c", "\(enter) && \(command)"]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    processes.append(process)
    _ = pipe.fileHandleForReading.readData(ofLength: 6)
    return process
  }

  /// The exit status of a shell command that runs in a cgroup.
  func status(_ command: String, in relative: String) throws -> Int32 {
    let process = try start(command, in: relative)
    process.waitUntilExit()
    return process.terminationStatus
  }

  static func shell(_ command: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    try? process.run()
    process.waitUntilExit()
  }
}

/// The message of the failure that `body` ends with; that it did not fail, otherwise.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no failure"
  } catch { return (error as? Failure)?.message ?? "\(error)" }
}
