import Kernel

/// A size as runc and docker take it: a number, perhaps with a fraction, and a unit, which counts in 1024s.
enum ByteCount {
  /// Bytes of `1048576`, `64m`, `64MB`, `1.5GiB`; nil when the text is no size.
  static func bytes(_ text: String) -> Int64? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    var unit = text.dropFirst(digits.count)
    if unit.hasPrefix(" ") { unit.removeFirst() }
    guard digits.first?.isNumber == true, digits.last != ".", let number = decimalNumber(digits), let power = power(of: unit)
    else {
      return nil
    }
    var result = number
    for _ in 0..<power { result *= 1024 }
    return Int64(exactly: result.rounded(.down))
  }

  /// 0 of `` and `b`, 1 of `k`, `kb` and `kib`, 2 of `m` ...
  private static func power(of unit: Substring) -> Int? {
    // Of the Kelvin sign too a small k would be made.
    guard unit.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    let unit = unit.lowercased()
    if unit.isEmpty || unit == "b" { return 0 }
    guard let letter = unit.first, let index = Array("kmgtp").firstIndex(of: letter) else { return nil }
    return ["", "b", "ib"].contains(unit.dropFirst()) ? index + 1 : nil
  }
}
