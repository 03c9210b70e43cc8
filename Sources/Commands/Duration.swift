import Kernel

/// A length of time as Go writes it, which is what engines pass: `5s`, `1m30s`, `1.5h`, `500ms`.
enum GoDuration {
  private static let units: [(name: String, nanoseconds: Double)] = [
    ("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
  ]

  /// Nanoseconds; nil when the text is none, or more than 292 years. A number without a unit is none, except for 0.
  static func nanoseconds(_ text: String) -> Int64? {
    var rest = text[...]
    let sign = rest.hasPrefix("-") ? -1.0 : 1
    if rest.hasPrefix("-") || rest.hasPrefix("+") { rest.removeFirst() }
    if rest == "0" { return 0 }
    if rest.isEmpty { return nil }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      let name = rest.dropFirst(digits.count).prefix { !($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count + name.count)
      guard let number = number(digits), let unit = units.first(where: { $0.name == name }) else { return nil }
      total += number * unit.nanoseconds
    }
    return Int64(exactly: (sign * total).rounded())
  }

  /// `1`, `1.5`, `1.`, `.5`
  private static func number(_ digits: Substring) -> Double? {
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.contains(where: { !$0.isEmpty }) else { return nil }
    return decimalNumber("\(parts[0].isEmpty ? "0" : parts[0]).\(parts.count < 2 || parts[1].isEmpty ? "0" : parts[1])")
  }
}
