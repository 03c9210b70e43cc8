import Testing

@testable import Commands

@Suite struct ByteCountTests {
  static let sizes: [(String, Int64)] = [
    ("0", 0), ("4096", 4096), ("1b", 1), ("1k", 1024), ("1K", 1024), ("64m", 67_108_864), ("64MB", 67_108_864),
    ("64MiB", 67_108_864), ("1.5g", 1_610_612_736), ("2 g", 2_147_483_648), ("1t", 1_099_511_627_776),
    ("1p", 1_125_899_906_842_624), ("0.5k", 512), ("9007199254740992", 9_007_199_254_740_992),
  ]

  @Test("Sizes count in 1024s, whatever their unit is called", arguments: sizes)
  func size(text: String, bytes: Int64) { #expect(ByteCount.bytes(text) == bytes) }

  @Test(
    "What is no size",
    arguments: [
      "", "m", "-1", "-5m", "5x", "5mm", "5mbb", "5  m", "1.", ".5m", "1.2.3", "1e3", "99999999999p", "0x10", "inf", "5ib",
      "1\u{212a}",
    ])
  func noSize(text: String) { #expect(ByteCount.bytes(text) == nil) }
}
