import Foundation
import Testing

extension Scenarios {
  /// What engines rely on beyond a verb's own subject: how they ask for abilities, under what circumstances they call, what words
  /// they match.
  @Suite struct EngineContract {
    // MARK: Asking

    /// Podman takes status 0 of the first and the words of the second for the ability to checkpoint.
    @Test(.enabled(if: Runtime.isApus, "peers can")) func whatCannotBeDoneIsNotPromised() throws {
      for words in [["checkpoint", "--help"], ["restore", "--lsm-mount-context"]] {
        let outcome = try Spawned.run([Runtime.binary] + words)
        expectFailure(outcome, saying: words[0])
        #expect(!outcome.stderr.contains("needs an argument") && !outcome.stderr.contains("requires an argument"))
      }
    }

    @Test(.enabled(if: Runtime.isApus, "runc 1.1.5 says nothing of a full disk"), arguments: ["features", "--version"])
    func anAnswerThatCannotBeWrittenIsAnError(word: String) throws {
      let outcome = try Spawned.run(["sh", "-c", "exec \"$0\" \"$1\" > /dev/full", Runtime.binary, word])
      expectFailure(outcome, saying: "standard output")
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc 1.1.5 has no pids of a closed stream"), arguments: ["features", "--version"])
    func theyAnswerWithTheOtherStreamsClosed(word: String) throws {
      let outcome = try Spawned.run(["sh", "-c", "exec \"$0\" \"$1\" <&- 2>&-", Runtime.binary, word])
      expectSuccess(outcome)
      #expect(!outcome.stdout.isEmpty && outcome.stderr.isEmpty)
    }

    // MARK: Circumstances

    /// CRI-O's monitors give the runtime next to nothing; others nothing at all.
    @Test func anEmptyEnvironmentIsEnough() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(shell: "echo $HOME; sleep 100")
      try bundle.write()
      let id = TemporaryDirectory.newID()
      func call(_ words: String...) throws -> Outcome {
        try Spawned.run([Runtime.binary, "--root", runtime.root] + words, environment: [:])
      }
      try assertNothingLeft(by: runtime) {
        defer { runtime.deleteQuietly(id) }
        expectSuccess(try call("create", "--bundle", bundle.path, id))
        expectSuccess(try call("start", id))
        expectSuccess(try call("exec", id, "true"))
        expectSuccess(try call("state", id))
        expectSuccess(try call("kill", id, "KILL"))
        expectSuccess(try call("delete", "--force", id))
      }
      expectSuccess(try Spawned.run([Runtime.binary, "features"], environment: [:]))
    }

    /// The program of a container that an engine started in the foreground is its grandchild: buildkit's death ends `run`, not
    /// another process between the two.
    @Test(.disabled(if: Runtime.isCrun, "the test asks for the runtime's own child")) func initIsAChildOfRun() throws {
      try withForegroundRun(try Bundle(["sleep", "100"])) { container in
        let fields = File.text("/proc/\(try container.pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        #expect(fields.count > 1 && pid_t(fields[1]) == container.creation.pid)
      }
    }

    /// A program that closes its output ends the stream, whatever lives on: nothing of the runtime holds it.
    @Test(arguments: ["create", "run -d"]) func theOutputEndsWithTheContainersOwn(verb: String) throws {
      let runtime = try Runtime()
      let bundle = try Bundle(shell: "echo out; exec sleep 100 > /dev/null 2>&1")
      try bundle.write()
      let id = TemporaryDirectory.newID()
      let ends = try Spawned.makePipe()
      defer { close(ends.read) }
      try assertNothingLeft(by: runtime) {
        defer { runtime.deleteQuietly(id) }
        let words = verb.split(separator: " ").map(String.init) + ["--bundle", bundle.path, id]
        expectSuccess(try runtime.spawn(words, output: ends.write).wait())
        close(ends.write)
        if verb == "create" { expectSuccess(try runtime("start", id)) }
        #expect(File.text(of: ends.read) == "out\n")
        #expect(try runtime.status(id) == "running")
      }
    }

    /// So that the program may open /dev/stdout again.
    @Test(arguments: ["run", "exec"]) func thePipesBelongToTheUserOfTheProcess(verb: String) throws {
      let ends = try Spawned.makePipe()
      defer { close(ends.read) }
      let line = "echo again > /proc/self/fd/1"
      let user: Value = ["uid": 1000, "gid": 1000]
      if verb == "run" {
        let runtime = try Runtime()
        let bundle = try Bundle(shell: line)
        bundle.config["process.user"] = user
        try bundle.write()
        expectSuccess(try runtime.spawn(["run", "--bundle", bundle.path, TemporaryDirectory.newID()], output: ends.write).wait())
      } else {
        try withSleeper { container throws in
          expectSuccess(
            try container.runtime.spawn(["exec", "--user", "1000:1000", container.id, "sh", "-c", line], output: ends.write)
              .wait())
        }
      }
      close(ends.write)
      #expect(File.text(of: ends.read) == "again\n")
    }

    /// Engines give /dev/null for what nobody reads or writes, and it is everybody's.
    @Test(
      .disabled(if: Runtime.isCrun, "crun 1.8.1 gives the host's /dev/null to the container's root"), arguments: [true, false])
    func aDeviceOnAStandardStreamKeepsItsOwner(hasUserNamespace: Bool) throws {
      let bundle = try Bundle(shell: "exit 3")
      bundle.setUser(uid: 1000, gid: 1000)
      if hasUserNamespace { try bundle.enableUserNamespace() }
      try bundle.write()
      let node = "\(bundle.directory.path)/null"
      expectSuccess(try Spawned.run(["mknod", "-m", "666", node, "c", "1", "3"]))
      let descriptor = open(node, O_RDWR | O_CLOEXEC)
      defer { close(descriptor) }
      let runtime = try Runtime()
      let run = try runtime.spawn(
        ["run", "--bundle", bundle.path, TemporaryDirectory.newID()], input: .descriptor(descriptor), output: descriptor)
      #expect(try run.wait().status == 3)
      var status = stat()
      #expect(fstat(descriptor, &status) == 0 && status.st_uid == 0 && status.st_gid == 0)
    }

    // MARK: Words

    /// What Docker makes 126 and 127 of, podman too, and CRI-O "already stopped": `exec` says them as `create` does.
    @Test(
      .disabled(
        if: Runtime.isOldRunc || Runtime.isCrun, "runc 1.1.5 says permission denied of a directory; crun has its own words"),
      arguments: [
        (["nosuch"], "executable file not found in $PATH"), (["/no/such"], "no such file or directory"),
        (["/etc/passwd"], "permission denied"), (["/etc"], "is a directory"), (["/etc/passwd/x"], "not a directory"),
      ])
    func aProgramThatCannotBeExecuted(words: [String], text: String) throws {
      try withSleeper { container throws in
        for options in [[], ["--detach"]] {
          let outcome = try container.exec(words, options: options)
          expectFailure(outcome, saying: "exec: \"\(words[0])\"", text)
          #expect(outcome.status == 255)
        }
      }
    }

    /// containerd and CRI-O look for them in what kill, delete, state and exec say.
    @Test(.disabled(if: Runtime.isCrun, "crun has its own words")) func aContainerThatIsNotThereOrNotRunning() throws {
      let runtime = try Runtime()
      for verb in ["state", "start", "pause", "resume", "delete", "ps"] {
        expectFailure(try runtime(verb, "nobody"), saying: "container does not exist")
      }
      expectFailure(try runtime("kill", "nobody", "9"), saying: "container does not exist")
      expectFailure(try runtime("exec", "nobody", "true"), saying: "container does not exist")
      expectFailure(try runtime("update", "--pids-limit", "9", "nobody"), saying: "container does not exist")
      try withContainer(try Bundle(["true"]), runtime: runtime) { container in
        try container.startAndFinish()
        expectFailure(try runtime("kill", container.id, "9"), saying: "container not running")
        if Runtime.isApus { expectFailure(try runtime("pause", container.id), saying: "container not running") }
        expectFailure(try runtime("exec", container.id, "true"), saying: "cannot exec in a stopped container")
      }
    }
  }
}
