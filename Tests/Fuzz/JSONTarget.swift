@testable import JSON

/// The reader of JSON beside the grammar: both take the same documents and read the same values out of them.
func fuzzJSON(_ bytes: [UInt8]) {
  compareSyntax(bytes)
  compareValues(bytes)
  roundTrip(String(decoding: bytes, as: UTF8.self))
}

private func compareSyntax(_ bytes: [UInt8]) {
  let grammar = Grammar.parse(bytes)
  do throws(SyntaxError) {
    let reader = try Reader(parsing: bytes)
    guard let grammar else { return require(false, "taken, and is not JSON") }
    require(grammar.depth <= 128, "taken, and is \(grammar.depth) levels deep")
    if case .object = grammar.value {
      require(reader.problems.isEmpty, "an object is refused: \(reader.problems)")
    } else {
      require(reader.problems.map(\.message).joined().hasPrefix("is "), "no object, and taken for one")
    }
  } catch {
    require(error.line >= 1 && error.column >= 1 && !error.message.isEmpty, "a refusal without a place: \(error)")
    require(error.message.utf8.count < 500, "a refusal of \(error.message.utf8.count) bytes")
    require(!error.message.utf8.contains { $0 < 0x20 }, "a refusal of several lines: \(error)")
    // Where the limit lies exactly, a unit test says.
    // To json-c a number or a word by itself may go on; no document of ours is one.
    guard let grammar, grammar.depth < 120, ["object", "array"].contains(grammar.value.kind) else { return }
    require(false, "JSON is refused: \(error)")
  }
}

/// Any value, read as a member of an object by each method that fits it.
private func compareValues(_ bytes: [UInt8]) {
  let document = Array(#"{"m":"#.utf8) + bytes + Array("}".utf8)
  guard let (value, _) = Grammar.parse(document), let wanted = value.member("m"), let reader = try? Reader(parsing: document)
  else {
    return
  }
  switch wanted {
  case .null: require(reader.string("m") == nil && reader.problems.isEmpty, "null is not taken as absent")
  case .boolean(let flag): require(reader.flag("m") == flag, "a flag is another one")
  case .integer(let number): require(reader.exactInteger("m", .optional, Int128.min...Int128.max) == number, "not \(number)")
  case .string(let units): require(reader.opaqueString("m").map { Array($0.utf16) } == units, "a text is another one")
  case .fraction:
    require((reader.integer("m") as Int64?) == nil && reader.problems.count == 1, "a fraction is taken for an integer")
  case .array(let elements): compare(elements, reader)
  case .object(let members): compare(members, reader)
  }
}

private func compare(_ elements: [Grammar], _ reader: Reader) {
  var numbers: [Int128] = []
  var texts: [[UInt16]] = []
  for element in elements {
    if case .integer(let number) = element { numbers.append(number) }
    if case .string(let units) = element { texts.append(units) }
  }
  if numbers.count == elements.count { require(reader.exactIntegers("m", .min ... .max) == numbers, "not \(numbers)") }
  if texts.count == elements.count, !texts.joined().contains(0) {
    require(reader.strings("m").map { Array($0.utf16) } == texts, "texts are others")
  }
}

private func compare(_ members: [(name: [UInt16], value: Grammar)], _ reader: Reader) {
  var wanted: [[UInt16]: [UInt16]] = [:]
  for (name, value) in members {
    guard case .string(let units) = value else { return }
    wanted[name] = units
  }
  let read = reader.stringMap("m", opaque: true)
  if !reader.problems.isEmpty { return require(hasTwins(members.map(\.name)), "a map of texts is refused: \(reader.problems)") }
  var found: [[UInt16]: [UInt16]] = [:]
  for (name, text) in read { found[Array(name.utf16)] = Array(text.utf16) }
  require(found == wanted, "a map of texts is another one")
}

/// Whether two of the names are one to Swift, as `é` in one character and in two.
private func hasTwins(_ names: [[UInt16]]) -> Bool {
  Set(names.map { String(decoding: $0, as: UTF16.self) }).count < names.count
}

private func roundTrip(_ text: String) {
  for layout in [JSONValue.Layout.compact, .pretty] {
    let written = JSONValue.object([("m", .string(text)), ("k", .strings([text, text])), ("n", .unsigned(.max))]).text(layout)
    guard let reader = try? Reader(parsing: Array(written.utf8)) else { return require(false, "what was written cannot be read") }
    require(reader.opaqueString("m").map { Array($0.utf8) } == Array(text.utf8), "written and read, a text is another one")
  }
}
