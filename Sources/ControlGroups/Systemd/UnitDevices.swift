import DBus
import OCISpec

/// Device rules as systemd has them: a list of what is allowed.
///
/// It loads a device program of its own, and again whenever it likes; an access needs the consent of both programs. So the list
/// must allow whatever the container's rules allow, or a device is lost at the next `systemctl daemon-reload`. Where
/// the list cannot say it as narrowly, it allows more: the container's own program, which stays attached, decides.
package struct UnitDevices: Equatable, Sendable {
  /// `/dev/char/1:3`, `char-136`, `block-*`, each with some of `rwm`; nil when all is allowed.
  package private(set) var list: [(path: String, access: String)]?

  package init(_ rules: [DeviceRule]) {
    var entries: [Entry]? = []
    for rule in rules {
      let isForAll = rule.type == .a && !Entry.isGiven(rule.major) && !Entry.isGiven(rule.minor)
      let letters = Set(rule.access.isEmpty ? "rwm" : rule.access)
      if isForAll && letters.count == 3 {
        entries = rule.allow ? nil : []
      } else if rule.allow {
        let types: [DeviceRuleKind] = rule.type == .a ? [.b, .c] : [rule.type]
        for type in types { entries?.append(Entry(type, rule.major, rule.minor, letters)) }
      }
    }
    list = entries.map(UnitDevices.merged)
  }

  /// systemd grants an access only if one entry has all of its letters, so each gets those of all that cover the same device.
  private static func merged(_ entries: [Entry]) -> [(path: String, access: String)] {
    var given: [String: Set<Character>] = [:]
    for entry in entries { given[entry.path, default: []].formUnion(entry.letters) }
    var seen: Set<String> = []
    var list: [(path: String, access: String)] = []
    for entry in entries where seen.insert(entry.path).inserted {
      let letters = entry.coveringPaths.reduce(into: Set<Character>()) { $0.formUnion(given[$1] ?? []) }
      list.append((entry.path, "rwm".filter(letters.contains)))
    }
    return list
  }

  package var properties: [UnitProperty] {
    guard let list else { return [UnitProperty("DevicePolicy", .string("auto"))] }
    let pairs: [Value] = list.map { .structure([.string($0.path), .string($0.access)]) }
    return [
      UnitProperty("DevicePolicy", .string("strict")),
      UnitProperty("DeviceAllow", .array(.structure([.string, .string]), pairs)),
    ]
  }

  package static func == (one: UnitDevices, other: UnitDevices) -> Bool {
    guard let first = one.list, let second = other.list else { return one.list == nil && other.list == nil }
    return first.elementsEqual(second) { $0 == $1 }
  }

  private struct Entry {
    let kind: String
    let major: Int64?
    let minor: Int64?
    let letters: Set<Character>

    init(_ type: DeviceRuleKind, _ major: Int64?, _ minor: Int64?, _ letters: Set<Character>) {
      kind = type == .b ? "block" : "char"
      self.major = Entry.isGiven(major) ? major : nil
      // There is no word for a minor number of any major.
      self.minor = self.major != nil && Entry.isGiven(minor) ? minor : nil
      self.letters = letters
    }

    static func isGiven(_ number: Int64?) -> Bool { number.map { $0 >= 0 } ?? false }

    var path: String {
      switch (major, minor) {
      case (let major?, let minor?): "/dev/\(kind)/\(major):\(minor)"
      case (let major?, nil): "\(kind)-\(major)"
      default: "\(kind)-*"
      }
    }

    /// Of all entries that this one's devices are among.
    var coveringPaths: Set<String> {
      var paths: Set<String> = [path, "\(kind)-*"]
      if let major { paths.insert("\(kind)-\(major)") }
      return paths
    }
  }
}
