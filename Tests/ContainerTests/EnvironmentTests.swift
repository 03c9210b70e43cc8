import Testing

@testable import Container

@Suite struct EnvironmentTests {
  @Test func aVariableIsFoundByItsBytes() {
    let environment = ["PATHS=/x", "PATH=\u{301}/bin", "PATH=/other", "E\u{301}=1"]
    #expect(Environment.value(of: "PATH", in: environment) == "\u{301}/bin")
    #expect(Environment.value(of: "HOME", in: environment) == nil)
    #expect(Environment.value(of: "\u{c9}", in: environment) == nil, "the same to the eye, and another name")
  }
}
