import OCISpec
import Testing

@testable import Container

/// The process that `exec` starts, of what was asked for and what config.json has.
@Suite struct ExecRequestTests {
  static func spec(_ change: (inout Process) -> Void = { _ in }) -> Spec {
    var process = Process(args: ["init"], env: ["A=config"], cwd: "/srv", user: User(uid: 1, gid: 2, additionalGids: [3]))
    process.capabilities = CapabilitySets(bounding: ["CAP_KILL"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"])
    process.terminal = true
    change(&process)
    var spec = Spec()
    spec.process = process
    return spec
  }

  @Test func allButTheProgramIsTheContainers() throws {
    let process = try ExecRequest(id: "c1", program: .arguments(["ls", "-l"])).process(in: Self.spec())
    #expect(process.args == ["ls", "-l"] && process.env == ["A=config"] && process.cwd == "/srv")
    #expect(process.user == User(uid: 1, gid: 2, additionalGids: [3]))
    #expect(!process.terminal, "only --tty gives it one")
  }

  @Test func flagsGoOverIt() throws {
    var request = ExecRequest(id: "c1", program: .arguments(["ls"]))
    request.user = (uid: 7, gid: nil)
    request.additionalGids = [8]
    request.environment = ["B=flag"]
    request.cwd = "/"
    request.noNewPrivileges = true
    request.terminal = true
    let process = try request.process(in: Self.spec())
    #expect(process.user == User(uid: 7, gid: 2, additionalGids: [3, 8]))
    #expect(process.env == ["A=config", "B=flag"] && process.cwd == "/" && process.noNewPrivileges && process.terminal)
  }

  @Test(
    "An added capability is never inheritable, and ambient only where something is inheritable", arguments: [[], ["CAP_KILL"]])
  func capabilities(inheritable: [String]) throws {
    var request = ExecRequest(id: "c1", program: .arguments(["ls"]))
    request.capabilities = ["CAP_NET_RAW"]
    let process = try request.process(in: Self.spec { $0.capabilities?.inheritable = inheritable })
    let sets = try #require(process.capabilities)
    #expect(sets.bounding == ["CAP_KILL", "CAP_NET_RAW"])
    #expect(sets.effective == sets.bounding && sets.permitted == sets.bounding)
    #expect(sets.inheritable == inheritable)
    #expect(sets.ambient == (inheritable.isEmpty ? [] : ["CAP_NET_RAW"]))
  }

  @Test func withoutAProgramThereIsNothingToDo() {
    #expect(throws: (any Error).self) { try ExecRequest(id: "c1", program: .arguments([])).process(in: Self.spec()) }
  }

  @Test func aContainerWithoutAProcessCanBeJoined() throws {
    var spec = Self.spec()
    spec.process = nil
    #expect(try ExecRequest(id: "c1", program: .arguments(["ls"])).process(in: spec).cwd == "/")
  }
}
