import Kernel

/// Reads the text of a value; see `TextValue.swift`.
struct TextReader {
  private var text: Substring.UnicodeScalarView
  private var depth = 0

  private static let typeNames: [String: ValueType] = [
    "boolean": .boolean, "byte": .byte, "int16": .int16, "uint16": .uint16, "int32": .int32, "uint32": .uint32,
    "handle": .handle, "int64": .int64, "uint64": .uint64, "double": .double, "string": .string, "objectpath": .objectPath,
    "signature": .signature,
  ]

  init(_ text: String) { self.text = text[...].unicodeScalars }

  var rest: String { String(text.prefix(40)) }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return text.isEmpty
    }
  }

  private mutating func skipSpace() {
    while let next = text.first, next == " " || next == "\t" || next == "\n" { text.removeFirst() }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard text.first == scalar else { return false }
    text.removeFirst()
    return true
  }

  private mutating func demand(_ scalar: Unicode.Scalar) throws(Failure) {
    if !take(scalar) { throw Failure("expected \"\(scalar)\" at: \(rest)") }
  }

  mutating func value() throws(Failure) -> TextValue {
    depth += 1
    defer { depth -= 1 }
    guard depth <= ValueType.deepest else { throw Failure("values are nested too deeply") }
    skipSpace()
    guard let next = text.first else { throw Failure("a value is missing") }
    switch next {
    case "'", "\"": return .string(try quoted())
    case "[": return .array(try list("[", "]"))
    case "(": return .structure(try structure())
    case "{": return .dictionary(try dictionary())
    case "<":
      text.removeFirst()
      let inner = try value()
      try demand(">")
      return .variant(inner)
    case "@":
      text.removeFirst()
      let type = try ValueType(word { $0 != " " })
      return .typed(type, try value())
    case "b" where text.dropFirst().first == "'" || text.dropFirst().first == "\"":
      text.removeFirst()
      return .bytes(Array(try quoted().utf8))
    case "0"..."9", "-", "+", ".": return .number(word(TextReader.isOfNumber))
    default: return try named()
    }
  }

  private static func isOfNumber(_ scalar: Unicode.Scalar) -> Bool {
    isOfName(scalar) || scalar == "-" || scalar == "+" || scalar == "."
  }

  private static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && isLetterOrDigit(UInt8(truncatingIfNeeded: scalar.value))
  }

  private mutating func word(_ belongs: (Unicode.Scalar) -> Bool) -> String {
    let word = text.prefix(while: belongs)
    text = text.dropFirst(word.count)
    return String(word)
  }

  private mutating func named() throws(Failure) -> TextValue {
    let start = rest
    switch word(TextReader.isOfName) {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case let name:
      guard let type = TextReader.typeNames[name] else { throw Failure("no value begins so: \(start)") }
      return .typed(type, try value())
    }
  }

  // MARK: Containers

  private mutating func list(_ open: Unicode.Scalar, _ close: Unicode.Scalar) throws(Failure) -> [TextValue] {
    try demand(open)
    var values: [TextValue] = []
    if take(close) { return values }
    repeat {
      // `(1,)` is a structure of one.
      if open == "(", values.count == 1, take(close) { return values }
      values.append(try value())
    } while take(",")
    try demand(close)
    return values
  }

  private mutating func structure() throws(Failure) -> [TextValue] {
    let values = try list("(", ")")
    if values.isEmpty { throw Failure("D-Bus has no structure without members") }
    return values
  }

  private mutating func dictionary() throws(Failure) -> [(key: TextValue, value: TextValue)] {
    try demand("{")
    var entries: [(key: TextValue, value: TextValue)] = []
    if take("}") { return entries }
    repeat {
      let key = try value()
      try demand(":")
      entries.append((key, try value()))
    } while take(",")
    try demand("}")
    return entries
  }

  // MARK: Text

  private mutating func quoted() throws(Failure) -> String {
    let quote = text.removeFirst()
    var result = String.UnicodeScalarView()
    while let next = text.popFirst() {
      if next == quote { return String(result) }
      result.append(next == "\\" ? try escaped() : next)
    }
    throw Failure("a text does not end")
  }

  private mutating func escaped() throws(Failure) -> Unicode.Scalar {
    guard let letter = text.popFirst() else { throw Failure("a text does not end") }
    switch letter {
    case "a": return "\u{7}"
    case "b": return "\u{8}"
    case "f": return "\u{c}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{b}"
    case "u", "U":
      let digits = String(text.prefix(letter == "u" ? 4 : 8))
      text = text.dropFirst(digits.unicodeScalars.count)
      guard digits.count == (letter == "u" ? 4 : 8), let number = UInt32(digits, radix: 16), number != 0,
        let scalar = Unicode.Scalar(number)
      else { throw Failure("\\\(letter)\(digits) is no character") }
      return scalar
    default: return letter
    }
  }
}
