import Foundation
import JSON
import Kernel
import OCISpec
import Testing

@testable import Commands
@testable import Container

/// What the command line answers, without a runtime below it.
private func answer(_ line: String...) -> Answer { interpret(line).0 }

private func summary(
  _ id: String, pid: Int32?, annotations: [String: String] = [:], exit: Kernel.ExitStatus? = nil
) -> ContainerSummary {
  let state = State(
    ociVersion: "1.3.0", id: id, status: pid == nil ? .stopped : .running, pid: pid, bundle: "/b", annotations: annotations)
  return ContainerSummary(
    state: state, rootfs: "/b/rootfs", created: "2026-01-02T03:04:05.123456789Z", owner: "root", exitStatus: exit)
}

@Suite struct VerbTests {
  @Test("The version is told as engines parse it: name, the word version, SemVer; then the spec's")
  func version() {
    for flag in ["--version", "-v", "-version"] {
      let lines = answer(flag).text.split(separator: "\n")
      #expect(lines[0].wholeMatch(of: /apus version \d+\.\d+\.\d+/) != nil)
      #expect(lines.contains("spec: 1.3.0"))
      #expect(lines.contains { $0.wholeMatch(of: /libseccomp: \d+\.\d+\.\d+/) != nil })
      #expect(!lines.contains { $0.hasPrefix("commit:") && $0.contains("unknown") })
    }
  }

  @Test(
    "Help is shown when asked for in any way, and succeeds",
    arguments: [
      ["--help"], ["-h"], [], ["help"], ["h"], ["kill", "--help"], ["create", "c1", "x", "-h"], ["help", "kill"],
      ["--debug", "list", "-h"],
    ])
  func help(words: [String]) {
    let (answer, _) = interpret(words)
    #expect(answer.failure == nil && answer.status == 0)
    #expect(answer.text.hasPrefix("NAME:\n   apus"))
  }

  @Test("A wrong number of arguments: the usage on the standard output, one line of error")
  func usage() {
    let (answer, report) = interpret(["kill"])
    #expect(answer.text.hasPrefix("Incorrect Usage.\n\nNAME:\n   apus kill"))
    #expect(answer.failure?.message == "\"kill\" requires a minimum of 1 argument(s), not 0")
    #expect(report.subject.isEmpty)
  }

  @Test(
    "What cannot be understood fails with one line and nothing on the standard output",
    arguments: [
      (["klil", "c1"], "unknown command \"klil\" (did you mean kill?)"),
      (["delete", "a\u{fffd}"], "the argument \"a\u{fffd}\" is not valid UTF-8"),
      (["frobnicate"], "unknown command \"frobnicate\" (`apus help` lists them)"),
      (["--bogus", "list"], "flag provided but not defined: --bogus"),
      (["--log-format", "xml", "list"], "invalid log-format: xml (use text or json)"),
      (["kill", "c1", "FOO"], "unknown signal \"FOO\""), (["list", "-f", "yaml"], "invalid format: yaml (use table or json)"),
      (["create", "--ipc", "pod", "c1"], "invalid --ipc \"pod\" (use private, host or container:<id>)"),
      (["create", "--ipc", "container", "c1"], "invalid --ipc \"container\" (use private, host or container:<id>)"),
      (["create", "--ipc=", "c1"], "invalid --ipc \"\" (use private, host or container:<id>)"),
      (["run", "--pid", "1", "c1"], "invalid --pid \"1\" (use private, host or container:<id>)"),
      (["create", "--parent-path", "/s", "c1"], "flag provided but not defined: --parent-path"),
      (["--root", "/", "list"], "--root /: containers cannot be kept in the root directory itself"),
      (["--root", "/x/..", "list"], "--root /x/..: containers cannot be kept in the root directory itself"),
    ])
  func mistakes(words: [String], message: String) {
    let (answer, _) = interpret(words)
    #expect(answer.text.isEmpty)
    #expect(answer.failure?.message == message)
  }

  @Test("An error begins with the verb and the container's id")
  func subject() {
    #expect(interpret(["kill", "c1", "FOO"]).1.subject == "kill c1")
    #expect(interpret(["list", "-f", "x"]).1.subject == "list")
    #expect(interpret(["--bogus"]).1.subject == "")
  }

  @Test("Features is one JSON document, whatever the root")
  func features() throws {
    let answer = answer("--root", "/", "features")
    #expect(answer.failure == nil)
    #expect(try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) is [String: Any])
  }

  /// The machine's for root, as these tests may run as anybody.
  private static let systemd = Driver.systemd(ofUser: effectiveUserID != 0)

  @Test(
    "Who makes the cgroups: the last word counts",
    arguments: [
      ([], .cgroupfs), (["--systemd-cgroup"], systemd), (["--systemd-cgroup", "--systemd-cgroup"], systemd),
      (["--systemd-cgroup=false"], .cgroupfs),
      (["--cgroup-manager", "systemd"], systemd), (["--cgroup-manager", "cgroupfs", "--systemd-cgroup"], systemd),
      (["--systemd-cgroup", "--cgroup-manager=cgroupfs"], .cgroupfs), (["--cgroup-manager", "disabled"], .disabled),
    ])
  func cgroupManager(flags: [String], driver: Driver) throws {
    var globals = Values()
    _ = try Parser(flags: CommandTable.globals, flagPlace: .beforeOperands).parse(flags + ["list"], into: &globals)
    #expect(try Globals.driver(globals) == driver)
  }

  @Test("Spec writes a readable config.json, and never over one that is there", arguments: [false, true])
  func spec(rootless: Bool) throws {
    let directory = NSTemporaryDirectory() + "apus-spec-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: directory) }  // a leftover directory fails no later test
    let words = ["spec", "-b", directory] + (rootless ? ["--rootless"] : [])
    #expect(interpret(words).0.failure == nil)
    let written = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/config.json"))
    let document = try #require(try JSONSerialization.jsonObject(with: written) as? [String: Any])
    #expect(document["ociVersion"] as? String == "1.3.0")
    #expect((document["linux"] as? [String: Any])?.keys.contains("uidMappings") == rootless)
    #expect(written.last == UInt8(ascii: "\n"))

    let message = "writing \(directory)/config.json: File config.json exists. Remove it first"
    #expect(interpret(words).0.failure?.message == message)
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(directory)/config.json")) == written)
    #expect(interpret(["spec", "-b", "\(directory)/none"]).0.failure?.message.hasSuffix("No such file or directory") == true)
  }

  private func creation(_ words: [String]) throws -> CreateRequest {
    var values = Values()
    let operands = try Parser(flags: Verb.create.allFlags, flagPlace: .anywhere).parse(words, into: &values)
    return try Invocation(globals: Values(), values: values, operands: operands, report: Report()).creation()
  }

  @Test("What create asks for: every flag arrives, every path absolute")
  func creation() throws {
    let here = FileManager.default.currentDirectoryPath
    let request = try creation([
      "c1", "-b", "b", "--console-socket", "s", "--pid-file", "./p", "--no-pivot", "--no-new-keyring", "--preserve-fds", "3",
      "--ipc", "container:c0", "--network=host", "--uts", "private",
    ])
    #expect(request.id == "c1")
    #expect(request.bundle == "\(here)/b" && request.consoleSocket == "\(here)/s" && request.pidFile == "\(here)/p")
    #expect(request.noPivot && request.noNewKeyring && request.preserveFDs == 3)
    #expect(request.namespaces == [.ipc: .container(id: "c0"), .network: .host, .uts: .private])
    let plain = try creation(["--pid-file", "", "c1"])
    #expect(plain.bundle == here && plain.consoleSocket == nil && plain.pidFile == nil)
    #expect(!plain.noPivot && !plain.noNewKeyring && plain.preserveFDs == 0 && plain.namespaces.isEmpty)
  }
}

@Suite struct ListTests {
  @Test("Columns are at least 12 wide and 3 apart, as runc's tabwriter makes them")
  func columns() {
    #expect(listTable([]) == "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n")
    let lines = listTable([summary("c1", pid: 42), summary("a-long-name-ü\n", pid: nil)]).split(separator: "\n")
    #expect(
      lines.map { String($0) } == [
        "ID                PID         STATUS      BUNDLE      CREATED                          OWNER",
        "c1                42          running     /b          2026-01-02T03:04:05.123456789Z   root",
        "a-long-name-ü\\n   0           stopped     /b          2026-01-02T03:04:05.123456789Z   root",
      ])
  }

  @Test("The JSON list is null when there is no container, else an array of states")
  func documents() {
    #expect(listDocument([]).text(.compact) == "null")
    #expect(
      listDocument([summary("a", pid: 1), summary("b", pid: 2)]).text(.compact).hasPrefix(
        "[{\"ociVersion\":\"1.3.0\",\"id\":\"a\""))
  }

  @Test("A state's members stand in runc's order; the pid of a stopped container is 0")
  func state() {
    let common = #""bundle":"/b","rootfs":"/b/rootfs","created":"2026-01-02T03:04:05.123456789Z""#
    #expect(
      summary("c1", pid: nil).document.text(.compact)
        == #"{"ociVersion":"1.3.0","id":"c1","pid":0,"status":"stopped",\#(common),"owner":"root"}"#)
    #expect(
      summary("c1", pid: 42, annotations: ["b": "2", "a": "1"]).document.text(.compact)
        == #"{"ociVersion":"1.3.0","id":"c1","pid":42,"status":"running",\#(common),"annotations":{"a":"1","b":"2"},"owner":"root"}"#
    )
    #expect(summary("c1", pid: nil, exit: .exited(code: 0)).document.text(.compact).hasSuffix(#""owner":"root","exitCode":0}"#))
    #expect(
      summary("c1", pid: nil, exit: .signaled(15)).document.text(.compact).hasSuffix(
        #""owner":"root","exitCode":143,"signal":15}"#))
  }
}
