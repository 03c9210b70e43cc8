import Testing

@testable import Kernel

@Suite struct RegularExpressionTests {
  @Test(
    "The whole text must match",
    arguments: [
      ("web", "web", true), ("web", "web1", false), ("web", "aweb", false), ("web|db", "db", true), ("web|db", "webdb", false),
      ("web.*|db", "web-1", true), ("a|ab", "ab", true), ("ab|a", "a", true), ("(a|ab)(c|bcd)", "abcd", true),
      ("[0-9]+", "42", true),
      ("[0-9]+", "42x", false), ("^c1$", "c1", true), ("c\\.1", "c.1", true), ("c\\.1", "cx1", false), ("", "", true),
      ("", "x", false),
      (".*", "", true), (".{3}", "abc", true), (".{3}", "abcd", false),
    ])
  func whole(pattern: String, text: String, matches: Bool) throws {
    #expect(try RegularExpression(pattern).matchesWhole(text) == matches)
  }

  @Test(
    "A part of the text is enough",
    arguments: [
      ("web", "aweb1", true), ("^web", "aweb", false), ("web$", "aweb", true), ("^web$", "web1", false), ("x|b", "web", true),
      ("", "x", true), ("c.1", "ac-1", true), ("[0-9]{2}", "c1", false),
    ])
  func part(pattern: String, text: String, matches: Bool) throws {
    #expect(try RegularExpression(pattern).matchesPart(of: text) == matches)
  }

  @Test("What is no regular expression is refused by name", arguments: ["(", "[a", "a{2", "*a\\", "a)|(b"])
  func wrong(pattern: String) {
    let failure = #expect(throws: Failure.self) { try RegularExpression(pattern) }
    #expect(failure?.message.contains("invalid regular expression \"\(pattern)\": ") == true, "\(failure?.message ?? "")")
    #expect(failure?.hint != nil)
  }
}
