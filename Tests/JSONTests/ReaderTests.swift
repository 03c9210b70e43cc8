import Testing

@testable import JSON

private func reader(_ text: String) throws -> Reader { try Reader(parsing: Array(text.utf8)) }

private enum Color: String, CaseIterable { case red, green }

@Suite struct ReaderTests {
  @Test func readsEveryKindOfMember() throws {
    let reader = try reader(
      #"""
      {"text": "é\n/\ud83d\ude00", "yes": true, "no": false, "least": -9223372036854775808,
       "most": 18446744073709551615, "middle": 9223372036854775807, "above": 9223372036854775808, "list": ["a", "b"],
       "ids": [0, 4294967295], "color": "green", "colors": ["red"], "map": {"b": "2", "a": "1", "n": null},
       "object": {"x": 1}, "objects": [{"x": 1}, {"x": 2}], "objectMap": {"k": {"x": 3}}, "unknown": {"y": [1.5]}}
      """#)
    #expect(reader.string("text") == "é\n/😀")
    #expect(reader.flag("yes") == true)
    #expect(reader.flag("no") == false)
    #expect(reader.integer("least") == Int64.min)
    #expect(reader.integer("most") == UInt64.max)
    #expect(reader.integer("middle") == UInt64(Int64.max))
    #expect(reader.integer("above") == UInt64(Int64.max) + 1)
    #expect(reader.strings("list") == ["a", "b"])
    #expect(reader.integers("ids") == [UInt32.min, .max])
    #expect(reader.choice("color") == Color.green)
    #expect(reader.choices("colors") == [Color.red])
    #expect(reader.stringMap("map") == ["a": "1", "b": "2"])
    #expect(reader.object("object") { $0.integer("x") ?? 0 } == 1)
    #expect(reader.objects("objects") { $0.integer("x") ?? 0 } == [1, 2])
    #expect(reader.objectMap("objectMap") { $0.integer("x") ?? 0 } == ["k": 3])
    #expect(reader.problems == [])
  }

  @Test func absentAndNullAreTheSame() throws {
    let reader = try reader(#"{"a": null}"#)
    #expect(reader.string("a") == nil && reader.string("b") == nil)
    #expect(reader.strings("a") == [] && reader.optionalStrings("a") == nil)
    #expect(reader.stringMap("a") == [:])
    #expect(reader.problems == [])
    _ = reader.string("a", .required)
    _ = reader.flag("b", .required)
    #expect(reader.problems == [Problem("a", "is required", "add a string"), Problem("b", "is required", "add true or false")])
  }

  @Test func reportsEveryMistakeWithItsPath() throws {
    let reader = try reader(
      #"""
      {"a": {"b": [{"c": "64m"}, {"c": 1.5}, {"c": true}, {"c": -1}, {"c": 300}, {"c": 7}]}, "d": "blue", "e": [1, null],
       "f": {"x.y": {}}, "g": [], "h": "a\u0000b"}
      """#)
    let read: [UInt8]? = reader.object("a") { reader in
      reader.objects("b") { $0.integer("c") ?? 0 }
    }
    #expect(read == [0, 0, 0, 0, 0, 7])
    let color: Color? = reader.choice("d")
    #expect(color == nil)
    _ = reader.strings("e")
    _ = reader.stringMap("f")
    _ = reader.object("g") { _ in 0 }
    _ = reader.string("h")
    reader.report("i", "is odd", "make it even")
    #expect(
      reader.problems.map(\.description) == [
        #"a.b[0].c: is the string "64m", expected an integer from 0 to 255"#,
        "a.b[1].c: is the number 1.5, expected an integer from 0 to 255",
        "a.b[2].c: is true, expected an integer from 0 to 255",
        "a.b[3].c: -1 is out of range, expected 0 to 255",
        "a.b[4].c: 300 is out of range, expected 0 to 255",
        #"d: unknown value "blue", expected one of red, green"#,
        "e[0]: is the integer 1, expected a string",
        "e[1]: is null, expected a string",
        #"f["x.y"]: is an object, expected a string"#,
        "g: is an array, expected an object",
        "h: contains a null byte, remove it: no system call takes a text with one",
        "i: is odd, make it even",
      ])
  }

  @Test func keepsAMessageOnOneLine() throws {
    let long = String(repeating: "x", count: 200)
    let reader = try reader(#"{"a": "1\n2", "b": "\#(long)"}"#)
    let _: Int? = reader.integer("a")
    let _: Int? = reader.integer("b")
    #expect(reader.problems[0].message == #"is the string "1\n2""#)
    #expect(reader.problems[1].message.count < 130)
    let marks = String(repeating: "\u{301}", count: 100_000)
    let zeros = String(repeating: "0", count: 100_000)
    let accents = try Reader(parsing: Array(#"{"a": "e\#(marks)", "b": 1.\#(zeros)}"#.utf8))
    let _: Int? = accents.integer("a")
    let _: Int? = accents.integer("b")
    #expect(accents.problems.count == 2 && accents.problems.allSatisfy { $0.message.utf8.count < 1000 })
  }

  @Test func aNameInOtherCharactersIsNotLost() throws {
    // Two names of other bytes, which are one to Swift.
    let twins = #"{"\u00e9": "1", "e\u0301": "2"}"#
    let reader = try reader(#"{"a": \#(twins), "b": {"\u00e9": {}, "e\u0301": {}}}"#)
    _ = reader.stringMap("a")
    _ = reader.objectMap("b") { _ in 0 }
    #expect(
      reader.problems.map(\.message)
        == Array(repeating: "another member has the same name, composed of other characters", count: 2))
    #expect(reader.problems.allSatisfy { $0.path.utf8.starts(with: "a[".utf8) || $0.path.utf8.starts(with: "b[".utf8) })
  }

  @Test func aWordInOtherCharactersIsAnother() throws {
    enum Degree: String, CaseIterable { case kelvin = "K" }
    let reader = try reader(#"{"a": "K", "b": "\u212a"}"#)
    #expect(reader.choice("a") == Degree.kelvin)
    let sign: Degree? = reader.choice("b")
    #expect(sign == nil && reader.problems.map(\.path) == ["b"])
  }

  @Test func ofManyMistakesTheFirstAreTold() throws {
    let reader = try reader("{\"a\": [" + Array(repeating: "0", count: 300_000).joined(separator: ",") + "]}")
    _ = reader.strings("a")
    #expect(reader.problems.count == 101 && reader.problems.isCut)
    #expect(reader.problems[99].path == "a[99]")
    #expect(reader.problems[100] == Problem("", "there are more mistakes than these 100", "mend these first"))
  }

  @Test func whatNobodyAsksForIsFoundAmongMany() throws {
    let names = (0..<50_000).map { "\"n\($0)\": \"\"" }.joined(separator: ",")
    let reader = try Reader(parsing: Array("{\"map\": {\(names)}, \"other\": 1}".utf8), listsUnknown: true)
    #expect(reader.stringMap("map").count == 50_000)
    reader.finish()
    #expect(reader.unknown.map(\.path) == ["other"])
  }

  @Test(arguments: [("[]", "an array"), (#""x""#, #"the string "x""#)])
  func wantsAnObjectOutermost(_ text: String, _ found: String) throws {
    let reader = try reader(text)
    #expect(reader.problems == [Problem("", "is \(found)", "expected an object")])
    #expect(reader.string("a") == nil)
  }

  @Test func opaqueTextMayHoldNullBytes() throws {
    let reader = try reader(#"{"a": "x\u0000y", "m": {"k": "\u0000"}}"#)
    #expect(reader.opaqueString("a") == "x\0y")
    #expect(reader.stringMap("m", opaque: true) == ["k": "\0"])
    #expect(reader.problems == [])
  }
}
