import Testing

@testable import Commands

@Suite struct DurationTests {
  static let durations: [(String, Int64)] = [
    ("5s", 5_000_000_000), ("1m30s", 90_000_000_000), ("500ms", 500_000_000), ("1.5h", 5_400_000_000_000), ("0", 0), ("0s", 0),
    ("-1s", -1_000_000_000), ("+2s", 2_000_000_000), ("1h0.5s", 3_600_500_000_000), (".5s", 500_000_000), ("1.s", 1_000_000_000),
    ("100us", 100_000), ("100µs", 100_000), ("7ns", 7), ("1h1m1s1ms", 3_661_001_000_000),
  ]

  @Test("Durations as Go's ParseDuration reads them", arguments: durations)
  func duration(text: String, nanoseconds: Int64) { #expect(GoDuration.nanoseconds(text) == nanoseconds) }

  @Test(
    "What is no duration",
    arguments: [
      "", "5", "s", "5x", "5 s", "-", "+", "1..5s", ".s", "5s ", "1e3s", "--5s", "5s3", "99999999999h", "٥s", "0x5s", "inf",
      "nans",
    ])
  func noDuration(text: String) { #expect(GoDuration.nanoseconds(text) == nil) }
}
