/// One mistake in a document: where it is, what is wrong, and what to do about it.
package struct Problem: Equatable, Sendable, CustomStringConvertible {
  /// The member's path, `linux.resources.memory.limit` or `mounts[3].destination`; empty for the document itself.
  package let path: String
  /// What is wrong there, on one line, with the value.
  package let message: String
  /// What to write instead, or what else would make it right.
  package let remedy: String
  /// The rule that is broken, where that is another than the one that says what the member is.
  package let rule: String?
  /// Other members the rule looks at. When one of them cannot be read, nothing is known of this mistake.
  package let given: [String]

  package init(_ path: String, _ message: String, _ remedy: String = "", rule: String? = nil, given: [String] = []) {
    self.path = path
    self.message = message
    self.remedy = remedy
    self.rule = rule
    self.given = given
  }

  /// Path, mistake and remedy on one line.
  package var description: String {
    let text = remedy.isEmpty ? message : "\(message), \(remedy)"
    return path.isEmpty ? text : "\(path): \(text)"
  }

  /// Whether this is only said because a member that is among `broken` could not be read.
  package func follows(from broken: [Problem]) -> Bool {
    broken.contains { cause in
      ([path] + given).contains { $0.isPath(above: cause.path) || cause.path.isPath(above: $0) }
    }
  }
}

extension String {
  /// Whether this path is `other` or leads to something that `other` is a part of.
  fileprivate func isPath(above other: String) -> Bool {
    guard other.utf8.starts(with: utf8) else { return false }
    let next = other.utf8.dropFirst(utf8.count).first
    return isEmpty || next == nil || next == UInt8(ascii: ".") || next == UInt8(ascii: "[")
  }
}

extension [Problem] {
  /// More in one document help nobody, and would cost memory and time without a bound: a document of 16 MB has room for
  /// millions of mistakes.
  package static let limit = 100

  /// Adds one more; of those beyond the limit it is only said that there are some.
  package mutating func note(_ problem: @autoclosure () -> Problem) {
    if count < Self.limit {
      append(problem())
    } else if count == Self.limit {
      append(Problem("", "there are more mistakes than these \(Self.limit)", "mend these first"))
    }
  }

  /// Not all are told.
  package var isCut: Bool { count > Self.limit }
}

/// A member that nobody asked for (config.md "Extensibility").
package struct UnknownMember: Equatable, Sendable {
  package let path: String
  package let name: String
  /// What the object it is in can have, in the order in which it was asked for.
  package let known: [String]
}

/// A document that is not JSON.
package struct SyntaxError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Both count from 1; a column is a character, not a byte.
  package let line: Int
  package let column: Int
  package let message: String

  init(line: Int, column: Int, _ message: String) {
    self.line = line
    self.column = column
    self.message = message
  }

  init(in bytes: [UInt8], at offset: Int, _ message: String) {
    var line = 1
    var column = 1
    for byte in bytes.prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xc0 != 0x80 {  // a continuation byte of UTF-8 starts no character
        column += 1
      }
    }
    self.init(line: line, column: column, message)
  }

  package var description: String { "\(line):\(column): \(message)" }
}

extension String {
  /// Letters, digits, `-` and `_` only, as the names of members usually are.
  var isPlain: Bool { !isEmpty && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") } }

  /// The text in double quotes, safe to print on one line: control characters escaped, very long ones cut.
  package var quoted: String { shortened.debugDescription }

  /// At most 80 characters of it, and then dots.
  var shortened: String {
    // Without counting a text of megabytes; and a character may be a letter with any number of accents.
    guard unicodeScalars.dropFirst(80).first != nil else { return self }
    return String(unicodeScalars.prefix(77)) + "..."
  }
}
