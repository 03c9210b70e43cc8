import Kernel

/// The name of a container: `[A-Za-z0-9_+.-]+`, not `.` or `..`, as runc has it; it becomes the name of a directory and
/// of a cgroup.
enum ContainerID {
  static func check(_ id: String) throws(Failure) {
    let allowed = id.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      case UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "-"): true
      default: false
      }
    }
    guard allowed, !id.isEmpty, id != ".", id != ".." else {
      throw Failure(
        "invalid container ID format: \"\(id)\"", hint: "an id is made of letters, digits, \"_\", \"+\", \".\" and \"-\"")
    }
    guard id != StateDirectory.cache else {
      throw Failure("invalid container ID format: \"\(id)\"", hint: "apus keeps its cache under that name")
    }
    guard id.utf8.count <= 255 else {
      throw Failure("invalid container ID format: \(id.utf8.count) bytes", hint: "an id has at most 255 bytes")
    }
  }
}
