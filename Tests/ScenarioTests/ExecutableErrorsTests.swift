import Foundation
import Testing

extension Scenarios {
  /// A program that cannot be run: engines make 126 and 127 of these words.
  @Suite struct ExecutableErrors {
    @Test func notInPath() throws {
      let bundle = try Bundle(["nosuchprogram"])
      try expectRefusal(
        of: bundle,
        saying: Runtime.isCrun
          ? "executable file `nosuchprogram` not found in $PATH"
          : "exec: \"nosuchprogram\": executable file not found in $PATH")
    }

    @Test func noFile() throws {
      let bundle = try Bundle(["/no/such/program"])
      try expectRefusal(of: bundle, saying: "/no/such/program")
      let outcome = try refusal(of: bundle, verb: "run")
      #expect(outcome.message.lowercased().contains("no such file or directory"), "\(outcome)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun does not name the file")) func notExecutable() throws {
      let bundle = try Bundle(["/etc/passwd"])
      let outcome = try refusal(of: bundle, verb: "run")
      #expect(outcome.message.contains("/etc/passwd"))
      #expect(outcome.message.lowercased().contains("permission denied"), "\(outcome)")
    }

    @Test func aFileInPathThatIsNotExecutable() throws {
      let bundle = try Bundle(["data"])
      try File.write("data", to: "\(bundle.rootfs)/bin/data", mode: 0o644)
      let outcome = try refusal(of: bundle, verb: "run")
      let text = outcome.message.lowercased()
      #expect(text.contains("permission denied") || text.contains("not found in $path"), "\(outcome)")
    }

    /// Engines of one age make 126 of the one, engines of another of the other: peers say one of them.
    @Test func aDirectory() throws {
      let text = try refusal(of: try Bundle(["/etc"]), verb: "run").message.lowercased()
      let said = ["is a directory", "permission denied"].filter { text.contains($0) }
      #expect(said.count >= (Runtime.isApus ? 2 : 1), "\(text)")
    }

    /// Below a file: engines make 127 of these words.
    @Test func belowAFile() throws {
      let outcome = try refusal(of: try Bundle(["/etc/passwd/program"]), verb: "run")
      #expect(outcome.message.lowercased().contains("not a directory"), "\(outcome)")
    }

    @Test func theSearchIsInThePathOfTheContainer() throws {
      let bundle = try Bundle(["mine"])
      try File.makeDirectory("\(bundle.rootfs)/opt/here")
      try File.write("#!/bin/sh\necho found\n", to: "\(bundle.rootfs)/opt/here/mine", mode: 0o755)
      bundle.config["process.env"] = ["PATH=/nowhere:/opt/here:/bin"]
      let outcome = try Runtime().run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout == "found\n")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun makes the name absolute")) func aPathWithASlashIsOfTheWorkingDirectory() throws {
      let bundle = try Bundle(["./mine"])
      try File.write("#!/bin/sh\necho found $0\n", to: "\(bundle.rootfs)/tmp/mine", mode: 0o755)
      bundle.config["process.cwd"] = "/tmp"
      let outcome = try Runtime().run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout == "found ./mine\n")
    }

    /// The kernel says "no such file" of a file that is plainly there; what is missing is its interpreter.
    @Test(.enabled(if: Runtime.isApus, "runc and crun pass on what the kernel says"))
    func aScriptWhoseInterpreterIsMissing() throws {
      let bundle = try Bundle(["/script"])
      try File.write("#!/no/such/interpreter -x\n", to: "\(bundle.rootfs)/script", mode: 0o755)
      let outcome = try Runtime().run(bundle)
      expectFailure(outcome, saying: "/script", "/no/such/interpreter")
    }

    @Test(
      .enabled(if: Runtime.isApus, "runc and crun pass on what the kernel says"),
      .enabled(if: Host.dynamicProgram != nil, "the host has no program with shared libraries"))
    func aProgramWhoseLoaderIsMissing() throws {
      let bundle = try Bundle(["/program"])
      let program = try #require(Host.dynamicProgram)
      try FileManager.default.copyItem(atPath: program.path, toPath: "\(bundle.rootfs)/program")
      #expect(chmod("\(bundle.rootfs)/program", 0o755) == 0)
      let outcome = try Runtime().run(bundle)
      expectFailure(outcome, saying: "/program", program.interpreter)
    }

    @Test func aFileThatIsNoProgram() throws {
      let bundle = try Bundle(["/data"])
      try File.write("\u{1}\u{2}\u{3}not a program", to: "\(bundle.rootfs)/data", mode: 0o755)
      let outcome = try Runtime().run(bundle)
      #expect(outcome.status != 0, "\(outcome)")
      #expect(outcome.message.lowercased().contains("exec format error"), "\(outcome)")
    }

    /// The runtime enters it before it becomes the user, as runc does: images are made that way.
    @Test func aWorkingDirectoryThatOnlyRootMayEnter() throws {
      let bundle = try Bundle(["pwd"])
      try File.makeDirectory("\(bundle.rootfs)/closed", mode: 0o700)
      bundle.config["process.cwd"] = "/closed"
      bundle.config["process.user"] = ["uid": 1000, "gid": 1000]
      bundle.config["process.capabilities"] = nil
      let outcome = try Runtime().run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout == "/closed\n")
    }

    @Test func aWorkingDirectoryThatIsAFile() throws {
      let bundle = try Bundle(["pwd"])
      bundle.config["process.cwd"] = "/etc/passwd"
      let outcome = try refusal(of: bundle, verb: "run")
      #expect(outcome.message.lowercased().contains("not a directory"), "\(outcome)")
      #expect(outcome.message.contains("/etc/passwd"), "\(outcome)")
    }

  }
}

extension Host {
  /// A program of the host that needs a dynamic loader, and the loader's path.
  static let dynamicProgram: (path: String, interpreter: String)? = {
    for path in ["/bin/true", "/usr/bin/env", "/bin/bash"] {
      if let interpreter = ELF(path: path)?.interpreter { return (path, interpreter) }
    }
    return nil
  }()
}
