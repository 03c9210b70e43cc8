/// Of absolute paths without `.`, `..`, double or trailing slashes: what is asked of a path so often in a start that taking it
/// apart with FilePath shows.
extension String {
  /// Whether it is `other`, or lies somewhere below.
  func isPath(atOrBelow other: String) -> Bool {
    if other == "/" { return true }
    guard utf8.starts(with: other.utf8) else { return false }
    let next = utf8.dropFirst(other.utf8.count).first
    return next == nil || next == UInt8(ascii: "/")
  }

  /// The directory, and the name in it; nil for "/".
  var directoryAndName: (directory: String, name: String)? {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    let name = self[utf8.index(after: slash)...]
    if name.isEmpty { return nil }
    return (slash == startIndex ? "/" : String(self[..<slash]), String(name))
  }
}
