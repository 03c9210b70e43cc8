import Foundation
import Testing

extension Scenarios {
  /// Requirements that an operation, a file or the host can break, each with the whole line that is said.
  /// What the document alone can break is in OCISpecTests, `ErrorTableTests`.
  @Suite(.enabled(if: Runtime.isApus, "the texts are those of apus")) struct OperationErrors {
    struct Row: Sendable, CustomTestStringConvertible {
      let id: String
      /// With `{root}`, `{bundle}` and `{id}`.
      let expected: String
      var arguments: [String] = []
      var set: [(path: String, value: Value)] = []
      var testDescription: String { "\(id) \((arguments + set.map(\.path)).joined(separator: " "))" }
    }

    private static let form = #"(an id is made of letters, digits, "_", "+", "." and "-")"#

    static let calls: [Row] = [
      ("OPS-01", ["state"], #"apus: "state" requires exactly 1 argument(s), not 0"#),
      ("OPS-04", ["create"], #"apus: "create" requires exactly 1 argument(s), not 0"#),
      ("OPS-11", ["start"], #"apus: "start" requires exactly 1 argument(s), not 0"#),
      ("OPS-15", ["kill"], #"apus: "kill" requires a minimum of 1 argument(s), not 0"#),
      ("OPS-18", ["delete"], #"apus: "delete" requires exactly 1 argument(s), not 0"#),
      ("OPS-02", ["state", "nope"], "apus: state nope: container does not exist (no {root}/nope)"),
      ("OPS-12", ["start", "nope"], "apus: start nope: container does not exist (no {root}/nope)"),
      ("OPS-16", ["kill", "nope"], "apus: kill nope: container does not exist (no {root}/nope)"),
      ("OPS-19", ["delete", "nope"], "apus: delete nope: container does not exist (no {root}/nope)"),
      ("OPS-02", ["state", "../x"], #"apus: state ../x: invalid container ID format: "../x" "# + form),
      ("OPS-06", ["create", "a b"], #"apus: create a b: invalid container ID format: "a b" "# + form),
      (
        "OPS-04", ["create", "--bundle", "/no/such", "c"],
        "apus: create c: JSON specification file config.json not found (there is no /no/such/config.json)"
      ),
      (
        "BUN-01", ["check", "/no/such"],
        "apus: check: JSON specification file config.json not found (there is no /no/such/config.json)"
      ),
    ].map { Row(id: $0.0, expected: $0.2, arguments: $0.1) }

    private static func row(_ id: String, _ path: String, _ value: Value, _ text: String) -> Row {
      Row(id: id, expected: "apus: create {id}: \(text)", set: [(path, value)])
    }

    private static func bind(_ source: Value, _ destination: Value = "/a") -> Value {
      ["destination": destination, "source": source, "options": ["bind"]]
    }

    static let bundles: [Row] = [
      row(
        "DEF-29", "process.args", ["nosuch"],
        #"finding the program: exec: "nosuch": executable file not found in $PATH (PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)"#
      ),
      row(
        "DEF-29", "process.args", ["/bin/none"],
        #"finding the program: exec: "/bin/none": stat /bin/none: no such file or directory"#),
      row("DEF-29", "process.args", ["/etc"], #"finding the program: exec: "/etc": is a directory: permission denied"#),
      row(
        "MNT-02", "root.path", "none",
        "invalid rootfs {bundle}/none: openat2: No such file or directory (root.path of config.json names a directory that is not there)"
      ),
      row("LNX-03", "linux.namespaces.2.path", "/none", "joining the ipc namespace /none: openat2: No such file or directory"),
      row(
        "LNX-03", "linux.namespaces.2.path", "/proc/self/ns/uts",
        "joining the ipc namespace /proc/self/ns/uts: it is a namespace of another type (uts)"),
      row(
        "LNX-03", "linux.namespaces.2.path", "/etc/passwd",
        "joining the ipc namespace /etc/passwd: the file is not a namespace (use a path such as /proc/PID/ns/ipc)"),
      row(
        "MNT-06", "mounts.0", bind("/none"), "mounting /none on /a: opening the source /none: openat2: No such file or directory"),
      row("MNT-05", "mounts.0", bind("/etc", "/"), "mounting /etc on /: it would hide the root file system"),
      row("LIF-03", "hooks", ["prestart": [["path": "/bin/false"]]], "running prestart hook #0 /bin/false: exit status 1"),
      row(
        "LIF-04", "hooks", ["createRuntime": [["path": "/bin/false"]]], "running createRuntime hook #0 /bin/false: exit status 1"),
      row(
        "LIF-05", "hooks", ["createContainer": [["path": "/bin/false"]]],
        "hooks: running createContainer hook #0 /bin/false: exit status 1"),
      row(
        "HOK-07", "hooks", ["createRuntime": [["path": "/none"]]],
        "running createRuntime hook #0 /none: execve: No such file or directory"),
      row(
        "DEF-16", "hooks", ["createRuntime": [["path": "/bin/sleep", "args": ["sleep", "9"], "timeout": 1]]],
        "running createRuntime hook #0 /bin/sleep: hook ran past specified timeout of 1.0s"),
      row(
        "LNX-11", "linux.devices", [["type": "c", "path": "/etc", "major": 1, "minor": 3]],
        "devices: device /etc: a file that is another or no device is already there: File exists"),
      row(
        "PRC-02", "process.terminal", true,
        "cannot allocate tty if apus will detach without setting console socket (give --console-socket, or set process.terminal "
          + "to false)"),
    ]

    @Test(arguments: calls) func ofACall(_ row: Row) throws {
      let runtime = try Runtime()
      let outcome = try assertNothingLeft(by: runtime) { try runtime.call(row.arguments) }
      #expect(outcome.status == 1)
      #expect(outcome.stderr == row.expected.replacingOccurrences(of: "{root}", with: runtime.root) + "\n")
    }

    @Test(arguments: bundles) func ofABundle(_ row: Row) throws {
      let runtime = try Runtime()
      let bundle = try Bundle()
      for (path, value) in row.set { bundle.config[path] = value }
      let id = TemporaryDirectory.newID()
      let outcome = try refusal(of: bundle, runtime: runtime, id: id)
      let expected = row.expected.replacingOccurrences(of: "{bundle}", with: bundle.path).replacingOccurrences(
        of: "{id}", with: id)
      #expect(outcome.stderr == expected + "\n")
    }

    @Test func aSymbolicLinkAsRoot() throws {
      let bundle = try Bundle()
      try File.makeDirectory("\(bundle.path)/real")
      try FileManager.default.createSymbolicLink(atPath: "\(bundle.path)/link", withDestinationPath: "real")
      bundle.config["root.path"] = "link"
      let id = TemporaryDirectory.newID()
      let outcome = try refusal(of: bundle, id: id)
      #expect(
        outcome.stderr
          == "apus: create \(id): invalid rootfs: not an absolute path, or a symlink: \(bundle.path)/link "
          + "(root.path must be a directory itself)\n")
    }

    /// OPS-05, OPS-12, OPS-16, OPS-19: what a container's status forbids.
    @Test func ofAStatus() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        let (id, runtime) = (container.id, container.runtime)
        let again = try runtime.create(id, try Bundle())
        #expect(
          again.stderr
            == "apus: create \(id): container with given ID already exists (`apus delete \(id)` frees it; see \(runtime.root)/\(id))\n"
        )
        try container.start()
        #expect(try runtime("start", id).stderr == "apus: start \(id): cannot start an already running container\n")
        #expect(
          try runtime("delete", id).stderr
            == "apus: delete \(id): cannot delete container \(id) that is not stopped: running (use --force to kill it)\n")
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
        #expect(try runtime("start", id).stderr == "apus: start \(id): cannot start a container that has stopped\n")
        #expect(try runtime("kill", id, "KILL").stderr == "apus: kill \(id): container not running\n")
      }
    }

    @Test(.enabled(if: !File.exists("/sys/fs/selinux/enforce"), "SELinux is on")) func aLabelWithoutSELinux() throws {
      let bundle = try Bundle()
      bundle.config["process.selinuxLabel"] = "x"
      let id = TemporaryDirectory.newID()
      #expect(
        try refusal(of: bundle, id: id).stderr
          == "apus: create \(id): selinux label is specified in config, but selinux is disabled or not supported\n")
    }
  }
}
