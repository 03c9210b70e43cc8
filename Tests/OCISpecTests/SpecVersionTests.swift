import Testing

@testable import OCISpec

@Suite struct SpecVersionTests {
  @Test(arguments: [
    ("1.0.0", "1.0.0"), ("1.0.2-dev", "1.0.2"), ("1.3.0-rc.1+build.5", "1.3.0"), ("10.20.30", "10.20.30"), ("1.0.0+b", "1.0.0"),
  ])
  func reads(_ text: String, _ core: String) {
    #expect(SpecVersion(text)?.description == core)
  }

  @Test(arguments: [
    "", "1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.x", "1.0.0-", "1.0.0-a..b", "1.0.0-ü", "1.-1.0", "1.0.0+", " 1.0.0",
  ])
  func refuses(_ text: String) {
    #expect(SpecVersion(text) == nil)
  }

  @Test func compares() throws {
    let old = try #require(SpecVersion("1.0.9"))
    let new = try #require(SpecVersion("1.1.0"))
    #expect(old < new && !(new < old))
  }
}

@Suite struct NumberListTests {
  @Test(arguments: [
    ("0-3,7", [0...3, 7...7]), (" 1 , 2 - 4 ", [1...1, 2...4]), ("", []), ("  ", []), ("0", [0...0]),
  ])
  func reads(_ text: String, _ ranges: [ClosedRange<Int>]) {
    #expect(NumberList(text)?.ranges == ranges)
  }

  @Test(arguments: ["a", "3-1", "1-2-3", "-1", "1-", ",", "1 2", "0x1", "99999999", "1;2"])
  func refuses(_ text: String) {
    #expect(NumberList(text) == nil)
  }
}
