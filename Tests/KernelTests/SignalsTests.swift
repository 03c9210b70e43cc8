import Testing

@testable import Kernel

@Suite struct SignalsTests {
  @Test(arguments: [
    ("KILL", 9), ("sigkill", 9), ("SIGRTMIN", 34), ("rtmin+1", 35), ("SIGRTMAX-2", 62), ("RTMIN+30", 64), ("0", 0), ("64", 64),
  ])
  func number(text: String, number: CInt) { #expect(Signals.number(of: text) == number) }

  @Test(
    "Digits and the letters of a name, and nothing that only looks or counts like them",
    arguments: [
      "", "SIG", "65", "-9", "+9", "9 ", "SIG9", "KIL", "RTMIN+31", "RTMIN+-0", "RTMIN++1", "RTMAX-+1", "RTMIN-1", "RTMIN+",
      "k\u{131}ll", "\u{17f}igkill", "\u{212a}ILL",
    ])
  func noSignal(text: String) { #expect(Signals.number(of: text) == nil) }
}
