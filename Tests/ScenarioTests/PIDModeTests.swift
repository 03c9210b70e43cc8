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

  /// `--network private|host|container:<id>`, an option of apus's own.
  @Suite(.enabled(if: Runtime.isApus, "only apus has --network")) struct NetworkMode {
    static func interfaces(_ text: String) -> Set<String> {
      Set(text.split(separator: "\n").dropFirst(2).compactMap { $0.split(separator: ":").first }.map { $0.filter { $0 != " " } })
    }

    @Test func privateHasALoopbackThatIsUpAndNothingElse() throws {
      let bundle = try Bundle(shell: "cat /proc/net/dev; ip addr show lo")
      bundle.dropNamespace("network")
      let text = try output(of: bundle, options: ["--network", "private"])
      #expect(text.contains("LOOPBACK,UP") && text.contains("inet 127.0.0.1/8"), "\(text)")
      // tunl0 and the like are in every namespace of a kernel that has such a module.
      #expect(!text.contains("eth0"), "\(text)")
    }

    @Test func hostHasTheHostsInterfaces() throws {
      let text = try output(of: try Bundle(["cat", "/proc/net/dev"]), options: ["--network", "host"])
      #expect(Self.interfaces(text) == Self.interfaces(File.text("/proc/net/dev")))
    }

    @Test func whoListensInOneIsReachedFromTheOther() throws {
      try withRunningContainer(try Bundle(["httpd", "-f", "-p", "127.0.0.1:4321", "-h", "/etc"])) { target in
        let line = "for i in 1 2 3 4 5 6 7 8 9; do wget -q -O - http://127.0.0.1:4321/group && exit; sleep 0.2; done; exit 1"
        let options = ["--network", "container:\(target.id)"]
        let text = try output(of: try Bundle(shell: line), options: options, runtime: target.runtime)
        #expect(text == File.text("\(target.bundle.rootfs)/etc/group"))
      }
    }

    /// Whoever joined keeps what it joined.
    @Test func theJoinerOutlivesTheTarget() throws {
      let runtime = try Runtime()
      try withRunningContainer(try Bundle(["sleep", "100"]), runtime: runtime) { target in
        let options = ["--network", "container:\(target.id)"]
        try withRunningContainer(try Bundle(["sleep", "100"]), runtime: runtime, options: options) { joiner in
          let namespace = try target.namespace("net")
          expectSuccess(try runtime("delete", "--force", target.id))
          #expect(try joiner.namespace("net") == namespace)
          let outcome = try joiner.exec(["ip", "addr", "show", "lo"])
          #expect(outcome.stdout.contains("LOOPBACK,UP"), "\(outcome)")
        }
      }
    }
  }

  /// `--uts private|host|container:<id>`, an option of apus's own. With another's namespace config.json's names would be
  /// another's: they are left out, and that is said.
  @Suite(.enabled(if: Runtime.isApus, "only apus has --uts")) struct UTSMode {
    static func bundle(_ name: String) throws -> Bundle {
      let bundle = try Bundle(shell: "hostname; cat /proc/sys/kernel/domainname")
      bundle.config["hostname"] = .string(name)
      bundle.config["domainname"] = "of-the-config"
      return bundle
    }

    private func expectWarnings(_ outcome: Outcome, _ mode: String) {
      expectSuccess(outcome)
      let lines = outcome.errorLines
      #expect(lines.count == 2, "\(outcome)")
      #expect(lines.first?.hasSuffix("hostname \"the-second\" of config.json is left out: --uts \(mode)") == true, "\(outcome)")
      #expect(lines.last?.hasSuffix("domainname \"of-the-config\" of config.json is left out: --uts \(mode)") == true)
    }

    @Test func privateHasTheNameOfTheConfiguration() throws {
      let bundle = try Self.bundle("the-second")
      bundle.config["linux.namespaces"] = .array((bundle.config["linux.namespaces"]?.array ?? []).filter { $0["type"] != "uts" })
      #expect(try output(of: bundle, options: ["--uts", "private"]) == "the-second\nof-the-config\n")
    }

    @Test func hostHasAndKeepsTheHostsName() throws {
      let before = File.text("/proc/sys/kernel/hostname") + File.text("/proc/sys/kernel/domainname")
      let outcome = try Runtime().run(try Self.bundle("the-second"), options: ["--uts", "host"])
      expectWarnings(outcome, "host")
      #expect(outcome.stdout == before)
      #expect(File.text("/proc/sys/kernel/hostname") + File.text("/proc/sys/kernel/domainname") == before)
    }

    @Test func containerHasTheNameOfTheOther() throws {
      let target = try Bundle(["sleep", "100"])
      target.config["hostname"] = "the-first"
      try withRunningContainer(target) { target in
        let mode = "container:\(target.id)"
        let outcome = try target.runtime.run(try Self.bundle("the-second"), options: ["--uts", mode])
        expectWarnings(outcome, mode)
        #expect(outcome.stdout.hasPrefix("the-first\n"), "\(outcome)")
        #expect(try target.exec(["hostname"]).stdout == "the-first\n")
      }
    }
  }
}
