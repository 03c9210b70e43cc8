import Foundation
import Testing

extension Scenarios {
  /// `--pid private|host|container:<id>`, an option of apus's own: whose processes a container sees and can signal.
  @Suite(.enabled(if: Runtime.isApus, "only apus has --pid")) struct PIDMode {
    /// A process that tells of the signal it gets, and the name it can be found by.
    static func listener() throws -> Bundle {
      try Bundle(shell: "trap 'echo got USR1' USR1; echo ready; while :; do sleep 0.02; done")
    }

    private func withPair(_ line: String, _ body: (_ target: Container, _ joiner: Container) throws -> Void) throws {
      try withRunningContainer(try Self.listener()) { target in
        try Harness.waitUntil("it listens") { target.stdout == "ready\n" }
        let options = ["--pid", "container:\(target.id)"]
        try withContainer(try Bundle(shell: line), runtime: target.runtime, options: options) { joiner in
          try joiner.start()
          try body(target, joiner)
        }
      }
    }

    @Test func eachSeesTheOther() throws {
      try withPair("sleep 1234 & ps -o pid,args; echo I am $$; echo looked; wait") { target, joiner in
        try Harness.waitUntil("it has looked") { joiner.stdout.hasSuffix("looked\n") }
        // /proc of the joiner shows the target's process 1, and the joiner is not that.
        #expect(joiner.stdout.contains("    1 sh -c trap"), "\(joiner.stdout)")
        #expect(!joiner.stdout.contains("I am 1\n"), "\(joiner.stdout)")
        let seen = try target.exec(["ps", "-o", "pid,args"])
        #expect(seen.stdout.contains("sleep 1234"), "\(seen)")
        // The host has other numbers for all of them, and the runtime knows whose is whose.
        let own = try joiner.runtime("ps", joiner.id, "-o", "pid,args")
        let pid = try joiner.pid
        #expect(own.stdout.contains("sleep 1234") && own.stdout.contains("\(pid) "), "\(own)")
        #expect(!own.stdout.contains("trap"), "\(own)")
      }
    }

    @Test func aSignalGoesAcross() throws {
      try withPair("kill -USR1 1 && echo sent; sleep 1000") { target, joiner in
        try Harness.waitUntil("it came") { target.stdout == "ready\ngot USR1\n" }
        #expect(joiner.stdout == "sent\n")
      }
    }

    @Test(arguments: [["kill", "%", "KILL"], ["kill", "--all", "%", "KILL"], ["delete", "--force", "%"]])
    func theJoinersEndLeavesTheTarget(words: [String]) throws {
      try withPair("sleep 1234 & echo ready; wait") { target, joiner in
        try Harness.waitUntil("it has a child") { joiner.stdout == "ready\n" }
        expectSuccess(try joiner.runtime.call(words.map { $0 == "%" ? joiner.id : $0 }))
        // Its child too, though it is of the target's pid namespace, where nothing ends with the joiner's first process.
        try Harness.waitUntil("its child is gone") {
          let seen = try target.exec(["ps", "-o", "args"])
          return !seen.stdout.contains("sleep 1234")
        }
        #expect(try target.status() == "running")
      }
    }

    @Test func aSignalToAllOfTheJoinerIsNotTheTargets() throws {
      let line = "trap 'echo got' USR1; (trap 'echo got' USR1; echo up; while :; do sleep 0.02; done) & echo up; wait; wait"
      try withPair(line) { target, joiner in
        try Harness.waitUntil("both listen") { joiner.stdout == "up\nup\n" }
        expectSuccess(try joiner.runtime("kill", "--all", joiner.id, "USR1"))
        try Harness.waitUntil("both got it") { joiner.stdout == "up\nup\ngot\ngot\n" }
        #expect(target.stdout == "ready\n")
      }
    }

    /// pid_namespaces(7): with its process 1 everything in the namespace ends.
    @Test func theTargetsEndIsTheJoiners() throws {
      try withPair("sleep 1000") { target, joiner in
        expectSuccess(try target.kill("KILL"))
        try joiner.waitUntil("stopped")
        expectSuccess(try joiner.runtime("delete", joiner.id))
      }
    }

    @Test func hostHasTheHostsNumbers() throws {
      let bundle = try Bundle(shell: "echo $$; ls -d /proc/\(getpid()); sleep 1234 & wait")
      try withRunningContainer(bundle, options: ["--pid", "host"]) { container in
        let pid = try container.pid
        try Harness.waitUntil("it has looked") { container.stdout == "\(pid)\n/proc/\(getpid())\n" }
        // No end of a first process ends the others.
        expectSuccess(try container.kill("KILL"))
        try container.waitUntil("stopped")
        try Harness.waitUntil("all are gone") {
          Orphans.reap(); return Orphans.descendants().isEmpty
        }
      }
    }

    /// A proc of a pid namespace belongs to the user namespace of that: the kernel lets no other mount one.
    @Test(arguments: ["host", "container"]) func aUserNamespaceMayNotMountTheProcOfAnother(mode: String) throws {
      try withContainer(try Bundle(["sleep", "100"])) { target in
        let mode = mode == "host" ? mode : "container:\(target.id)"
        let bundle = try UserNamespace.bundle("true")
        let outcome = try refusal(of: bundle, runtime: target.runtime, options: ["--pid", mode])
        #expect(outcome.message.contains("mounting proc on /proc"), "\(outcome)")
        #expect(outcome.message.contains("proc needs a pid namespace that belongs to the container's user namespace"))
      }
    }
  }
}
