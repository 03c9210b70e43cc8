import Foundation
import Testing

extension Scenarios {
  /// Which descriptors a container gets: 0, 1, 2, what LISTEN_FDS announces, and `--preserve-fds`.
  @Suite struct Descriptors {
    /// A file each, open for reading.
    private func withFiles(_ texts: [String], _ body: ([Int32]) throws -> Void) throws {
      let directory = try TemporaryDirectory()
      var descriptors: [Int32] = []
      defer { for descriptor in descriptors { close(descriptor) } }
      for text in texts {
        try File.write(text, to: "\(directory.path)/\(text)")
        let descriptor = open("\(directory.path)/\(text)", O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        descriptors.append(descriptor)
      }
      try body(descriptors)
    }

    @Test func preservedOnesArrive() throws {
      try withFiles(["three", "four"]) { files in
        let outcome = try Runtime().run(
          try Bundle(shell: "cat <&3; echo; cat <&4"), options: ["--preserve-fds", "2"], descriptors: [3: files[0], 4: files[1]])
        expectSuccess(outcome)
        #expect(outcome.stdout == "three\nfour")
      }
    }

    /// ls opens the directory itself, as the lowest number that is free.
    @Test func othersDoNot() throws {
      try withFiles(["three", "seven"]) { files in
        let bundle = try Bundle(["ls", "/proc/self/fd"])
        let none = try Runtime().run(bundle, descriptors: [3: files[0], 7: files[1]])
        #expect(none.stdout == "0\n1\n2\n3\n", "\(none)")
        let one = try Runtime().run(bundle, options: ["--preserve-fds=1"], descriptors: [3: files[0], 7: files[1]])
        #expect(one.stdout == "0\n1\n2\n3\n4\n", "\(one)")
      }
    }

    @Test func throughCreateAndStart() throws {
      try withFiles(["three"]) { files in
        try withContainer(
          try Bundle(shell: "cat <&3; ls /proc/self/fd"), options: ["--preserve-fds", "1"],
          descriptors: [3: files[0], 9: files[0]]
        ) { container in
          try container.startAndFinish()
          #expect(container.stdout == "three0\n1\n2\n3\n4\n")
        }
      }
    }

    /// CVE-2024-21626: no descriptor of the runtime's own, least of all of a host's directory.
    @Test func aCreatedContainerSeesNothingOfTheHost() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let pid = try container.pid
        try Harness.waitUntil("it is sleep") { File.text("/proc/\(pid)/cmdline").hasPrefix("sleep\0") }
        #expect(File.names(in: "/proc/\(pid)/fd").sorted() == ["0", "1", "2"])
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun passes those that are there")) func moreThanThereAreIsRefused() throws {
      let runtime = try Runtime()
      let outcome = try runtime.run(try Bundle(), options: ["--preserve-fds", "40"])
      #expect(outcome.status != 0, "\(outcome)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun reads the number by atoi"), arguments: ["x", "-1", "1,2", "99999999999999999999"])
    func aWrongNumberIsRefused(number: String) throws {
      if Runtime.isOldRunc, number == "-1" { return }  // runc 1.1.5 takes it for none
      let outcome = try refusal(of: try Bundle(), options: ["--preserve-fds=\(number)"])
      #expect(outcome.message.contains("preserve-fds"), "\(outcome)")
    }

    /// `sh` becomes the runtime, so the number it writes is the runtime's: sd_listen_fds(3).
    static func listening(_ count: Int, forPID pid: String = "$$") -> [String] {
      ["sh", "-c", "LISTEN_FDS=\(count) LISTEN_PID=\(pid) exec \"$0\" \"$@\""]
    }

    static let report = "echo $LISTEN_FDS $LISTEN_PID; cat <&3; echo; cat <&4"

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8.1 writes other numbers into LISTEN_PID")) func announcedOnesArrive() throws {
      try withFiles(["three", "four"]) { files in
        let outcome = try Runtime().run(
          try Bundle(shell: Self.report), descriptors: [3: files[0], 4: files[1]], wrapper: Self.listening(2))
        expectSuccess(outcome)
        #expect(outcome.stdout == "2 1\nthree\nfour")
      }
    }

    @Test(.enabled(if: Runtime.isApus, "runc drops the names")) func theirNamesComeWithThem() throws {
      try withFiles(["three", "four"]) { files in
        let bundle = try Bundle(shell: "echo ${LISTEN_FDNAMES-none}")
        let named = try Runtime().run(
          bundle, environment: ["LISTEN_FDNAMES": "http:admin"], descriptors: [3: files[0], 4: files[1]],
          wrapper: Self.listening(2))
        #expect(named.stdout == "http:admin\n", "\(named)")
        let none = try Runtime().run(bundle, environment: ["LISTEN_FDNAMES": "http:admin"])
        #expect(none.stdout == "none\n", "\(none)")
      }
    }

    /// They were meant for the container's own process.
    @Test(.disabled(if: Runtime.isCrun, "as above")) func aProcessThatJoinsGetsNone() throws {
      try withFiles(["three"]) { files in
        try withSleeper { container throws in
          let outcome = try container.runtime(
            "exec", container.id, "sh", "-c", "echo ${LISTEN_FDS-none} ${LISTEN_PID-none}; ls /proc/self/fd",
            descriptors: [3: files[0]], wrapper: Self.listening(1))
          #expect(outcome.stdout == "none none\n0\n1\n2\n3\n", "\(outcome)")
        }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "as above")) func preservedOnesComeAfterThem() throws {
      try withFiles(["three", "four"]) { files in
        let outcome = try Runtime().run(
          try Bundle(shell: Self.report), options: ["--preserve-fds", "1"], descriptors: [3: files[0], 4: files[1]],
          wrapper: Self.listening(1))
        expectSuccess(outcome)
        #expect(outcome.stdout == "1 1\nthree\nfour")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun looks at LISTEN_FDS alone")) func thoseForAnotherProcessDoNot() throws {
      try withFiles(["three", "four"]) { files in
        let outcome = try Runtime().run(
          try Bundle(shell: "echo ${LISTEN_FDS-none}; ls /proc/self/fd"), descriptors: [3: files[0], 4: files[1]],
          wrapper: Self.listening(2, forPID: "1"))
        expectSuccess(outcome)
        #expect(outcome.stdout == "none\n0\n1\n2\n3\n")
      }
    }
  }
}
