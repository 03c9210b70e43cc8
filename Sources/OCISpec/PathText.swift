extension String {
  /// What lies between the bytes `separator`, as the kernel and execvp(3) take a path or a PATH apart.
  ///
  /// Swift's own `split` goes by characters, to which the accents that follow belong: of `a/../\u{301}b` it makes two parts,
  /// neither of which is `..`.
  package func parts(
    _ separator: Unicode.Scalar, maxSplits: Int = .max, omittingEmpty: Bool = true
  ) -> [Substring] {
    utf8.split(separator: UInt8(ascii: separator), maxSplits: maxSplits, omittingEmptySubsequences: omittingEmpty).map {
      Substring($0)
    }
  }

  /// By its first byte: `/` with an accent on it is another character, and the same file system's root.
  package var isAbsolutePath: Bool { utf8.first == UInt8(ascii: "/") }

  /// The path's components from the root on, "." and ".." resolved without looking at any file.
  package var lexicallyNormalComponents: [Substring] {
    var names: [Substring] = []
    for part in parts("/") where part != "." {
      if part == ".." { _ = names.popLast() } else { names.append(part) }
    }
    return names
  }

  /// The same as an absolute path; a relative one is taken from "/".
  package var lexicallyNormalPath: String {
    isLexicallyNormal ? self : String(pathFromRoot: lexicallyNormalComponents)
  }

  /// `/` and these names. Not the library's `joined`, nor its `+=` of a part: code that stays generic and finds its types by their
  /// names, among all that the program has, which was a tenth of what a start executes.
  package init(pathFromRoot names: [Substring]) {
    self = names.isEmpty ? "/" : ""
    for name in names {
      append("/")
      append(contentsOf: name)
    }
  }

  /// Almost every path is; a start asks of so many that taking them apart shows.
  private var isLexicallyNormal: Bool {
    guard isAbsolutePath else { return false }
    var length = 0
    var isDots = true
    for byte in utf8.dropFirst() {
      if byte == UInt8(ascii: "/") {
        if isDots && length <= 2 { return false }
        (length, isDots) = (0, true)
      } else {
        length += 1
        isDots = isDots && byte == UInt8(ascii: ".")
      }
    }
    return !(isDots && length <= 2) || utf8.count == 1
  }
}

/// Of absolute paths without `.`, `..`, double or trailing slashes.
extension String {
  /// Whether it is `other`, or lies somewhere below.
  package func isPath(atOrBelow other: String) -> Bool {
    if other == "/" { return true }
    guard utf8.count >= other.utf8.count, utf8.starts(with: other.utf8) else { return false }
    let next = utf8.dropFirst(other.utf8.count).first
    return next == nil || next == UInt8(ascii: "/")
  }

  /// The directory, and the name in it; nil for "/".
  package var directoryAndName: (directory: String, name: String)? {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    let name = self[utf8.index(after: slash)...]
    if name.isEmpty { return nil }
    return (slash == startIndex ? "/" : String(self[..<slash]), String(name))
  }

  /// Of any path: a slash at the end has the kernel follow a link that is asked for itself. "/" stays what it is.
  package var withoutTrailingSlashes: String {
    guard utf8.last == UInt8(ascii: "/"), utf8.count > 1 else { return self }
    guard let last = utf8.lastIndex(where: { $0 != UInt8(ascii: "/") }) else { return "/" }
    return String(self[...last])
  }
}
