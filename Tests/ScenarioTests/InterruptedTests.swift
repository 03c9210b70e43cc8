import Foundation
import Testing

extension Scenarios {
  /// A runtime that is killed with SIGKILL can clean up nothing; what it leaves, `delete --force` clears.
  @Suite(.enabled(if: Runtime.isApus, "peers leave half-made containers that only their init notices"))
  struct Interrupted {
    /// From the first system calls of `create` to its end, which takes some 5 ms.
    @Test func deleteForceClearsWhatAKilledCreateLeft() throws {
      let bundle = try Bundle(["sleep", "100"])
      try bundle.write()
      var left = 0
      for step in 0..<40 {
        let runtime = try Runtime()
        let id = TemporaryDirectory.newID()
        try assertNothingLeft(by: runtime) {
          let create = try runtime.spawn(["create", "--bundle", bundle.path, id])
          usleep(UInt32(Double(step) * 250 * Host.patience))
          create.send(SIGKILL)
          _ = try create.wait()
          if File.exists("\(runtime.root)/\(id)") { left += 1 }
          expectSuccess(try runtime("delete", "--force", id))
          Orphans.reap()
        }
      }
      #expect(left > 0, "no create was caught half-way: the test has shown nothing")
    }

    /// A hook that never ends holds `create`; `delete --force` ends both.
    @Test(arguments: ["createContainer", "createRuntime"]) func deleteForceEndsACreateThatHangs(kind: String) throws {
      let bundle = try Bundle(["sleep", "100"])
      bundle.config["hooks", kind] = [["path": "/bin/sh", "args": ["sh", "-c", "exec sleep 1000"]]]
      try bundle.write()
      let runtime = try Runtime()
      let id = TemporaryDirectory.newID()
      try assertNothingLeft(by: runtime) {
        let create = try runtime.spawn(["create", "--bundle", bundle.path, id])
        try Harness.waitUntil("its cgroup has a process") { try runtime.status(id) == "creating" }
        expectSuccess(try runtime("delete", "--force", id))
        expectFailure(try create.wait())
        Orphans.reap()
      }
    }

    /// The lock: of two `start`s one runs the program, the other says why it does not.
    @Test func ofManyVerbsAtOnceNoneCorruptsAnything() throws {
      for _ in 0..<10 {
        let runtime = try Runtime()
        try withContainer(try Bundle(["sleep", "100"]), runtime: runtime) { container in
          let verbs = [["start"], ["start"], ["state"], ["kill"], ["delete", "--force"], ["list"], ["pause"]]
          let all = try verbs.map { try runtime.spawn($0 == ["list"] ? $0 : $0 + [container.id]) }
          for verb in all { #expect(try verb.wait().signal == nil) }
          expectSuccess(try runtime("delete", "--force", container.id))
        }
      }
    }
  }
}
