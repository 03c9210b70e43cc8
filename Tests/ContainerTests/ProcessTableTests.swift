import Kernel
import Testing

@testable import Container

@Suite struct ProcessTableTests {
  private func refusal(_ text: String) -> String {
    do { return try ProcessTable.filter(text, [1]) } catch { return error.message }
  }

  @Test func theTitlesAndTheContainersLinesStay() throws {
    let text = """
      UID          PID    PPID  C STIME TTY          TIME CMD
      root           1       0  0 10:00 ?        00:00:01 init 12
      root          12       1  0 10:00 ?        00:00:00 sleep 100

      root         120       1  0 10:00 ?        00:00:00 sh -c 12

      """
    #expect(
      try ProcessTable.filter(text, [12, 120]) == """
        UID          PID    PPID  C STIME TTY          TIME CMD
        root          12       1  0 10:00 ?        00:00:00 sleep 100
        root         120       1  0 10:00 ?        00:00:00 sh -c 12

        """)
    #expect(try ProcessTable.filter("PID\n1\n2\n", []) == "PID\n")
  }

  @Test func withoutPIDNothingCanBeTold() {
    #expect(refusal("COMMAND\nsleep\n").hasPrefix("couldn't find PID field in ps output"))
    #expect(refusal("").hasPrefix("couldn't find PID field in ps output"))
    #expect(refusal("CMD PID\nsleep 100 12\nx 5\n") == "CMD PID\n")
    #expect(refusal("CMD PID\na b 12\n").hasPrefix("unable to parse pid in ps output: a b 12"))
  }
}
