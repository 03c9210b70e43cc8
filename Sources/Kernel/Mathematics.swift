import CLibc

// Of libc and libm, what the conversion of a limit takes.

/// The number that is all of `text`, as strtod(3) reads it in the C locale. `Double(_:)` would bring in libstdc++, whose first act in every start
/// is to allocate memory for exceptions.
package func decimalNumber(_ text: some StringProtocol) -> Double? {
  let text = String(text)
  guard let first = text.utf8.first, first > UInt8(ascii: " ") else { return nil }
  return unsafe text.withCString { start in
    var end: UnsafeMutablePointer<CChar>?
    let number = unsafe strtod(start, &end)
    return unsafe end.map { unsafe $0 - UnsafeMutablePointer(mutating: start) } == text.utf8.count ? number : nil
  }
}

package func binaryLogarithm(_ value: Double) -> Double { log2(value) }
package func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
