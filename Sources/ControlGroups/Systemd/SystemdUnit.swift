import Kernel
import OCISpec

/// The unit of systemd that has a container's cgroup: a scope, or a slice where the name says so.
package struct SystemdUnit: Equatable, Sendable {
  /// `docker-c1.scope`
  package let name: String
  /// The slice it lies in: `system.slice`, `-.slice` for the root.
  package let slice: String
  /// The last part of the path.
  package let containerName: String

  package var isSlice: Bool { name.hasSuffix(".slice") }

  /// - Parameters:
  ///   - cgroupsPath: `slice:prefix:name`. No slice is the usual one; nothing at all is this one with the id as the name.
  ///   - ofUser: the unit is the user manager's, not the machine's.
  package init(cgroupsPath: String, id: String, ofUser: Bool) throws(Failure) {
    var parts = ["", "apus", id]
    if !cgroupsPath.isEmpty {
      parts = cgroupsPath.parts(":", omittingEmpty: false).map(String.init)
      guard parts.count == 3 else {
        throw Failure(
          "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"\(cgroupsPath)\" instead")
      }
    }
    slice =
      switch parts[0] {
      case "": ofUser ? "user.slice" : "system.slice"
      case "-": "-.slice"
      case let given: given
      }
    containerName = parts[2]
    name = parts[2].hasSuffix(".slice") ? parts[2] : "\(parts[1])-\(parts[2]).scope"
    _ = try SystemdUnit.expand(slice)
    guard SystemdUnit.isName(name), name != "-.slice" else { throw Failure("linux.cgroupsPath: invalid unit name: \(name)") }
    if isSlice { _ = try SystemdUnit.expand(name) }
  }

  /// systemd.unit(5): what it may be made of.
  private static func isName(_ text: String) -> Bool {
    text.utf8.count < 256
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: ":-_.\\@".utf8.contains(byte)
        }
      }
  }

  /// Where systemd puts its cgroup, below that of the manager itself.
  package func path() throws(Failure) -> String {
    isSlice ? try SystemdUnit.expand(name) : "\(try SystemdUnit.expand(slice))/\(name)"
  }

  /// `/a.slice/a-b.slice` for `a-b.slice`: the name of a slice says what it lies in (systemd.slice(5)).
  static func expand(_ slice: String) throws(Failure) -> String {
    let invalid = Failure("invalid slice name: \(slice)")
    guard slice.hasSuffix(".slice"), isName(slice) else { throw invalid }
    if slice == "-.slice" { return "" }
    var path = ""
    var reached = ""
    for name in slice.dropLast(".slice".count).split(separator: "-", omittingEmptySubsequences: false) {
      if name.isEmpty { throw invalid }
      reached += reached.isEmpty ? name : "-\(name)"
      path += "/\(reached).slice"
    }
    return path
  }
}
