import Foundation
import Testing

extension Scenarios {
  /// The runtime's own file: a container that gets hold of it must not be able to write to it (CVE-2019-5736).
  ///
  /// Each test runs a copy of the runtime, so that a failure harms nobody and no other test keeps the file busy.
  @Suite(.enabled(if: Runtime.isApus, "asks for the way in which apus hides its file; peers have others"))
  struct OwnProgram {
    let directory: TemporaryDirectory
    let copy: String
    let contents: Data

    init() throws {
      directory = try TemporaryDirectory()
      copy = "\(directory.path)/runtime"
      try FileManager.default.copyItem(atPath: Runtime.binary, toPath: copy)
      contents = try Data(contentsOf: URL(fileURLWithPath: copy))
    }

    func spawn(_ runtime: Runtime, _ arguments: [String]) throws -> Spawned {
      try Spawned([copy, "--root", runtime.root] + arguments, environment: Spawned.plainEnvironment, input: .null)
    }

    /// A container that the copy has made.
    func withContainer(of bundle: Bundle, _ body: (Runtime, String) throws -> Void) throws {
      let runtime = try Runtime()
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        let id = TemporaryDirectory.newID()
        defer { runtime.deleteQuietly(id) }
        expectSuccess(try spawn(runtime, ["create", "--bundle", bundle.path, id]).wait())
        try body(runtime, id)
      }
    }

    /// The runtime as the container's program, kept alive by a FIFO that nobody reads: opened by what can write to files,
    /// once from the host's side while it runs, and again by the same handle after its end.
    @Test(arguments: [["/proc/self/exe", "--log", "/fifo", "--version"], ["/script"]])
    func asTheProgramItCannotBeWrittenTo(arguments: [String]) throws {
      let bundle = try Bundle(arguments)
      try File.write("#!/proc/self/exe --log=/fifo\n", to: "\(bundle.rootfs)/script")
      chmod("\(bundle.rootfs)/script", 0o755)
      guard mkfifo("\(bundle.rootfs)/fifo", 0o666) == 0 else { throw HarnessError("mkfifo: \(File.errorText())") }
      try withContainer(of: bundle) { runtime, id in
        expectSuccess(try spawn(runtime, ["start", id]).wait())
        let pid = try #require(try runtime.state(id)?["pid"]?.int)
        // O_PATH
        let handle = open("/proc/\(pid)/exe", 0o10000000 | O_CLOEXEC)
        try #require(handle >= 0, "\(File.errorText())")
        defer { close(handle) }
        #expect(try runtime.status(id) == "running")
        #expect(open("/proc/self/fd/\(handle)", O_WRONLY | O_CLOEXEC) == -1)
        runtime.deleteQuietly(id)
        try Harness.waitUntil("nobody executes the file") {
          let file = open("/proc/self/fd/\(handle)", O_WRONLY | O_CLOEXEC)
          defer { if file >= 0 { close(file) } }
          return file >= 0 || errno != ETXTBSY
        }
        #expect(open("/proc/self/fd/\(handle)", O_WRONLY | O_CLOEXEC) == -1 && errno == EROFS, "\(File.errorText())")
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == contents)
    }

    /// What a container itself can do: a process of it holds on to its first process while that still is the runtime.
    @Test func aHookInTheContainerCannotWriteToIt() throws {
      let bundle = try Bundle(shell: "for i in $(seq 100); do echo pwned > /proc/$(cat /tmp/pid)/fd/3; sleep 0.01; done; true")
      bundle.setCapabilities(["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"])
      let line = "(exec 3< /proc/1/exe; echo held; sleep 3) > /tmp/held 2>&1 & echo $! > /tmp/pid; sleep 0.1; cat /tmp/held >&2"
      bundle.config["hooks"] = ["startContainer": [["path": "/bin/sh", "args": ["sh", "-c", .string(line)]]]]
      try withContainer(of: bundle) { runtime, id in
        expectSuccess(try spawn(runtime, ["start", id]).wait())
        // From here on no process executes the file, which would keep everybody from writing.
        try Harness.waitUntil("it has tried") { try runtime.status(id) == "stopped" }
      }
      #expect(File.text("\(bundle.rootfs)/tmp/held") == "held\n")
      #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == contents)
    }

    /// Where the start that comes to nothing ends: before libc, let alone Swift, has asked the kernel for anything.
    @Test(.enabled(if: Host.has(program: "strace"), "needs strace(1)"), arguments: ["create", "run", "exec"])
    func theSecondStartComesBeforeAllElse(verb: String) throws {
      #expect(
        try calls(of: [verb, "--help"]).prefix(6)
          == ["execve", "readlinkat", "statfs", "open_tree", "mount_setattr", "execveat"])
      #expect(try calls(of: ["--root", "/nowhere", verb, "--help"]).filter { $0 == "execveat" }.count == 1)
    }

    @Test(.enabled(if: Host.has(program: "strace"), "needs strace(1)"), arguments: ["state", "list", "kill", "delete"])
    func whatEntersNoContainerStartsOnce(verb: String) throws {
      #expect(try !calls(of: [verb, "--help"]).contains("execveat"))
    }

    /// The names of the system calls it makes, in their order.
    private func calls(of arguments: [String]) throws -> [String] {
      let record = "\(directory.path)/calls"
      expectSuccess(
        try Spawned(
          ["strace", "-qq", "-o", record, "-e", "signal=none", copy] + arguments, environment: Spawned.plainEnvironment,
          input: .null
        ).wait())
      return File.text(record).split(separator: "\n").map { String($0.prefix { $0 != "(" }) }
    }

    /// A caller's environment and arguments have no part in it: there is nothing to pretend with.
    @Test func itGoesByItsOwnName() throws {
      let bundle = try Bundle(["sleep", "100"])
      try withContainer(of: bundle) { runtime, id in
        let pid = try #require(try runtime.state(id)?["pid"]?.int)
        #expect(File.text("/proc/\(pid)/comm") == "apus/init\n")
        #expect(File.link("/proc/\(pid)/exe") == "/")
      }
    }
  }
}
