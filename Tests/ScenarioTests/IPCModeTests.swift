import Foundation
import Testing

extension Scenarios {
  /// `--ipc private|host|container:<id>`, an option of apus's own: the namespace together with the /dev/shm and
  /// /dev/mqueue that belong to it. What it has in common with the other modes: `NamespaceModeTests`.
  @Suite(.enabled(if: Runtime.isApus, "only apus has --ipc")) struct IPCMode {
    static let hostNamespace = File.link("/proc/self/ns/ipc")

    /// config.json with or without an ipc namespace.
    static func bundle(_ line: String = "sleep 100", ipcNamespace: Bool = true) throws -> Bundle {
      let bundle = try Bundle(shell: line)
      if !ipcNamespace {
        let namespaces = bundle.config["linux.namespaces"]?.array ?? []
        bundle.config["linux.namespaces"] = .array(namespaces.filter { $0["type"] != "ipc" })
      }
      return bundle
    }

    /// A file in the host's /dev/shm for as long as `body` runs.
    private func withHostFile(_ body: (String) throws -> Void) throws {
      let name = "\(TemporaryDirectory.newID())-shm"
      try File.write("of the host", to: "/dev/shm/\(name)")
      defer { unlink("/dev/shm/\(name)") }
      try body(name)
    }

    @Test(arguments: [true, false])
    func privateIsANewOneWhateverTheConfigurationSays(ipcNamespace: Bool) throws {
      try withHostFile { name in
        let bundle = try Self.bundle(
          "ls -A /dev/shm /dev/mqueue; tail -n +2 /proc/sysvipc/shm | wc -l; sleep 100", ipcNamespace: ipcNamespace)
        try withContainer(bundle, options: ["--ipc", "private"]) { container in
          let namespace = try container.namespace("ipc")
          #expect(namespace != Self.hostNamespace && !namespace.isEmpty)
          try container.start()
          try Harness.waitUntil("it has looked") { container.stdout.hasSuffix("0\n") }
          #expect(container.stdout == "/dev/mqueue:\n\n/dev/shm:\n0\n")
        }
      }
    }

    @Test(arguments: [true, false])
    func hostIsTheHostsWithItsFiles(ipcNamespace: Bool) throws {
      try withHostFile { name in
        let bundle = try Self.bundle(
          "cat /dev/shm/\(name); echo of the container > /dev/shm/\(name).new; echo; echo done; sleep 100",
          ipcNamespace: ipcNamespace)
        defer { unlink("/dev/shm/\(name).new") }
        try withContainer(bundle, options: ["--ipc=host"]) { container in
          #expect(try container.namespace("ipc") == Self.hostNamespace)
          try container.start()
          try Harness.waitUntil("it is done") { container.stdout.hasSuffix("done\n") }
          #expect(container.stdout == "of the host\ndone\n")
          #expect(File.text("/dev/shm/\(name).new") == "of the container\n")
          unlink("/dev/shm/\(name).new")
        }
      }
    }

    @Test(.enabled(if: Host.has(program: "ipcmk"), "makes a segment with ipcmk"))
    func aSegmentOfTheHostIsSeenOnlyThere() throws {
      let made = try Spawned.run(["ipcmk", "-M", "4096"])
      let segment = try #require(made.stdout.split(separator: " ").last?.trimmingCharacters(in: .whitespacesAndNewlines))
      defer { _ = try? Spawned.run(["ipcrm", "-m", segment]) }  // the last thing this test does
      for (mode, seen) in [("host", true), ("private", false)] {
        let outcome = try Runtime().run(try Bundle(["cat", "/proc/sysvipc/shm"]), options: ["--ipc", mode])
        expectSuccess(outcome)
        let ids = outcome.stdout.split(separator: "\n").compactMap { $0.split(separator: " ").dropFirst().first }
        #expect(ids.contains(segment[...]) == seen, "\(mode): \(outcome)")
      }
    }

    @Test(arguments: [true, false])
    func containerIsTheOthersWithItsFiles(ipcNamespace: Bool) throws {
      let target = try Self.bundle("echo of the target > /dev/shm/a; touch /dev/mqueue/queue; echo ready; sleep 100")
      try withRunningContainer(target) { target in
        try Harness.waitUntil("it is ready") { target.stdout == "ready\n" }
        let bundle = try Self.bundle(
          "cat /dev/shm/a; ls /dev/mqueue; echo of the joiner > /dev/shm/b; echo done; sleep 100", ipcNamespace: ipcNamespace)
        try withContainer(bundle, runtime: target.runtime, options: ["--ipc", "container:\(target.id)"]) { joiner in
          #expect(try joiner.namespace("ipc") == target.namespace("ipc"))
          #expect(try joiner.namespace("ipc") != Self.hostNamespace)
          try joiner.start()
          try Harness.waitUntil("it is done") { joiner.stdout.hasSuffix("done\n") }
          #expect(joiner.stdout == "of the target\nqueue\ndone\n")
          #expect(try target.text("/dev/shm/b") == "of the joiner\n")
        }
      }
    }

    /// Whoever joined keeps what it joined.
    @Test func theJoinerOutlivesTheTarget() throws {
      let runtime = try Runtime()
      let target = try Self.bundle("echo of the target > /dev/shm/a; echo ready; sleep 100")
      try withRunningContainer(target, runtime: runtime) { target in
        try Harness.waitUntil("it is ready") { target.stdout == "ready\n" }
        let bundle = try Self.bundle("read go; cat /dev/shm/a; echo done; sleep 100")
        let pipe = try Spawned.makePipe()
        defer { close(pipe.read) }
        let options = ["--ipc", "container:\(target.id)"]
        try withContainer(bundle, runtime: runtime, options: options, input: .descriptor(pipe.read)) { joiner in
          try joiner.start()
          expectSuccess(try runtime("delete", "--force", target.id))
          #expect(write(pipe.write, "\n", 1) == 1)
          close(pipe.write)
          try Harness.waitUntil("it is done") { joiner.stdout.hasSuffix("done\n") }
          #expect(joiner.stdout == "of the target\ndone\n")
        }
      }
    }

    /// The other way round: deleting the joiner takes nothing from the target.
    @Test func theTargetOutlivesTheJoiner() throws {
      let runtime = try Runtime()
      let target = try Self.bundle("echo of the target > /dev/shm/a; echo ready; sleep 100")
      try withRunningContainer(target, runtime: runtime) { target in
        try Harness.waitUntil("it is ready") { target.stdout == "ready\n" }
        let outcome = try runtime.run(
          try Bundle(["cat", "/dev/shm/a"]), options: ["--ipc", "container:\(target.id)"])
        #expect(outcome.stdout == "of the target\n", "\(outcome)")
        #expect(try target.text("/dev/shm/a") == "of the target\n")
      }
    }
  }
}
