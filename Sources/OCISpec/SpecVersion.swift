/// A version of the runtime-spec, `1.3.0`, in the notation of SemVer 2.0.0.
package struct SpecVersion: Comparable, Sendable, CustomStringConvertible {
  /// The newest version this runtime implements.
  package static let supported = SpecVersion(major: 1, minor: 3, patch: 0)
  /// The oldest one it reads.
  package static let oldest = SpecVersion(major: 1, minor: 0, patch: 0)

  package let major: UInt
  package let minor: UInt
  package let patch: UInt

  package init(major: UInt, minor: UInt, patch: UInt) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// nil for a text that is no SemVer 2.0.0 version. A pre-release or build suffix (`1.0.2-dev`, which runc's own
  /// releases carry) is checked for its form and then dropped: it says nothing about the properties of the document.
  package init?(_ text: String) {
    let core = text.utf8.prefix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }
    let numbers = String(Substring(core)).parts(".", omittingEmpty: false)
    guard numbers.count == 3, let major = Self.number(numbers[0]), let minor = Self.number(numbers[1]),
      let patch = Self.number(numbers[2]), Self.isSuffix(text.utf8.dropFirst(core.count))
    else { return nil }
    self.init(major: major, minor: minor, patch: patch)
  }

  /// Digits only, without a leading zero.
  private static func number(_ text: Substring) -> UInt? {
    guard !text.isEmpty, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
    return text.utf8.count > 1 && text.utf8.first == UInt8(ascii: "0") ? nil : UInt(text)
  }

  /// `-alpha.1+build.5`, either half or nothing.
  private static func isSuffix(_ text: Substring.UTF8View) -> Bool {
    if text.isEmpty { return true }
    var rest = text
    for mark in [UInt8(ascii: "-"), UInt8(ascii: "+")] where rest.first == mark {
      let part = rest.dropFirst().prefix { $0 != UInt8(ascii: "+") }
      let names = part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard names.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isNameByte) }) else { return false }
      rest = rest.dropFirst(1 + part.count)
    }
    return rest.isEmpty
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  package var description: String { "\(major).\(minor).\(patch)" }

  package static func < (left: SpecVersion, right: SpecVersion) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }
}
