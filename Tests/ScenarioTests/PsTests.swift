import Foundation
import Testing

extension Scenarios {
  /// `ps [--format table|json] ID [ps options]`.
  @Suite struct Ps {
    /// A shell with two children.
    static func family() throws -> Bundle { try Bundle(shell: "sleep 1000 & sleep 1000 & echo ready; wait") }

    static func withFamily(_ body: (Container) throws -> Void) throws {
      try withRunningContainer(try family()) { container in
        try Harness.waitUntil("it has children") { container.stdout == "ready\n" }
        try body(container)
      }
    }

    static func pids(_ container: Container) throws -> [Int] {
      let outcome = try container.runtime("ps", "--format", "json", container.id)
      expectSuccess(outcome)
      return try #require(try Value(parsing: outcome.stdout).array, "\(outcome)").compactMap(\.int)
    }

    /// A directory with a `ps` of our own.
    static func psDirectory(_ script: String) throws -> TemporaryDirectory {
      let directory = try TemporaryDirectory()
      try File.write("#!/bin/sh\n\(script)\n", to: "\(directory.path)/ps", mode: 0o755)
      return directory
    }

    @Test(.disabled(if: Host.isLab, "procps does not work there")) func theTableIsWhatTheHostsPsSays() throws {
      if Runtime.isCrun { return }  // its table has the pids only
      try Self.withFamily { container in
        let outcome = try container.runtime("ps", container.id)
        expectSuccess(outcome)
        let lines = outcome.stdout.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let titles = try #require(lines.first)
        #expect(titles.first == "UID" && titles.last == "CMD", "\(outcome)")
        let column = try #require(titles.firstIndex(of: "PID"))
        #expect(Set(lines.dropFirst().map { $0[column] }) == Set(try Self.pids(container).map(String.init)))
        #expect(lines.count == 4 && outcome.stdout.contains("sleep 1000"))
      }
    }

    @Test func jsonIsTheHostsPids() throws {
      try Self.withFamily { container in
        let pids = try Self.pids(container)
        let first = Int(try container.pid)
        #expect(pids.count == 3 && pids.contains(first))
        let namespace = try container.namespace("pid")
        for pid in pids { #expect(File.link("/proc/\(pid)/ns/pid") == namespace) }
        #expect(try container.runtime("ps", "-f", "json", container.id).stdout.hasSuffix("]\n"))
      }
    }

    @Test(
      .disabled(if: Host.isLab, "procps does not work there"), .disabled(if: Runtime.isCrun, "crun takes no options for ps"),
      arguments: [["-o", "pid,comm"], ["-A", "-o", "user,pid,args"], ["axo", "pid,ppid,stat"]])
    func whatStandsBehindTheIDIsForPs(options: [String]) throws {
      try Self.withFamily { container in
        let options = options == ["-o", "pid,comm"] ? ["-A"] + options : options
        let outcome = try container.runtime.call(["ps", container.id] + options)
        expectSuccess(outcome)
        let lines = outcome.stdout.split(separator: "\n")
        #expect(lines.count == 4 && lines[0].contains("PID") && !lines[0].contains("UID"), "\(outcome)")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun does not ask ps")) func psIsFoundInPATH() throws {
      let directory = try Self.psDirectory(
        """
        echo "WHAT PID $*"
        echo "init $(cat $0.pid)"
        echo "other 1"
        echo
        """)
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        try File.write("\(try container.pid)", to: "\(directory.path)/ps.pid")
        let path = "/nowhere:\(directory.path):/usr/bin:/bin"
        for (options, shown) in [([], "-ef"), (["-x", "a b"], "-x a b"), (["--help"], "--help")] {
          let outcome = try container.runtime.spawn(["ps", container.id] + options, environment: ["PATH": path]).wait()
          expectSuccess(outcome)
          #expect(outcome.stdout == "WHAT PID \(shown)\ninit \(try container.pid)\n", "\(outcome)")
        }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun does not ask ps")) func withoutPsThereIsNoTable() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let outcome = try container.runtime("ps", container.id, environment: ["PATH": "/nowhere"])
        expectFailure(outcome, saying: "exec: \"ps\": executable file not found in $PATH")
        expectSuccess(try container.runtime("ps", "-f", "json", container.id, environment: ["PATH": "/nowhere"]))
      }
    }

    /// Who runs a container in some directory does not mean to run a program of that directory as root.
    @Test(.disabled(if: Runtime.isCrun, "crun does not ask ps"), arguments: [".", "", "sub/.."])
    func psIsNotTakenFromTheWorkingDirectory(path: String) throws {
      let directory = try Self.psDirectory("echo PID; touch \"$0.was-run\"")
      try File.makeDirectory("\(directory.path)/sub")
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        expectFailure(
          try container.runtime("ps", container.id, environment: ["PATH": "/nowhere:\(path)"], directory: directory.path))
        #expect(!File.exists("\(directory.path)/ps.was-run"))
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun does not ask ps")) func whatPsSaysOfItsFailureIsPassedOn() throws {
      let directory = try Self.psDirectory("echo 'bad option: x' >&2; exit 3")
      let nonsense = try Self.psDirectory("echo COMMAND; echo sleep")
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        expectFailure(
          try container.runtime("ps", container.id, environment: ["PATH": directory.path + ":/bin"]), saying: "exit status 3",
          "bad option: x")
        expectFailure(
          try container.runtime("ps", container.id, environment: ["PATH": nonsense.path + ":/bin"]),
          saying: "couldn't find PID field in ps output")
      }
    }

    @Test(
      .disabled(if: Runtime.isRunc && !Host.isPureV2, "runc here uses v1"), .enabled(if: Host.cgroupMount != nil, "no cgroup v2"))
    func processesOfCgroupsBelowAreListed() throws {
      try Self.withFamily { container in
        let before = try Self.pids(container).sorted()
        let below = Cgroup(absolute: "\(try Cgroup(of: container.pid).path.dropFirst((Host.cgroupMount ?? "").count))/below")
        try below.make()
        let moved = try #require(before.last)
        try below.write("\(moved)", to: "cgroup.procs")
        #expect(try Self.pids(container).sorted() == before)
        try below.write("1", to: "cgroup.kill")
        try Harness.waitUntil("it is gone") { below.read("cgroup.events").contains("populated 0") }
        below.remove()
      }
    }

    @Test func aCreatedContainerHasItsInit() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        let init1 = Int(try container.pid)
        #expect(try Self.pids(container) == [init1])
      }
    }

    @Test func aPausedContainerIsShown() throws {
      try Self.withFamily { container in
        expectSuccess(try container.runtime("pause", container.id))
        #expect(try Self.pids(container).count == 3)
        expectSuccess(try container.runtime("resume", container.id))
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "an error of crun")) func aStoppedContainerHasNoProcesses() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        let outcome = try container.runtime("ps", "-f", "json", container.id)
        expectSuccess(outcome)
        #expect(outcome.stdout == "null\n")
        if Host.isLab { return }  // procps does not work there
        let table = try container.runtime("ps", container.id)
        expectSuccess(table)
        #expect(table.stdout.split(separator: "\n").count == 1)
      }
    }

    @Test func anUnknownIDIsRefused() throws {
      expectUnknown(try Runtime()("ps", "nobody"))
    }

    @Test func anUnknownFormatIsRefused() throws {
      try withContainer(try Bundle()) { container in
        expectFailure(try container.runtime("ps", "-f", "yaml", container.id), saying: "format")
      }
    }
  }
}
