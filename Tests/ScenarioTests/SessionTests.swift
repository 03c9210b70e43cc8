import Testing

extension Scenarios {
  /// A container is in a session and a process group of its own: kill(0) in it must not reach the caller's.
  @Suite struct Session {
    @Test func itIsItsOwnSessionAndGroupLeader() throws {
      let outcome = try Runtime().run(try Bundle(shell: "cut -d' ' -f5,6 /proc/self/stat"))
      expectSuccess(outcome)
      #expect(outcome.stdout == "1 1\n")
    }

    @Test func killOfItsGroupSparesTheCaller() throws {
      let runtime = try Runtime()
      let bundle = try Bundle(shell: "kill -9 0; sleep 0.1")
      try bundle.write()
      let id = TemporaryDirectory.newID()
      let outcome = try runtime(
        "run", "--bundle", bundle.path, id, wrapper: ["/bin/sh", "-c", "setsid -w \"$@\" & wait $!; echo after", "sh"])
      #expect(outcome.stdout.contains("after"))
      runtime.deleteQuietly(id)
    }
  }

  @Suite struct PassedDescriptors {
    /// What the caller did not open must not be stood in for by a file of the runtime's own: its /proc would be a way out.
    @Test(arguments: [["--preserve-fds", "4"], ["--preserve-fds=40"]])
    func aDescriptorThatIsNotOpenIsRefused(options: [String]) throws {
      let outcome = try refusal(of: try Bundle(["true"]), verb: "run", options: options)
      expectFailure(outcome)
      if Runtime.isApus { expectFailure(outcome, saying: "is to be passed on but is not open") }
    }
  }
}
