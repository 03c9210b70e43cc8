import Container
import Kernel
import Testing

@testable import Commands

private let name = Flag("name", short: "n", .text("NAME"), help: "a text")
private let size = Flag("size", .number("N"), help: "a number")
private let quick = Flag("quick", short: "q", help: "a switch")
private let color = Flag("color", .choice("COLOR", ["red", "green"]), help: "a choice")
private let label = Flag("label", short: "l", .text("LABEL"), repeatable: true, help: "several texts")

private func parse(_ line: String, _ place: Verb.FlagPlace = .anywhere) throws -> (values: Values, operands: [String]) {
  var values = Values()
  let words = line.split(separator: " ").map { String($0) }
  let operands = try Parser(flags: [name, size, quick, color, label], flagPlace: place).parse(words, into: &values)
  return (values, operands)
}

@Suite struct ParserTests {
  @Test(
    "A value may stand in the same word or in the next, after one dash or two",
    arguments: [
      "--name v c1", "--name=v c1", "-name v c1", "-name=v c1", "-n v c1", "-n=v c1", "--n v c1", "c1 --name v", "c1 -n=v",
    ])
  func forms(line: String) throws {
    let result = try parse(line)
    #expect(result.values.text(name) == "v")
    #expect(result.operands == ["c1"])
  }

  @Test("A value may begin with a dash, be empty, or hold an equals sign")
  func oddValues() throws {
    #expect(try parse("--name -q").values.text(name) == "-q")
    #expect(try parse("--name=").values.text(name) == "")
    #expect(try parse("--name=a=b").values.text(name) == "a=b")
    #expect(try parse("--name -- c1").operands == ["c1"])
  }

  @Test(
    "A switch takes a value only in its own word",
    arguments: [
      ("--quick", true), ("-q", true), ("--quick=true", true), ("-q=1", true), ("--quick=T", true), ("--quick=false", false),
      ("--quick=0", false), ("--quick --quick=FALSE", false), ("c1", false),
    ])
  func switches(line: String, on: Bool) throws {
    #expect(try parse(line).values.isOn(quick) == on)
    #expect(try parse("--quick false").operands == ["false"])
  }

  @Test("The last one wins, unless each one counts")
  func repetition() throws {
    let result = try parse("--name a --label 1,2 --name b -l 3")
    #expect(result.values.text(name) == "b")
    #expect(result.values.texts(label) == ["1,2", "3"])
  }

  @Test("Two dashes end the flags, one dash is an operand")
  func ends() throws {
    #expect(try parse("a -- --name b --").operands == ["a", "--name", "b", "--"])
    #expect(try parse("- a").operands == ["-", "a"])
  }

  @Test("With flags before the operands only, everything from the first operand on is left alone")
  func stops() throws {
    let result = try parse("-q c1 -9 --name x -- y", .beforeOperands)
    #expect(result.values.isOn(quick))
    #expect(result.values.text(name) == nil)
    #expect(result.operands == ["c1", "-9", "--name", "x", "--", "y"])
  }

  @Test(
    "A mistake is named, with a hint where there is one",
    arguments: [
      ("--nane v", "flag provided but not defined: --nane (did you mean --name?)"),
      ("-qn v", "flag provided but not defined: --qn"),
      ("--zzzzz", "flag provided but not defined: --zzzzz"),
      ("--root /x", "flag provided but not defined: --root (--root is a global flag: it stands before the command)"),
      ("--name", "flag needs an argument: --name"),
      ("-n", "flag needs an argument: --name"),
      ("--quick=maybe", "invalid boolean value \"maybe\" for --quick (use true or false)"),
      ("--size x", "invalid value \"x\" for --size (a number from 0 up is needed)"),
      ("--size -1", "invalid value \"-1\" for --size (a number from 0 up is needed)"),
      ("--size=", "invalid value \"\" for --size (a number from 0 up is needed)"),
      ("--size 99999999999", "invalid value \"99999999999\" for --size (a number from 0 up is needed)"),
      ("--color blue", "invalid color: blue (use red or green)"),
      ("---name v", "bad flag syntax: ---name"),
      ("--=v", "bad flag syntax: --=v"),
    ])
  func mistakes(line: String, message: String) {
    let failure = #expect(throws: Failure.self) { try parse(line) }
    #expect(failure?.message == message)
  }

  @Test("What came before a mistake has been read")
  func untilMistake() {
    var values = Values()
    #expect(throws: Failure.self) {
      try Parser(flags: [name], flagPlace: .anywhere).parse(["--name", "v", "--x"], into: &values)
    }
    #expect(values.text(name) == "v")
  }

  @Test("Numbers are read as such")
  func numbers() throws {
    #expect(try parse("--size 12").values.number(size) == 12)
    #expect(try parse("").values.number(size) == nil)
  }

  @Test(
    "The nearest word is suggested, and nothing when none is near",
    arguments: [
      ("crate", "create"), ("strat", "start"), ("stat", "state"), ("feat", "features"), ("klil", "kill"), ("frobnicate", nil),
      ("mount", nil), ("x", nil),
    ])
  func suggestions(word: String, expected: String?) {
    let answer = suggestion(for: word, among: CommandTable.verbs.map(\.name))
    #expect(answer == expected.map { "did you mean \($0)?" })
  }

  @Test(
    "A path becomes absolute; only what the kernel would do with it too is resolved",
    arguments: [
      ("b", "/w/d/b"), (".", "/w/d"), ("./b/", "/w/d/b"), ("../b", "/w/b"), ("../../../b", "/b"), ("b/../c", "/w/d/b/../c"),
      ("./../b", "/w/b"), ("..", "/w"),
    ])
  func absolute(path: String, expected: String) throws {
    #expect(absolutePath(path, from: "/w/d") == expected)
    #expect(try absolutePath("//a/./b/../c/") == "/a/b/../c")
  }

  @Test("A slash, dash or equals sign with an accent after it is still one")
  func bytesCountNotCharacters() throws {
    #expect(try absolutePath("/\u{301}a") == "/\u{301}a")
    #expect(absolutePath("x/\u{301}a", from: "/w") == "/w/x/\u{301}a")
    #expect(absolutePath("../\u{301}a", from: "/w/d") == "/w/\u{301}a")
    #expect(try parse("--name=\u{338}v").values.text(name) == "\u{338}v")
    #expect(throws: Failure.self) { try parse("-\u{301}x") }
  }

  @Test("Nothing is like a word of any length, and that takes no time")
  func noSuggestionForLongWords() {
    #expect(suggestion(for: String(repeating: "x", count: 1_000_000), among: CommandTable.verbs.map(\.name)) == nil)
  }

  @Test(arguments: [("/", true), ("/a/..", true), ("/..", true), ("/a/../..", true), ("/a", false), ("/../a", false)])
  func rootDirectory(path: String, expected: Bool) { #expect(isRootDirectory(path) == expected) }
}
