import Kernel
import OCISpec

/// process.args[0] — config.md "Process": execvp(3) in the container, and a full account of why it cannot be run.
///
/// Engines match the texts: `executable file not found in $PATH`, `no such file or directory`, `permission denied`,
/// `is a directory`.
enum Executable {
  /// The absolute path to execute, found with the credentials of the container's process.
  static func find(_ name: String, environment: [String]) throws(Failure) -> String {
    if name.utf8.contains(UInt8(ascii: "/")) {
      if let problem = try problem(with: name) { throw Failure("exec: \"\(name)\": \(problem)") }
      return name
    }
    let path = Environment.value(of: "PATH", in: environment) ?? ""
    var denied: String?
    // An empty part of PATH is the working directory; an empty PATH is none at all.
    for directory in path.isEmpty ? [] : path.parts(":", omittingEmpty: false) {
      let candidate = directory.isEmpty ? "./\(name)" : "\(directory)/\(name)"
      guard let problem = try problem(with: candidate) else { return candidate }
      if problem == permission { denied = candidate }
    }
    if let denied { throw Failure("exec: \"\(name)\": \(denied): \(permission)") }
    throw Failure(
      "exec: \"\(name)\": executable file not found in $PATH",
      hint: path.isEmpty ? "PATH is not set in process.env" : "PATH=\(path)")
  }

  private static let permission = "permission denied"

  /// What stands against executing the file at `path`; nil when nothing does.
  private static func problem(with path: String) throws(Failure) -> String? {
    do {
      let file = try Descriptor.open(host: path, [.path])
      switch try file.status().kind {
      // Both: Docker before 23 and Podman make 126 of the second only.
      case .directory: return "is a directory: \(permission)"
      case .regular: return try file.isExecutable() ? nil : permission
      default: return permission
      }
    } catch {
      switch error.errno {
      case .some(.noSuchFileOrDirectory): return "stat \(path): no such file or directory"
      case .some(.notDirectory): return "stat \(path): not a directory"
      case .some(.permissionDenied): return permission
      case .some(.tooManySymbolicLinkLevels): return "stat \(path): too many levels of symbolic links"
      default: throw error.adding(context: "exec: \"\(path)\"")
      }
    }
  }

  /// Why an execve(2) that failed did so: ENOENT of a file that is there means its interpreter.
  ///
  /// - Parameter interpreter: found beforehand; the filter that is in force by now may not let us look.
  static func explain(_ failure: Failure, path: String, interpreter: String?) -> Failure {
    let named = "exec: \"\(path)\""
    switch failure.errno {
    case .some(.noSuchFileOrDirectory):
      guard let interpreter else { return Failure("\(named): no such file or directory") }
      return Failure(
        "\(named): its interpreter \(interpreter): no such file or directory", hint: "the image lacks what \(path) is run by")
    case .some(.permissionDenied):
      return Failure(
        "\(named): permission denied", hint: "the file system may be mounted noexec, or its interpreter is not executable")
    case .some(.execFormatError):
      return Failure("\(named): exec format error", hint: "a program for another architecture, or a script without a #! line")
    default: return failure.adding(context: named)
    }
  }

  /// The program that the kernel needs to run this file: of a `#!` line, or the PT_INTERP of an ELF file.
  static func interpreter(of path: String) -> String? {
    // Only an explanation is at stake: when the file cannot be read, there is none.
    guard let file = try? Descriptor.open(host: path, [.readOnly, .nonBlocking]), let head = try? file.read(atMost: 4096) else {
      return nil
    }
    if head.starts(with: "#!".utf8) {
      let line = head.dropFirst(2).prefix { $0 != 0x0a }
      return line.split(separator: 0x20).first.map { String(decoding: $0, as: UTF8.self) }
    }
    return ELF.interpreter(head)
  }
}
