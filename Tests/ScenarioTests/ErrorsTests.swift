import Foundation
import Testing

extension Scenarios {
  /// Every failure of `create` and `run` is one line that says what is wrong with what, and leaves nothing behind.
  @Suite struct Errors {
    @Test func noConfiguration() throws {
      let bundle = try Bundle()
      bundle.writesConfig = false
      try expectRefusal(of: bundle, saying: Runtime.isCrun ? "config.json" : "JSON specification file config.json not found")
    }

    @Test func noBundle() throws {
      let runtime = try Runtime()
      let path = "\(runtime.directory.path)/nowhere"
      let outcome = try assertNothingLeft(by: runtime) {
        try runtime("create", "--bundle", path, TemporaryDirectory.newID())
      }
      expectFailure(outcome, saying: "nowhere")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun names it as it was given")) func noRootFileSystem() throws {
      let bundle = try Bundle()
      bundle.config["root.path"] = "elsewhere"
      try expectRefusal(of: bundle, saying: "\(bundle.path)/elsewhere")
    }

    @Test func theRootFileSystemIsAFile() throws {
      let bundle = try Bundle()
      try File.write("", to: "\(bundle.path)/file")
      bundle.config["root.path"] = "file"
      try expectRefusal(of: bundle)
    }

    @Test(arguments: [
      "", "{", "{\"ociVersion\": \"1.0.2\",\n  \"process\": {\n    \"args\": [\"sh\" \"-c\"]\n  }\n}\n", "[]", "null",
    ])
    func notJSONOrNoObject(text: String) throws {
      let bundle = try Bundle()
      bundle.rawConfig = text
      try expectRefusal(of: bundle)
    }

    @Test(.enabled(if: Runtime.isApus, "runc and crun name the character, not the place"))
    func whereItIsNotJSON() throws {
      let bundle = try Bundle()
      bundle.rawConfig = "{\"ociVersion\": \"1.0.2\",\n  \"process\": {\n    \"args\": [\"sh\" \"-c\"]\n  }\n}\n"
      let outcome = try refusal(of: bundle)
      let place = #/(line 3\b.*column \d+|config\.json:3:\d+)/#
      #expect(outcome.stderr.firstMatch(of: place) != nil, "no line and column: \(outcome)")
      #expect(outcome.stderr.contains("config.json"), "\(outcome)")
    }

    static let wrongTypes: [(path: String, value: Value, named: String)] = [
      ("process.args", "sh", "process.args"),
      ("root.path", 5, "root.path"),
      ("mounts.1.options", "ro", "mounts[1].options"),
      ("mounts.1.options.0", 7, "mounts[1].options[0]"),
      ("process.user.uid", "root", "process.user.uid"),
      ("process.user.uid", -1, "process.user.uid"),
      ("process.user.gid", 4_294_967_296, "process.user.gid"),
      ("process.user.uid", 1.5, "process.user.uid"),
      ("linux.namespaces", ["type": "pid"], "linux.namespaces"),
      ("linux.maskedPaths.0", ["/proc/kcore"], "linux.maskedPaths[0]"),
      ("process.terminal", "false", "process.terminal"),
      ("hostname", true, "hostname"),
    ]

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8.1 takes most of them for nothing given"), arguments: wrongTypes.indices)
    func aWrongType(index: Int) throws {
      let (path, value, named) = Self.wrongTypes[index]
      let bundle = try Bundle()
      bundle.config[path] = value
      expectApusSays(named, try refusal(of: bundle))
    }

    @Test(.enabled(if: Runtime.isApus, "runc and crun stop at the first"))
    func severalMistakesAreReportedAtOnce() throws {
      let bundle = try Bundle([])
      bundle.config["process.cwd"] = "relative"
      bundle.config.append("linux.namespaces", value: ["type": "pid"])
      let outcome = try refusal(of: bundle)
      for text in ["process.args", "process.cwd", "pid"] {
        #expect(outcome.stderr.contains(text), "not in the error: \(text)\n\(outcome)")
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun says what the kernel said of no name at all")) func noArguments() throws {
      let bundle = try Bundle([])
      try expectRefusal(of: bundle, saying: Runtime.isApus ? "process.args" : "args must not be empty")
    }

    /// config.md "Process": it is required when `start` is called, so `create` may do without; runc's does not.
    @Test func noProcess() throws {
      let bundle = try Bundle()
      bundle.config["process"] = nil
      let outcome = try refusal(of: bundle, verb: "run")
      #expect(outcome.message.contains("process"), "\(outcome)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes it as seen from the root"), arguments: ["relative", ""])
    func aWorkingDirectoryThatIsNotAbsolute(cwd: String) throws {
      let bundle = try Bundle()
      bundle.config["process.cwd"] = .string(cwd)
      try expectRefusal(of: bundle, saying: Runtime.isApus ? "process.cwd" : "Cwd ")
    }

    @Test func noRoot() throws {
      let bundle = try Bundle()
      bundle.config["root"] = nil
      try expectRefusal(of: bundle)
    }

    @Test(.enabled(if: Runtime.isApus, "runc 1.1.5 and crun read no version"), arguments: ["2.0.0", "1.0", "", "one"])
    func aVersionThatIsNotKnown(version: String) throws {
      let bundle = try Bundle()
      bundle.config["ociVersion"] = .string(version)
      try expectRefusal(of: bundle, saying: "ociVersion")
    }

    @Test func aMountSourceThatIsNotThere() throws {
      let bundle = try Bundle()
      bundle.config.append(
        "mounts", value: ["destination": "/mnt", "type": "bind", "source": "/no/such/source", "options": ["bind"]])
      let outcome = try refusal(of: bundle)
      #expect(outcome.message.contains("/no/such/source"), "\(outcome)")
      expectApusSays("/mnt", outcome)
    }

    @Test(.disabled(if: Runtime.isCrun, "crun has its own words")) func aFileSystemThatIsNotThere() throws {
      let bundle = try Bundle()
      bundle.config.append("mounts", value: ["destination": "/mnt", "type": "nosuchfs", "source": "none"])
      try expectRefusal(of: bundle, saying: Runtime.isApus ? "nosuchfs" : "/mnt")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun names it without its slash")) func aMountOptionThatTheFileSystemRefuses() throws {
      let bundle = try Bundle()
      bundle.config.append(
        "mounts", value: ["destination": "/mnt", "type": "tmpfs", "source": "tmpfs", "options": ["nosuchoption=1"]])
      try expectRefusal(of: bundle, saying: "/mnt")
    }

    @Test(arguments: ["prestart", "createRuntime", "createContainer"])
    func aHookThatIsNotThere(kind: String) throws {
      let bundle = try Bundle()
      bundle.config["hooks", kind] = [["path": "/no/such/hook"]]
      try expectRefusal(of: bundle, saying: "/no/such/hook")
    }

    @Test(arguments: ["prestart", "createRuntime", "createContainer"])
    func aHookThatFails(kind: String) throws {
      let bundle = try Bundle()
      bundle.config["hooks", kind] = [["path": "/bin/sh", "args": ["sh", "-c", "echo its own words >&2; exit 3"]]]
      let outcome = try refusal(of: bundle)
      expectApusSays("/bin/sh", outcome)
      expectApusSays(kind, outcome)
      expectApusSays("3", outcome)
      expectApusSays("its own words", outcome)
    }

    @Test(.disabled(if: Runtime.isCrun, "crun leaves its mounts when this fails")) func aNamespaceOfNoKind() throws {
      let bundle = try Bundle()
      bundle.config.append("linux.namespaces", value: ["type": "frobnicate"])
      try expectRefusal(of: bundle, saying: "frobnicate")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes the last")) func aNamespaceTwice() throws {
      let bundle = try Bundle()
      bundle.config.append("linux.namespaces", value: ["type": "uts"])
      try expectRefusal(of: bundle)
    }

    @Test(.disabled(if: Runtime.isCrun, "crun has its own words")) func aNamespaceWhosePathIsNotThere() throws {
      let bundle = try Bundle()
      let index = try #require(bundle.config["linux.namespaces"]?.array?.firstIndex { $0["type"] == "uts" })
      bundle.config["linux.namespaces.\(index).path"] = "/no/such/namespace"
      try expectRefusal(of: bundle, saying: "/no/such/namespace")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun has its own words")) func aResourceLimitOfNoKind() throws {
      let bundle = try Bundle()
      bundle.config["process.rlimits"] = [["type": "RLIMIT_FROBNICATE", "soft": 1, "hard": 1]]
      try expectRefusal(of: bundle, saying: "RLIMIT_FROBNICATE")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun has its own words")) func aKernelParameterThatIsNotThere() throws {
      let bundle = try Bundle()
      bundle.config["linux.sysctl", "net.no_such_parameter"] = "1"
      try expectRefusal(of: bundle, saying: Runtime.isCrun ? "sysctl" : "no_such_parameter")
    }

    /// The state directory cannot be made: its parent is a file.
    @Test func aRootThatCannotBeMade() throws {
      let runtime = try Runtime(rootName: "file/root")
      try File.write("", to: "\(runtime.directory.path)/file")
      let bundle = try Bundle()
      expectFailure(try runtime.create(TemporaryDirectory.newID(), bundle), saying: "\(runtime.directory.path)/file")
    }
  }
}
