import Testing

@testable import JSON

/// The error the text is refused with, nil when it is accepted.
private func refusal(_ text: String) -> SyntaxError? { refusal(Array(text.utf8)) }

private func refusal(_ bytes: [UInt8]) -> SyntaxError? {
  do {
    _ = try Reader(parsing: bytes)
    return nil
  } catch {
    return error
  }
}

@Suite struct SyntaxTests {
  @Test(arguments: [
    (#"{"a" 1}"#, "1:6: object property name separator ':' expected"),
    ("{\n  \"a\": 1,\n  \"b\": }\n}", "3:8: unexpected character '}'"),
    ("{\n  \"é\": ?}", "2:8: unexpected character '?'"),
    (#"{"a":1,}"#, "1:8: unexpected character '}'"),
    (#"{a:1}"#, "1:2: quoted object property name expected"),
    (#"{"a":tru}"#, "1:9: boolean expected"),
    (#"{} x"#, "1:4: unexpected character 'x'"),
    ("{}\0", "1:3: unexpected bytes after the document's end"),
    (#"{"a":1"#, "1:7: unexpected end of the document"),
    ("", "1:1: unexpected end of the document"),
    ("  \n ", "2:2: unexpected end of the document"),
    ("/* c */ {}", "1:1: unexpected character '/'"),
    (#"{"a":"\q"}"#, "1:8: invalid string sequence"),
    ("{\"a\":\"x\ny\"}", "1:8: unescaped control character in a string"),
    (#"{'a':1}"#, "1:2: strings are written in double quotes"),
    (#"{"a":NaN}"#, "1:6: JSON knows neither NaN nor Infinity"),
    (#"{"a":Infinity}"#, "1:6: JSON knows neither NaN nor Infinity"),
    (#"{"a":-Infinity}"#, "1:7: JSON knows neither NaN nor Infinity"),
    (#"{"a":1.}"#, "1:7: digit expected after the decimal point"),
    (#"{"a":01}"#, "1:8: number expected"),
    (#"{"a":18446744073709551616}"#, "1:6: the integer 18446744073709551616 does not fit into 64 bits"),
    (#"{"a":-9223372036854775809}"#, "1:6: the integer -9223372036854775809 does not fit into 64 bits"),
    (#"{"a\u0000b":1}"#, "1:4: null byte in a member name"),
    (#"{"a":1,"b":{"a":2},"a":3}"#, #"1:20: the member "a" is there twice"#),
    (#"{"b":[{"x":1},{"x":1,"y":"{\"x\":","x":1}]}"#, #"1:36: the member "x" is there twice"#),
    (#"{"a":00}"#, "1:6: a number does not begin with 0"), (#"{"a":[-01]}"#, "1:7: a number does not begin with 0"),
    (#"{"a":00.5}"#, "1:6: a number does not begin with 0"),
    (#"{"a":-.5}"#, "1:7: digit expected before the decimal point"),
    (#"{"a":-}"#, "1:7: number expected"), (#"{"a":1e}"#, "1:8: number expected"),
    (#"{"a":+1}"#, "1:6: unexpected character '+'"),
    (#"{"a":"\ud800"}"#, "1:7: half of a surrogate pair is no character"),
    (#"{"a":1,"\u0061":2}"#, "1:1: an object has two members of the same name, one of them written with escapes"),
  ])
  func isRefused(_ text: String, _ complaint: String) {
    #expect(refusal(text)?.description == complaint)
  }

  @Test(arguments: [
    "{}", " {\"a\" : [ ] }\n", #"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}"#, #"{"a":"\\","b":"\":{}'NaN"}"#,
    #"{"a":18446744073709551615,"b":-9223372036854775808,"c":1.5e300,"d":-0,"e":0.5,"f":0e1,"g":-0.0}"#, #"{"a":"x\u0000y"}"#,
    #"{"":1}"#,
  ])
  func isAccepted(_ text: String) {
    #expect(refusal(text) == nil)
  }

  @Test func refusesNullBytesAnywhere() {
    for text in ["\0{}", "{\0}", "{\"a\0\":1}", "{\"a\":\"\0\"}", "{\"a\":1\0}", "{}\0"] {
      #expect(refusal(text) != nil, "\(text.debugDescription)")
    }
  }

  @Test func refusesBytesThatAreNotUTF8() {
    #expect(refusal([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])?.description == "1:3: invalid utf-8 string")
  }

  @Test func boundsDepth() {
    func nested(_ depth: Int) -> String {
      "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
    }
    #expect(refusal(nested(100)) == nil)
    #expect(refusal(nested(200))?.message == "nesting too deep")
  }

  @Test func theDeepestDocument() {
    func nested(_ depth: Int) -> String {
      "{\"a\":" + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
    }
    #expect(refusal(nested(128)) == nil)
    #expect(refusal(nested(129))?.message == "nesting too deep")
  }

  @Test func aRefusalIsShort() {
    let digits = String(repeating: "7", count: 100_000)
    #expect(refusal("{\"a\":\(digits)}")?.description.utf8.count ?? .max < 200)
    let name = String(repeating: "n", count: 100_000)
    #expect(refusal("{\"\(name)\":1,\"\(name)\":2}")?.description.utf8.count ?? .max < 200)
  }

  @Test func boundsSize() {
    let text = "{}" + String(repeating: " ", count: Reader.sizeLimit)
    #expect(refusal(text)?.message == "the document has 16777218 bytes, more than the 16777216 allowed")
  }
}
