import Foundation
import Testing

extension Scenarios {
  /// `check`: every problem at once, with path, rule and remedy, and nothing touched.
  @Suite(.enabled(if: Runtime.isApus, "peers have no such verb")) struct Check {
    private static func check(_ bundle: Bundle, _ arguments: String...) throws -> Outcome {
      let runtime = try Runtime()
      try bundle.write()
      return try assertNothingLeft(by: runtime) { try runtime.call(["check"] + arguments + [bundle.path]) }
    }

    private static func document(_ outcome: Outcome) throws -> (problems: [[String: String]], notices: [[String: String]]) {
      let value = try Value(parsing: outcome.stdout)
      func list(_ name: String) -> [[String: String]] {
        (value[name]?.array ?? []).map { ($0.object ?? [:]).compactMapValues(\.string) }
      }
      #expect(value["ok"]?.bool == (outcome.status == 0))
      return (list("problems"), list("notices"))
    }

    @Test func aBundleThatIsRight() throws {
      let bundle = try Bundle()
      let outcome = try Self.check(bundle)
      expectSuccess(outcome)
      #expect(outcome.stdout == "\(bundle.path)/config.json: no problems\n" && outcome.stderr == "")
      let json = try Self.check(bundle, "--format", "json")
      expectSuccess(json)
      #expect(try Self.document(json).problems.isEmpty)
      #expect(try Value(parsing: json.stdout)["bundle"]?.string == bundle.path)
    }

    /// Mistakes of every kind, and where each is told.
    private static let planted: [(set: String, value: Value?, told: String)] = [
      ("process.user.uid", "root", "process.user.uid"), ("process.cwd", "work", "process.cwd"),
      ("process.args", [], "process.args"), ("process.rlimits.0.type", "RLIMIT_FOO", "process.rlimits[0].type"),
      ("mounts.5.destination", nil, "mounts[5].destination"), ("mounts.1.options", "ro", "mounts[1].options"),
      ("linux.namespaces.2.type", "pid", "linux.namespaces[2].type"),
      (
        "linux.seccomp", ["defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_VAX"]], "linux.seccomp.architectures[0]"
      ),
      ("linux.uidMappings", [["containerID": 0, "hostID": 0, "size": 1]], "linux.uidMappings"),
      ("linux.maskedPaths.0", "proc/kcore", "linux.maskedPaths[0]"),
      ("linux.resources.memory", ["limit": "64m"], "linux.resources.memory.limit"),
      ("root.path", "elsewhere", "root.path"),
      ("hooks", ["prestart": [["path": "/no/such/hook"]]], "hooks.prestart[0].path"),
    ]

    private static func bundleWithAll() throws -> Bundle {
      let bundle = try Bundle()
      for mistake in planted {
        if mistake.value == nil {
          bundle.config["mounts.5"] = ["type": "sysfs", "source": "sysfs"]
        } else {
          bundle.config[mistake.set] = mistake.value
        }
      }
      bundle.config["linux.sysctl", "kernel.pid_max"] = "1"
      return bundle
    }

    @Test func tenMistakesAreAllNamedAtOnce() throws {
      let bundle = try Self.bundleWithAll()
      let outcome = try Self.check(bundle, "--format=json")
      #expect(outcome.status == 1 && outcome.stderr == "", "\(outcome)")
      let problems = try Self.document(outcome).problems
      let expected = Self.planted.map(\.told) + [#"linux.sysctl["kernel.pid_max"]"#]
      #expect(Set(problems.compactMap { $0["path"] }) == Set(expected))
      #expect(problems.count == expected.count)
      for problem in problems {
        for member in ["message", "rule", "remedy"] { #expect(problem[member]?.isEmpty == false, "\(problem)") }
      }
      let text = try Self.check(bundle)
      #expect(text.status == 1 && text.stdout.hasPrefix("\(bundle.path)/config.json: \(expected.count) problems\n"))
      for path in expected { #expect(text.stdout.contains("\n\(path)\n    wrong:  "), "\(path)") }
    }

    @Test(arguments: planted.indices) func eachOfThemAlone(index: Int) throws {
      let (set, value, told) = Self.planted[index]
      let bundle = try Bundle()
      if value == nil { bundle.config["mounts.5"] = ["type": "sysfs", "source": "sysfs"] } else { bundle.config[set] = value }
      let outcome = try Self.check(bundle, "-f", "json")
      #expect(outcome.status == 1, "\(outcome)")
      #expect(try Self.document(outcome).problems.map { $0["path"] } == [told])
      // And create refuses the same.
      let refused = try refusal(of: bundle)
      if told != "root.path", !told.hasPrefix("hooks") { #expect(refused.message.contains("\(told): "), "\(refused)") }
    }

    @Test func whatIsIgnoredIsANotice() throws {
      let bundle = try Bundle()
      bundle.config["linux.maskedPath"] = ["/a"]
      bundle.config["windows"] = ["layerFolders": ["x"]]
      bundle.config["process.capabilities.bounding.0"] = "CAP_FOO"
      let outcome = try Self.check(bundle, "-f", "json")
      expectSuccess(outcome)
      let (problems, notices) = try Self.document(outcome)
      #expect(problems.isEmpty)
      let remedies = Dictionary(uniqueKeysWithValues: notices.map { ($0["path"] ?? "", $0["remedy"] ?? "") })
      #expect(remedies["linux.maskedPath"] == "did you mean maskedPaths?")
      #expect(Set(remedies.keys) == ["linux.maskedPath", "windows", "process.capabilities.bounding[0]"])
      expectSuccess(try Runtime().run(bundle))
    }

    @Test func whatThisHostDoesNotHave() throws {
      let bundle = try Bundle()
      bundle.config["linux.resources.blockIO"] = ["throttleReadBpsDevice": [["major": 8, "minor": 4000, "rate": 1]]]
      bundle.config["linux.resources.cpu"] = ["cpus": "4000"]
      bundle.config["linux.resources.hugepageLimits"] = [["pageSize": "3KB", "limit": 1]]
      bundle.config["linux.namespaces.2.path"] = "/etc/passwd"
      bundle.config.append("mounts", value: ["destination": "/a", "source": "/no/such", "options": ["bind"]])
      let paths = Set(try Self.document(try Self.check(bundle, "-f", "json")).problems.compactMap { $0["path"] })
      for path in [
        "linux.resources.blockIO.throttleReadBpsDevice[0]", "linux.resources.cpu.cpus", "linux.namespaces[2].path",
        "mounts[7].source",
      ] { #expect(paths.contains(path), "\(path) is not in \(paths)") }
      // Told before anything is made, not by init.
      let refused = try refusal(of: bundle)
      #expect(refused.message.contains("config.json: linux.resources."), "\(refused)")
    }

    @Test func aDocumentThatIsNotJSON() throws {
      let bundle = try Bundle()
      bundle.rawConfig = "{\n  \"root\": }"
      let outcome = try Self.check(bundle)
      #expect(outcome.status == 1 && outcome.stdout.contains("config.json:2:11: unexpected character '}'"), "\(outcome)")
      #expect(try Runtime()("check", "/no/such/bundle").status == 1)
    }

    @Test func whatThisHostCanDo() throws {
      let runtime = try Runtime()
      let outcome = try assertNothingLeft(by: runtime) { try runtime("check", "--format", "json") }
      #expect(outcome.stderr == "")
      let host = try #require(try Value(parsing: outcome.stdout)["host"]?.array)
      #expect(host.count > 40)
      let facts = Dictionary(uniqueKeysWithValues: host.map { ($0["name"]?.string ?? "", $0["available"]?.bool) })
      for name in ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"] {
        let file = ["mount": "mnt", "network": "net"][name] ?? name
        #expect(facts["\(name) namespace"] == File.exists("/proc/self/ns/\(file)"))
      }
      for controller in ["cpu", "memory", "pids", "io"] {
        #expect(facts["cgroup controller \(controller)"] == Host.controllers.contains(controller))
      }
      #expect(facts["CAP_SYS_RESOURCE"] == Host.holds(capability: 24))
      let text = try runtime("check")
      #expect(text.status == outcome.status && text.stdout.split(separator: "\n").count == host.count)
    }
  }
}
