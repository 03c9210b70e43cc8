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
}
