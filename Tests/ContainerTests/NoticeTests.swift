import Foundation
import Kernel
import Testing

@testable import Container

@Suite struct NoticeTests {
  @Test(
    "A notice is read as it was written",
    arguments: [
      (.created(pid: 4_194_304, startTime: .max), ":created:4194304:18446744073709551615:c-1"), (.started, ":started:c-1"),
      (.paused, ":paused:c-1"), (.resumed, ":resumed:c-1"), (.exited(.exited(code: 255)), ":exited:255:c-1"),
      (.exited(.signaled(9)), ":killed:9:c-1"),
    ] as [(Notice, String)])
  func roundTrip(notice: Notice, name: String) throws {
    #expect(notice.fileName(of: "c-1") == name)
    let read = try #require(Notice.read(name))
    #expect(read.notice == notice && read.id == "c-1")
    #expect(Notice.isNotice(name))
  }

  @Test("No name of another file is taken for one", arguments: ["c1", ".cache", ":", ":started", ":look", ":created:x:1:c1", ""])
  func others(name: String) { #expect(Notice.read(name) == nil) }

  @Test("The longest ids there are get a notice that fits")
  func longest() {
    let id = String(repeating: "l", count: 255)
    #expect(Notice.created(pid: 1, startTime: 1).fileName(of: id) == Notice.look)
    #expect(Notice.started.fileName(of: String(repeating: "l", count: 246)).utf8.count == 255)
  }

  /// `run` tells how its program has ended, which nobody else may know, also when another has deleted the container first.
  @Test func itIsToldWhenTheDirectoryIsGone() throws {
    try withTemporaryDirectory { root in
      let directory = try StateDirectory.create(root: root, id: "c1")
      let inotify = try Inotify()
      let watched = try Descriptor.open(host: root, [.readOnly, .directory])
      _ = try inotify.add(watched, .created)
      try FileManager.default.removeItem(atPath: "\(root)/c1")
      var warnings: [String] = []
      directory.tell(.exited(.exited(code: 3))) { warnings.append($0) }
      #expect(warnings.isEmpty, "\(warnings)")
      #expect(try inotify.read().contains { Notice.read($0.name)?.notice == .exited(.exited(code: 3)) })
    }
  }
}
