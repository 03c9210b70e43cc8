import Foundation
import Testing

/// A container that runs until it is deleted, for others to join.
@discardableResult
func withSleeper<R>(
  _ given: Bundle? = nil, sourceLocation: SourceLocation = #_sourceLocation, _ body: (Container) throws -> R
) throws -> R {
  let bundle = try given ?? Bundle()
  bundle.config["process.args"] = ["sleep", "1000"]
  return try withRunningContainer(bundle, sourceLocation: sourceLocation, body)
}

extension Container {
  /// What a line of shell in the container writes.
  func output(
    ofShell line: String, options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let outcome = try exec(["sh", "-c", line], options: options)
    expectSuccess(outcome, sourceLocation: sourceLocation)
    return outcome.stdout
  }

  /// Kills a detached process. It is ours to bury: until then the kernel keeps the end of its pid namespace waiting.
  func endJoined(_ pid: pid_t) throws {
    Glibc.kill(pid, SIGKILL)
    try Harness.waitUntil("process \(pid) is gone") {
      Orphans.reap()
      return !File.exists("/proc/\(pid)")
    }
  }

  /// The container's own process with other members, as a document for `exec --process`.
  func processFile(_ change: (inout Value) -> Void = { _ in }) throws -> String {
    var process = try #require(bundle.config["process"])
    change(&process)
    let path = "\(bundle.directory.path)/process-\(UUID().uuidString).json"
    try File.write(try process.text, to: path)
    return path
  }
}

extension Scenarios {
  /// `exec ID COMMAND`: one more process in a running container.
  @Suite struct Exec {
    @Test func theStatusIsTheProcesss() throws {
      try withSleeper { container throws in
        for status in [0, 1, 42, 126, 255] {
          let outcome = try container.exec(["sh", "-c", "exit \(status)"])
          #expect(outcome.status == Int32(status) && outcome.stderr == "", "\(outcome)")
        }
        for (signal, number) in [("KILL", 9), ("TERM", 15), ("SEGV", 11)] {
          let outcome = try container.exec(["sh", "-c", "kill -\(signal) $$"])
          #expect(outcome.status == 128 + Int32(number) && outcome.signal == nil && outcome.stderr == "", "\(outcome)")
        }
        #expect(try container.status() == "running")
      }
    }

    @Test func theStreamsAreTheCallers() throws {
      try withSleeper { container throws in
        let outcome = try container.exec(["sh", "-c", "cat; echo to stderr >&2"], input: .text("one\ntwo\n"))
        expectSuccess(outcome)
        #expect(outcome.stdout == "one\ntwo\n" && outcome.stderr == "to stderr\n")
      }
    }

    /// Whatever follows the container is the command's, with a dash or without.
    @Test func flagsOfTheCommandAreItsOwn() throws {
      try withSleeper { container throws in
        #expect(try container.exec(["echo", "-e", "--cwd", "x"]).stdout == "--cwd x\n")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 leaves groups and umask out")) func itHasWhatTheContainersProcessHas() throws {
      let bundle = try Bundle()
      bundle.config.append("process.env", value: "OF=config")
      bundle.config["process.cwd"] = "/tmp"
      bundle.config["process.user"] = ["uid": 7, "gid": 8, "additionalGids": [9, 10], "umask": 0o27]
      // Go raises the soft limit of its own processes to the hard one; of runc 1.1's, now and then, for good.
      let soft = Runtime.isOldRunc ? 456 : 123
      bundle.config["process.rlimits"] = [["type": "RLIMIT_NOFILE", "soft": Value(soft), "hard": 456]]
      try withSleeper(bundle) { container throws in
        let seen = try container.output(
          ofShell: "echo $OF; pwd; id -u; id -g; id -G; ulimit -Sn; ulimit -Hn; grep NoNewPrivs: /proc/self/status")
        #expect(seen == "config\n/tmp\n7\n8\n8 9 10\n\(soft)\n456\nNoNewPrivs:\t1\n")
        if !Runtime.isOldRunc { #expect(try container.output(ofShell: "umask") == "0027\n") }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 takes one --env")) func flagsChangeIt() throws {
      try withSleeper { container throws in
        #expect(try container.output(ofShell: "pwd", options: ["--cwd", "/tmp"]) == "/tmp\n")
        #expect(
          try container.output(ofShell: "echo $A $B $TERM", options: ["--env", "A=1", "--env", "B=x,y", "--env=TERM=dumb"])
            == "1 x,y dumb\n")
        #expect(try container.output(ofShell: "id -u; id -g", options: ["-u", "1000:2000"]) == "1000\n2000\n")
        #expect(try container.output(ofShell: "id -u; id -g", options: ["--user=12"]) == "12\n0\n")
        #expect(try container.output(ofShell: "echo $HOME", options: ["--user=1000"]) == "/home\n")
        #expect(try container.output(ofShell: "id -G", options: ["-g", "7", "-g", "8"]) == "0 7 8\n")
        #expect(try container.exec(["pwd"], options: ["--cwd", "/no/such/place"]).status == 255)
      }
    }

    /// Not one more process than the one that was asked for is left, and its parent is whoever called.
    @Test func detachReturnsWhileItRuns() throws {
      try withSleeper { container throws in
        let file = "\(container.bundle.directory.path)/exec.pid"
        let outcome = try container.exec(["sleep", "500"], options: ["--detach", "--pid-file", file])
        expectSuccess(outcome)
        let pid = try #require(pid_t(File.text(file)))
        #expect(File.text(file) == "\(pid)")
        // Peers may be back before that.
        if Runtime.isApus { #expect(File.text("/proc/\(pid)/cmdline") == "sleep\0" + "500\0") }
        try container.endJoined(pid)
      }
    }

    @Test(arguments: [("TERM", SIGTERM), ("INT", SIGINT), ("HUP", SIGHUP), ("USR1", SIGUSR1)])
    func signalsAreForwarded(name: String, number: Int32) throws {
      try withSleeper { container throws in
        let line = "trap 'echo got \(name); exit 7' \(name); echo ready; while :; do sleep 0.02; done"
        let exec = try container.runtime.spawn(["exec", container.id, "sh", "-c", line])
        try Harness.waitUntil("it listens") { exec.stdout == "ready\n" }
        exec.send(number)
        let outcome = try exec.wait()
        #expect(outcome.stdout == "ready\ngot \(name)\n" && outcome.status == 7, "\(outcome)")
      }
    }

    @Test func preservedDescriptorsArriveAndOthersDoNot() throws {
      try withSleeper { container throws in
        let path = "\(container.bundle.directory.path)/three"
        try File.write("three", to: path)
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        let one = try container.exec(
          ["sh", "-c", "cat <&3; echo; ls /proc/self/fd"], options: ["--preserve-fds", "1"],
          descriptors: [3: file, 4: file, 9: file])
        #expect(one.stdout == "three\n0\n1\n2\n3\n4\n", "\(one)")
        let none = try container.exec(["ls", "/proc/self/fd"], descriptors: [3: file, 9: file])
        #expect(none.stdout == "0\n1\n2\n3\n", "\(none)")
      }
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "older peers pass on what is there"))
    func aMissingPreservedDescriptorIsRefused() throws {
      try withSleeper { container throws in
        let outcome = try container.exec(["true"], options: ["--preserve-fds", "2"])
        #expect(outcome.status != 0)
        expectApusSays("descriptor 3 is to be passed on but is not open", outcome)
      }
    }
  }

  /// `exec --process FILE`, which every engine uses.
  @Suite struct ExecProcess {
    @Test func allOfItComesFromTheFile() throws {
      try withSleeper { container throws in
        let file = try container.processFile {
          $0["args"] = ["sh", "-c", "echo $A; pwd; id -u; id -G; ulimit -Sn; grep NoNewPrivs: /proc/self/status"]
          $0["env"] = ["A=file", "PATH=/bin"]
          $0["cwd"] = "/tmp"
          $0["user"] = ["uid": 5, "gid": 6, "additionalGids": [7]]
          $0["rlimits"] = [["type": "RLIMIT_NOFILE", "soft": 99, "hard": 99]]
          $0["noNewPrivileges"] = false
        }
        let outcome = try container.exec([], options: ["--process", file])
        expectSuccess(outcome)
        #expect(outcome.stdout == "file\n/tmp\n5\n6 7\n99\nNoNewPrivs:\t0\n")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun wants a file"), arguments: ["/dev/stdin", "/dev/fd/5", "FIFO"])
    func theFileMayBeAStream(name: String) throws {
      try withSleeper { container throws in
        let file = try container.processFile { $0["args"] = ["echo", "streamed"] }
        let (line, path) =
          name == "FIFO"
          ? ("mkfifo \(file).fifo; cat \(file) > \(file).fifo & exec \"$0\" \"$@\"", "\(file).fifo")
          : ("exec \"$0\" \"$@\" \(name == "/dev/stdin" ? "<" : "5<") \(file)", name)
        let outcome = try container.runtime("exec", "--process", path, container.id, wrapper: ["sh", "-c", line])
        expectSuccess(outcome)
        #expect(outcome.stdout == "streamed\n")
      }
    }

    /// In containerd's words, and conmon's.
    @Test(arguments: [["--process", "F", "--detach", "--pid-file", "P"], ["--pid-file", "P", "--process", "F", "-d"]])
    func enginesDetach(form: [String]) throws {
      try withSleeper { container throws in
        let file = try container.processFile { $0["args"] = ["sh", "-c", "echo up; sleep 500"] }
        let pidFile = "\(container.bundle.directory.path)/pid"
        let exec = try container.runtime.spawn(
          ["exec"] + form.map { $0 == "F" ? file : $0 == "P" ? pidFile : $0 } + [container.id])
        expectSuccess(try exec.wait())
        try Harness.waitUntil("it speaks") { exec.stdout == "up\n" }
        let pid = try #require(pid_t(File.text(pidFile)))
        #expect(File.link("/proc/\(pid)/ns/pid") == (try container.namespace("pid")))
        try container.endJoined(pid)
      }
    }

    /// Least of all is a process to have more than the container.
    @Test func whatItLeavesOutIsAsInTheContainer() throws {
      try withSleeper { container throws in
        let file = try container.processFile {
          $0["args"] = ["sh", "-c", "grep -E 'Cap(Eff|Bnd|Inh|Amb)' /proc/self/status; ulimit -Sn"]
          $0["capabilities"] = nil
          $0["rlimits"] = nil
        }
        let seen = try container.exec([], options: ["-p", file])
        let wanted = try container.output(ofShell: "grep -E 'Cap(Eff|Bnd|Inh|Amb)' /proc/self/status; ulimit -Sn")
        // runc 1.1 leaves the limits as its own are.
        func compared(_ text: String) -> [Substring] { Array(text.split(separator: "\n").prefix(Runtime.isOldRunc ? 4 : 5)) }
        #expect(compared(seen.stdout) == compared(wanted) && wanted.contains("CapEff:\t0000000020000420"), "\(seen)")
      }
    }

    @Test(
      .disabled(if: !Runtime.isApus, "peers check less"),
      arguments: [
        ("{", "F"), (#"{"args": ["true"]}"#, "cwd"), (#"{"args": ["true"], "cwd": "x"}"#, "Cwd must be an absolute path"),
        (#"{"args": [], "cwd": "/"}"#, "exec args cannot be empty"),
        (#"{"args": ["true"], "cwd": "/", "env": ["x"]}"#, "is not of the form NAME=value"),
        (#"{"args": ["true"], "cwd": "/", "user": {"uid": -1}}"#, "user.uid"),
      ])
    func mistakesAreNamed(text: String, problem: String) throws {
      try withSleeper { container throws in
        let file = "\(container.bundle.directory.path)/F"
        try File.write(text, to: file)
        let outcome = try container.exec([], options: ["--process", file])
        expectFailure(outcome, saying: problem)
        #expect(outcome.status == 255)
      }
    }
  }

  /// What `exec` says when it cannot, and its status, which no program has given.
  @Suite struct ExecErrors {
    /// crun has 1 for it; engines take theirs from the text.
    private func expectNotStarted(
      _ outcome: Outcome, _ texts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
      expectFailure(outcome, sourceLocation: sourceLocation)
      if !Runtime.isCrun { #expect(outcome.status == 255, "\(outcome)", sourceLocation: sourceLocation) }
      for text in texts where !Runtime.isCrun {
        #expect(outcome.message.contains(text), "no \(text) in \(outcome)", sourceLocation: sourceLocation)
      }
    }

    @Test func theTextsThatEnginesMatch() throws {
      let bundle = try Bundle()
      try File.write("#!/bin/sh\n", to: "\(bundle.rootfs)/plain")
      try File.write("no program\n", to: "\(bundle.rootfs)/odd")
      chmod("\(bundle.rootfs)/odd", 0o755)
      try withSleeper(bundle) { container throws in
        for options in [[], ["--detach"]] {
          expectNotStarted(
            try container.exec(["nosuch"], options: options), "exec: \"nosuch\": executable file not found in $PATH")
          expectNotStarted(try container.exec(["/no/such"], options: options), "exec: \"/no/such\"", "no such file or directory")
          expectNotStarted(try container.exec(["/plain"], options: options), "permission denied")
          if !Runtime.isOldRunc { expectNotStarted(try container.exec(["/tmp"], options: options), "is a directory") }
          if Runtime.isApus { expectNotStarted(try container.exec(["/odd"], options: options), "exec format error") }
        }
      }
    }

    @Test func aFailureLeavesNoPIDFile() throws {
      try withSleeper { container throws in
        let file = "\(container.bundle.directory.path)/pid"
        expectNotStarted(try container.exec(["nosuch"], options: ["--detach", "--pid-file", file]))
        #expect(!File.exists(file))
        if Runtime.isApus {
          // Only the exec itself finds out.
          try File.write("no program\n", to: "\(container.bundle.rootfs)/odd")
          chmod("\(container.bundle.rootfs)/odd", 0o755)
          expectNotStarted(try container.exec(["/odd"], options: ["--detach", "--pid-file", file]))
          #expect(!File.exists(file))
        }
      }
    }

    @Test func thereMustBeAContainerThatRuns() throws {
      let runtime = try Runtime()
      let unknown = try runtime("exec", "nobody", "true")
      expectNotStarted(unknown, "does not exist")
      try withContainer(try Bundle(["true"])) { container throws in
        try container.startAndFinish()
        expectNotStarted(try container.exec(["true"]), "cannot exec in a stopped container")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun joins only a container that was started"))
    func aCreatedContainerCanBeJoined() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container throws in
        #expect(try container.exec(["echo", "early"]).stdout == "early\n")
        #expect(try container.status() == "created")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun does not ask"))
    func aPausedContainerIsRefusedUnlessToldOtherwise() throws {
      try withSleeper { container throws in
        expectSuccess(try container.runtime("pause", container.id))
        let refused = try container.exec(["true"])
        expectNotStarted(refused, "cannot exec in a paused container (use --ignore-paused to override)")
        let waiting = try container.runtime.spawn(["exec", "--ignore-paused", container.id, "echo", "thawed"])
        usleep(300_000)
        #expect(!waiting.isOver && waiting.stdout == "")
        expectSuccess(try container.runtime("resume", container.id))
        let outcome = try waiting.wait()
        #expect(outcome.stdout == "thawed\n" && outcome.succeeded, "\(outcome)")
      }
    }

    @Test func anExecThatWaitsForAPausedContainerCanBeInterrupted() throws {
      guard Runtime.isApus else { return }
      try withSleeper { container throws in
        expectSuccess(try container.runtime("pause", container.id))
        let waiting = try container.runtime.spawn(["exec", "--ignore-paused", container.id, "echo", "thawed"])
        usleep(300_000)
        waiting.send(SIGTERM)
        #expect(try waiting.wait().signal == SIGTERM)
        expectSuccess(try container.runtime("resume", container.id))
        #expect(waiting.stdout == "")
        // What had joined dies with its exec, now that it thaws; until somebody reaps it, the pid namespace does not end.
        let pid = try container.pid
        try Harness.waitUntil("nothing but the container's process is left") {
          Orphans.reap()
          return Orphans.descendants().allSatisfy { $0.pid == pid }
        }
      }
    }

    @Test func thereMustBeAProgram() throws {
      try withSleeper { container throws in
        expectNotStarted(try container.exec([]), "args cannot be empty")
        let outcome = try container.runtime("exec")
        #expect(outcome.status != 0)
        if Runtime.isApus { expectFailure(outcome, saying: "requires a minimum of 1 argument(s), not 0") }
      }
    }

    /// Each gives exactly these ids or an error, never 0 by accident (CVE-2026-30892).
    @Test(.enabled(if: Runtime.isApus, "runc 1.1 takes 4294967296 for 0")) func idsAreNumbersThatFit() throws {
      try withSleeper { container throws in
        for text in ["1:", ":1", "-1", "4294967296", "1:4294967296", "0x1", " 1", "1 ", "root", "1:2:3"] {
          let outcome = try container.exec(["id", "-u"], options: ["--user=\(text)"])
          #expect(outcome.stdout != "0\n", "\(text): \(outcome)")
          expectFailure(outcome, saying: "invalid --user")
        }
        #expect(try container.exec(["id", "-u"], options: ["-u", "1"]).stdout == "1\n")
        #expect(try container.exec(["id", "-u"], options: ["-u", "4294967294"]).stdout == "4294967294\n")
        expectFailure(try container.exec(["id"], options: ["-u", "4294967295"]), saying: "invalid --user 4294967295")
      }
    }

    @Test(.enabled(if: Runtime.isApus, "runc has a cgroup of v1 here, peers their own words")) func aCgroupMustLieBelow() throws {
      try withSleeper { container throws in
        for path in ["../x", "/../..", "none"] {
          let outcome = try container.exec(["true"], options: ["--cgroup", path])
          expectFailure(outcome)
          #expect(outcome.status == 255)
        }
        expectFailure(try container.exec(["true"], options: ["--cgroup", "memory:x"]), saying: "one path for all controllers")
      }
    }
  }
}
