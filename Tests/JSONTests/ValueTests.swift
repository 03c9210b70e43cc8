import Testing

@testable import JSON

@Suite struct ValueTests {
  @Test func compactKeepsOrderAndSlashes() {
    let value: JSONValue = ["z": "/a/b", "a": [1, true, .null, "é\n\"\\"], "m": ["x": -1]]
    #expect(value.text(.compact) == #"{"z":"/a/b","a":[1,true,null,"é\n\"\\"],"m":{"x":-1}}"#)
  }

  @Test func prettyIndentsByTwo() {
    let value: JSONValue = ["a": "x", "b": [1, 2], "c": ["d": true]]
    #expect(
      value.text(.pretty) == """
        {
          "a": "x",
          "b": [
            1,
            2
          ],
          "c": {
            "d": true
          }
        }
        """)
  }

  @Test func numbersAreExact() {
    let value: JSONValue = .array([
      .unsigned(.max), .integer(.min), .unsigned(1 << 63), .double(0.1), .double(1.5e300), .double(.infinity),
    ])
    #expect(value.text(.compact) == "[18446744073709551615,-9223372036854775808,9223372036854775808,0.1,1.5e+300,null]")
  }

  @Test func mapsAreSorted() {
    #expect(JSONValue.map(["b": "2", "a": "1", "c": "3"]).text(.compact) == #"{"a":"1","b":"2","c":"3"}"#)
    #expect(JSONValue.strings(["b", "a"]).text(.compact) == #"["b","a"]"#)
  }

  @Test func nullBytesInsideTextsSurvive() {
    #expect(JSONValue.string("a\0b").text(.compact) == #""a\u0000b""#)
  }

  @Test func differentValuesDiffer() {
    let values: [JSONValue] = [
      .null, true, false, 1, .unsigned(1), .double(1), "1", [1], [1, 1], [:], ["a": 1], ["a": 2], ["b": 1],
    ]
    for (i, left) in values.enumerated() {
      for (j, right) in values.enumerated() { #expect((left == right) == (i == j)) }
    }
  }
}
