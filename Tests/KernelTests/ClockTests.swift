import Kernel
import Testing

@Suite struct ClockTests {
  @Test(arguments: [
    (0, 0, "1970-01-01T00:00:00Z"), (951_782_399, 0, "2000-02-28T23:59:59Z"), (951_782_400, 5, "2000-02-29T00:00:00.000000005Z"),
    (951_868_800, 0, "2000-03-01T00:00:00Z"), (1_767_225_599, 120_000_000, "2025-12-31T23:59:59.12Z"),
    (4_107_542_400, 0, "2100-03-01T00:00:00Z"), (4_107_456_000, 0, "2100-02-28T00:00:00Z"),
  ])
  func aMomentIsWrittenInUTC(seconds: Int, nanoseconds: Int, text: String) {
    #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds).rfc3339 == text)
  }
}
