import Kernel
import OCISpec

/// newuidmap(1) and newgidmap(1), which write the maps that an ordinary user may not: ids that the administrator has given to
/// the user in /etc/subuid and /etc/subgid.
struct IDMapHelper {
  static let users = IDMapHelper(program: "newuidmap", file: "/etc/subuid", member: "linux.uidMappings")
  static let groups = IDMapHelper(program: "newgidmap", file: "/etc/subgid", member: "linux.gidMappings")

  let program: String
  let file: String
  let member: String

  func run(_ maps: [IDMapping], _ pid: CInt) throws(Failure) {
    let arguments = maps.flatMap { ["\($0.containerID)", "\($0.hostID)", "\($0.size)"] }
    let path = try find()
    do { _ = try HostProgram.run(path, ["\(pid)"] + arguments) } catch { throw error.adding(hint: remedy()) }
  }

  /// In PATH, or where it is installed: an engine may give us no PATH at all.
  func find() throws(Failure) -> String {
    do { return try HostProgram.find(program, alsoIn: ["/usr/bin"]) } catch {
      throw Failure(
        "\(program) is not installed, and without it an ordinary user can map its own id only",
        hint: "install it (package uidmap or shadow-utils), or let \(member) map one id, as `apus spec --rootless` does")
    }
  }

  /// The lines of ``file`` for the caller; nil when nothing can be said of them: the file cannot be read, or the ranges come
  /// from another source (subid of nsswitch.conf).
  func ranges() -> [String]? {
    func text(_ path: String) -> String? {
      (try? Descriptor.open(host: path, [.readOnly]).readAll()).map { String(decoding: $0, as: UTF8.self) }
    }
    if let sources = text("/etc/nsswitch.conf"), sources.split(separator: "\n").contains(where: { $0.hasPrefix("subid:") }) {
      return nil
    }
    guard let lines = text(file) else { return nil }
    let names = [user, "\(effectiveUserID)"]
    return lines.split(separator: "\n").filter { line in names.contains { line.hasPrefix("\($0):") } }.map { String($0) }
  }

  func remedy() -> String {
    if user == "\(effectiveUserID)" { return "\(program) takes a user with a name in /etc/passwd" }
    let example = "\(user):100000:65536"
    switch ranges() {
    case nil: return "\(file) gives ids to a user by a line such as \(example)"
    case .some(let lines) where lines.isEmpty: return "\(file) has no line for this user, such as \(example)"
    case .some(let lines):
      return "\(file) gives \(lines.joined(separator: ", ")); each hostID of \(member) must be of those or its own"
    }
  }

  private var user: String { Owners().name(of: effectiveUserID) }
}
