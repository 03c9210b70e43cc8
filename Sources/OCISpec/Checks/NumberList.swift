/// A list of cpus or memory nodes as the kernel and the spec write it: `0-3, 7`.
package struct NumberList: Equatable, Sendable {
  package let ranges: [ClosedRange<Int>]

  /// The kernel's own limits (cpus 8192, nodes 1024) are well below.
  private static let highest = 65535

  /// nil unless the text is such a list; an empty text is an empty list.
  package init?(_ text: String) {
    var ranges: [ClosedRange<Int>] = []
    guard text.contains(where: { $0 != " " }) else {
      self.ranges = []
      return
    }
    for item in text.split(separator: ",") {
      let ends = item.split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
      guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last else { return nil }
      ranges.append(first...last)
    }
    guard !ranges.isEmpty else { return nil }
    self.ranges = ranges
  }

  private static func number(_ text: Substring) -> Int? {
    let digits = text.drop { $0 == " " }.prefix { $0 != " " }
    guard text.drop(while: { $0 == " " }).dropFirst(digits.count).allSatisfy({ $0 == " " }),
      digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let number = Int(digits), number <= highest
    else { return nil }
    return number
  }
}
