import Kernel
import OCISpec

/// A path of the host that the container's root is to open: an ordinary user's own, or one that the user's ids are mapped to.
enum UnreachablePath {
  /// Says of a path that may not be opened at which directory that was.
  static func explaining(_ path: String, _ open: () throws(Failure) -> Descriptor) throws(Failure) -> Descriptor {
    do { return try open() } catch {
      let failure = error.adding(context: "opening the source \(path)")
      guard error.errno == .permissionDenied, let closed = firstClosed(path) else { throw failure }
      throw failure.adding(hint: "the container's root may not search \(closed)")
    }
  }

  /// The first directory on the way that lets nothing in it be looked up, with its mode and its owner.
  private static func firstClosed(_ path: String) -> String? {
    let names = path.parts("/").dropLast()
    for count in names.indices.map({ $0 + 1 }) {
      let reached = String(pathFromRoot: Array(names[..<count]))
      // Where not even that can be told there is no hint, or one without the mode.
      guard let directory = try? Descriptor.open(host: reached, [.path, .directory]) else { return nil }
      // Looking up "." takes the right to search it; why it fails otherwise is not asked for here.
      if (try? directory.open(".", [.path], resolve: .beneath)) != nil { continue }
      guard let status = try? directory.status() else { return reached }
      return "\(reached) (mode \(String(status.permissions, radix: 8)), uid \(status.owner) there)"
    }
    return nil
  }
}
