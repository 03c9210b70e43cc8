/// What json-c (0.16) lets through even in its strict mode, found by one pass over the bytes.
///
/// It runs after json-c accepted the document, so the structure is sound and only these are left to look for: numbers too
/// large for 64 bits (json-c saturates them: a limit would silently become another one), member names given twice
/// (json-c keeps the last: two readers of one file would disagree) or cut short by `\u0000`, single quotes, `NaN` and
/// `Infinity`, a bare `1.`, `00` and `-01`, control characters inside strings, and text that is no Unicode (bytes which only look like UTF-8, one
/// half of a surrogate pair): Swift and json-c put U+FFFD in their place, and a path or an argument would be another one.
enum Strictness {
  /// - Parameter parsedMembers: members in json-c's tree; fewer than the document has colons when names were merged.
  static func check(_ bytes: [UInt8], parsedMembers: Int) throws(SyntaxError) {
    var members = 0
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index = try string(bytes, from: index)
        continue
      case UInt8(ascii: ":"):
        members += 1
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        index = try number(bytes, from: index)
        continue
      case UInt8(ascii: "'"):
        throw SyntaxError(in: bytes, at: index, "strings are written in double quotes")
      case UInt8(ascii: "N"), UInt8(ascii: "I"):
        throw SyntaxError(in: bytes, at: index, "JSON knows neither NaN nor Infinity")
      default:
        break
      }
      index += 1
    }
    if members != parsedMembers { throw duplicate(bytes) }
    if !bytes.allSatisfy({ $0 < 0x80 }), String(validating: bytes, as: UTF8.self) == nil { throw notUnicode(bytes) }
  }

  /// Checks the string that opens at `start` and gives the index after its closing quote.
  private static func string(_ bytes: [UInt8], from start: Int) throws(SyntaxError) -> Int {
    var index = start + 1
    var null: Int?
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      if bytes[index] < 0x20 { throw SyntaxError(in: bytes, at: index, "unescaped control character in a string") }
      if bytes[index] == UInt8(ascii: "\\") {
        if bytes[(index + 1)...].starts(with: "u0000".utf8) { null = index }
        if let escaped = codeUnit(bytes, at: index), UTF16.isSurrogate(escaped) {
          let next = codeUnit(bytes, at: index + 6)
          guard UTF16.isLeadSurrogate(escaped), let next, UTF16.isTrailSurrogate(next) else {
            throw SyntaxError(in: bytes, at: index, "half of a surrogate pair is no character")
          }
          index += 6
        }
        index += 1
      }
      index += 1
    }
    if let null, isName(bytes, endingAt: index) { throw SyntaxError(in: bytes, at: null, "null byte in a member name") }
    return index + 1
  }

  /// The value of a `\\uXXXX` that begins at `index`; nil when there is none.
  private static func codeUnit(_ bytes: [UInt8], at index: Int) -> UInt16? {
    guard index + 6 <= bytes.count, bytes[index...].starts(with: #"\u"#.utf8) else { return nil }
    return UInt16(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16)
  }

  /// Names the first byte that is no UTF-8.
  private static func notUnicode(_ bytes: [UInt8]) -> SyntaxError {
    var parser = UTF8.ForwardParser()
    var input = bytes.makeIterator()
    var offset = 0
    while case .valid(let scalar) = parser.parseScalar(from: &input) { offset += scalar.count }
    return SyntaxError(in: bytes, at: offset, "invalid utf-8 string")
  }

  private static func isName(_ bytes: [UInt8], endingAt quote: Int) -> Bool {
    let space: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0d]
    return bytes[(quote + 1)...].first { !space.contains($0) } == UInt8(ascii: ":")
  }

  /// Checks the number that starts at `start` and gives the index after it.
  private static func number(_ bytes: [UInt8], from start: Int) throws(SyntaxError) -> Int {
    var index = start
    var isInteger = true
    let first = bytes[start] == UInt8(ascii: "-") ? start + 1 : start
    // json-c takes 00, and -01, which looks like another number than the one it is.
    if bytes[first...].starts(with: [UInt8(ascii: "0")]), bytes[(first + 1)...].first.map({ 0x30...0x39 ~= $0 }) == true {
      throw SyntaxError(in: bytes, at: start, "a number does not begin with 0")
    }
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"):
        break
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        isInteger = false
      case UInt8(ascii: "."):
        isInteger = false
        // json-c takes -.5 too.
        guard index > first else { throw SyntaxError(in: bytes, at: index, "digit expected before the decimal point") }
        guard index + 1 < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[index + 1] else {
          throw SyntaxError(in: bytes, at: index, "digit expected after the decimal point")
        }
      case UInt8(ascii: "I"):
        throw SyntaxError(in: bytes, at: index, "JSON knows neither NaN nor Infinity")
      default:
        try checkRange(bytes, start..<index, isInteger)
        return index
      }
      index += 1
    }
    try checkRange(bytes, start..<index, isInteger)
    return index
  }

  private static func checkRange(_ bytes: [UInt8], _ digits: Range<Int>, _ isInteger: Bool) throws(SyntaxError) {
    guard isInteger, digits.count >= 19 else { return }  // Int64.max has 19 digits
    let text = String(decoding: bytes[digits], as: UTF8.self)
    if Int64(text) == nil, UInt64(text) == nil {
      throw SyntaxError(in: bytes, at: digits.lowerBound, "the integer \(text.shortened) does not fit into 64 bits")
    }
  }

  /// Finds the first member name that its object already has; runs only when there is one.
  private static func duplicate(_ bytes: [UInt8]) -> SyntaxError {
    var names: [Set<ArraySlice<UInt8>>] = []
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): names.append([])
      case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = names.popLast()
      case UInt8(ascii: "\""):
        var end = index + 1
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
        let name = bytes[index...end]
        if isName(bytes, endingAt: end), !names.isEmpty, !names[names.count - 1].insert(name).inserted {
          return SyntaxError(in: bytes, at: index, "the member \(String(decoding: name, as: UTF8.self).shortened) is there twice")
        }
        index = end
      default: break
      }
      index += 1
    }
    // Two spellings of one name, "a" and "\u0061".
    return SyntaxError(line: 1, column: 1, "an object has two members of the same name, one of them written with escapes")
  }
}
