/// One mistake in a document: where it is and what to do about it.
package struct Problem: Equatable, Sendable, CustomStringConvertible {
  /// The member's path, `linux.resources.memory.limit` or `mounts[3].destination`; empty for the document itself.
  package let path: String
  /// What is wrong there, on one line.
  package let message: String

  package init(_ path: String, _ message: String) {
    self.path = path
    self.message = message
  }

  package var description: String { path.isEmpty ? message : "\(path): \(message)" }
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
  /// The text in double quotes, safe to print on one line: control characters escaped, very long ones cut.
  package var quoted: String {
    let shown = count > 80 ? prefix(77) + "..." : self[...]
    return shown.debugDescription
  }
}
