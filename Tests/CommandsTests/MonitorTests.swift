import JSON
import Kernel
import Testing

@testable import Commands
@testable import Container

private func event(_ kind: ContainerEvent.Kind) -> ContainerEvent {
  ContainerEvent(time: Timestamp(seconds: 0, nanoseconds: 500_000_000), id: "c1", root: "/r", pid: 7, kind: kind)
}

@Suite struct MonitorTests {
  @Test(
    "A line says what lxc-monitor says",
    arguments: [
      (.changed(.created), "'c1' changed state to [CREATED]"), (.changed(.deleted), "'c1' changed state to [DELETED]"),
      (.exited(.exited(code: 42), outOfMemory: nil), "'c1' exited with status [42]"),
      (.exited(.signaled(9), outOfMemory: nil), "'c1' exited with status [137]"),
      (.exited(nil, outOfMemory: nil), "'c1' exited with status [unknown]"),
    ] as [(ContainerEvent.Kind, String)])
  func text(kind: ContainerEvent.Kind, line: String) { #expect(event(kind).text == line) }

  @Test(
    "As JSON every line has the same members",
    arguments: [
      (.changed(.paused), #""event":"state","status":"paused","pid":7,"exitCode":null,"signal":null,"oom":null"#),
      (
        .exited(.exited(code: 0), outOfMemory: false),
        #""event":"exit","status":null,"pid":7,"exitCode":0,"signal":null,"oom":false"#
      ),
      (
        .exited(.signaled(9), outOfMemory: true),
        #""event":"exit","status":null,"pid":7,"exitCode":137,"signal":9,"oom":true"#
      ),
      (
        .exited(nil, outOfMemory: nil),
        #""event":"exit","status":null,"pid":7,"exitCode":null,"signal":null,"oom":null"#
      ),
    ] as [(ContainerEvent.Kind, String)])
  func json(kind: ContainerEvent.Kind, members: String) {
    #expect(
      event(kind).document.text(.compact) == #"{"time":"1970-01-01T00:00:00.5Z","id":"c1","root":"/r",\#(members)}"#)
  }
}
