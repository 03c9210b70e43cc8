import Foundation
import Kernel
import OCISpec
import Testing

@testable import ControlGroups

/// The life of a real cgroup. What is here needs root and a cgroup2 file system, but no controller.
@Suite(.serialized, .enabled(if: Laboratory.isUsable)) struct ControlGroupTests {
  // MARK: Creation and removal

  @Test func removesWhatItMadeAndSparesWhatWasThere() throws {
    let lab = try Laboratory()
    try lab.make("there")
    let group = try ControlGroup.create(lab.path("there/a/b"), in: lab.hierarchy)
    #expect(group.record.created == [lab.path("there/a"), lab.path("there/a/b")])
    #expect(lab.exists("there/a/b/cgroup.procs"))
    try group.remove()
    #expect(!lab.exists("there/a"))
    #expect(lab.exists("there"))
  }

  @Test func sparesACgroupThatWasThere() throws {
    let lab = try Laboratory()
    try lab.make("there")
    let group = try ControlGroup.create(lab.path("there"), in: lab.hierarchy)
    #expect(group.record.created == [])
    try group.remove()
    #expect(lab.exists("there"))
  }

  @Test func aLevelThatAnotherUsesStays() throws {
    let lab = try Laboratory()
    let first = try ControlGroup.create(lab.path("pod/one"), in: lab.hierarchy)
    let second = try ControlGroup.create(lab.path("pod/two"), in: lab.hierarchy)
    try first.remove()
    #expect(!lab.exists("pod/one") && lab.exists("pod/two"))
    try second.remove()
    #expect(!lab.exists("pod/two") && lab.exists("pod"))
    try first.remove()  // again: now nobody uses it
    #expect(!lab.exists("pod"))
  }

  @Test func opensTheSameCgroupOnly() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    #expect(try ControlGroup.open(group.record, in: lab.hierarchy)?.fullPath == lab.full("a"))
    try group.remove()
    #expect(try ControlGroup.open(group.record, in: lab.hierarchy) == nil)
    // Another one of that name is not ours, and `delete` does not touch it.
    try lab.make("a")
    #expect(try ControlGroup.open(group.record, in: lab.hierarchy) == nil)
    try ControlGroup.remove(group.record, in: lab.hierarchy)
    #expect(lab.exists("a"))
  }

  @Test func refusesForeignProcesses() throws {
    let lab = try Laboratory()
    try lab.make("a/below")
    try lab.start("exec sleep 100", in: "a/below")
    let text = message { _ = try ControlGroup.create(lab.path("a"), in: lab.hierarchy) }
    #expect(text == "cgroup \(lab.full("a")): container's cgroup is not empty: 1 process(es) found")
  }

  @Test func refusesAFrozenCgroupAndLeavesNothing() throws {
    let lab = try Laboratory()
    try lab.make("a")
    lab.write("1", "a/cgroup.freeze")
    #expect(
      message { _ = try ControlGroup.create(lab.path("a"), in: lab.hierarchy) }.contains("container's cgroup unexpectedly frozen")
    )
    // Nor is one below it of use, and what was made of it is gone again.
    #expect(message { _ = try ControlGroup.create(lab.path("a/b/c"), in: lab.hierarchy) }.contains("unexpectedly frozen"))
    #expect(!lab.exists("a/b") && lab.exists("a"))
  }

  @Test func aFailureNamesThePath() throws {
    let lab = try Laboratory()
    let text = message { _ = try ControlGroup.create(lab.path("new/two\nlines"), in: lab.hierarchy) }
    #expect(text == "creating cgroup \(lab.full("new/two\nlines")): mkdirat: Invalid argument")
    #expect(!lab.exists("new"))
    #expect(
      message { _ = try ControlGroup.create(lab.path("cgroup.procs"), in: lab.hierarchy) }.contains("openat2: Not a directory"))
  }

  @Test func removesWhatTheContainerMadeHoweverDeep() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    try lab.make("a/x/" + (0..<200).map { "\($0)" }.joined(separator: "/"))
    for wide in 0..<20 { try lab.make("a/y/\(wide)") }
    try group.remove()
    #expect(!lab.exists("a"))
  }

  @Test func removalWaitsForKilledProcesses() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    try lab.make("a/b")
    for _ in 0..<5 {
      try lab.start("exec sleep 100", in: "a")
      try lab.start("exec sleep 100", in: "a/b")
    }
    try group.killAll()
    try group.remove()
    #expect(!lab.exists("a"))
  }

  /// `kill` beside a `run` that deletes its container: whoever comes second finds nothing left to do.
  @Test func whatAnotherHasRemovedIsEmptyAndNotFrozen() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    let same = try #require(try ControlGroup.open(group.record, in: lab.hierarchy))
    try group.remove()
    #expect(try same.isEmpty)
    #expect(try !same.isFrozen)
    try same.killAll()
    try same.remove()
  }

  @Test func removalOfACgroupInUseSaysWhoIsThere() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    let process = try lab.start("exec sleep 100", in: "a")
    let pid = process.processIdentifier
    let text = message { try group.remove(within: 20) }
    #expect(text == "removing cgroup \(lab.full("a")): unlinkat: Device or resource busy (1 process(es) still in it: \(pid))")
    try lab.make("a/b")
    try lab.start("exec sleep 100", in: "a/b")
    #expect(message { try group.remove(within: 20) }.contains("2 process(es) still in it"))
  }

  // MARK: Processes

  @Test func listsAndKillsEverythingBelow() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    #expect(try group.isEmpty)
    try lab.make("a/b/c")
    let started = [try lab.start("exec sleep 100", in: "a"), try lab.start("exec sleep 100", in: "a/b/c")]
    #expect(try Set(group.processes()) == Set(started.map(\.processIdentifier)))
    #expect(try !group.isEmpty)
    try group.killAll()
    for process in started {
      #expect(process.wait() == SIGKILL)
    }
    #expect(try group.processes() == [])
  }

  @Test func freezesAndThaws() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    let process = try lab.start("exec sleep 100", in: "a")
    #expect(try !group.isFrozen)
    try group.freeze()
    #expect(try group.isFrozen)
    kill(process.processIdentifier, SIGSYS)  // does not arrive
    usleep(20_000)
    #expect(process.isRunning)
    try group.thaw()
    #expect(try !group.isFrozen)
    #expect(process.wait() == SIGSYS)
  }

  @Test func aRecordIsFrozenOnlyIfTheCgroupIsStillItsOwn() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    #expect(try !ControlGroup.isFrozen(group.record, in: lab.hierarchy))
    try group.freeze()
    #expect(try ControlGroup.isFrozen(group.record, in: lab.hierarchy))
    let another = ControlGroup.Record(path: group.path, inode: group.record.inode + 1, created: [])
    #expect(try !ControlGroup.isFrozen(another, in: lab.hierarchy))
    try group.thaw()
    try group.remove()
    #expect(try !ControlGroup.isFrozen(group.record, in: lab.hierarchy))
  }

  @Test func killsWhileFrozen() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    let process = try lab.start("exec sleep 100", in: "a")
    try group.freeze()
    try group.killAll()
    #expect(process.wait() == SIGKILL)
    try group.remove()
    #expect(!lab.exists("a"))
  }

  /// One that was there before may be used again: since 6.14 nothing could be born into it if cgroup.kill had been written.
  @Test func killsOneByOneWhatIsNotItsOwn() throws {
    let lab = try Laboratory()
    try lab.make("a/b")
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    let forks = "trap '' TERM; while :; do sleep 100 & sleep 0.001; done"
    let started = [try lab.start(forks, in: "a"), try lab.start("exec sleep 100", in: "a/b")]
    lab.write("1", "a/b/cgroup.freeze")
    try group.killAll()
    for process in started { #expect(process.wait() == SIGKILL) }
    #expect(try group.isEmpty && !group.isFrozen)
    #expect(try lab.read("a/b/cgroup.freeze") == "1")
    let child = try spawn(namespaces: [], cgroup: group.descriptor) { endProcess(0) }
    #expect(try child.reap() == .exited(code: 0))
  }

  @Test func killsTheProcessesOfAThreadedCgroup() throws {
    let lab = try Laboratory()
    try lab.make("a/b")
    lab.write("threaded", "a/b/cgroup.type")
    let process = try lab.start("exec sleep 100", in: "a/b")
    let group = try ControlGroup.create(lab.path("a/b/c"), in: lab.hierarchy)
    #expect(group.record.isOwned)
    lab.write("\(process.processIdentifier)", "a/b/c/cgroup.threads")
    #expect(try group.processes() == [process.processIdentifier])
    try group.killAll()
    #expect(process.wait() == SIGKILL)
  }

  @Test func thawingBelowAFrozenCgroupFails() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a/b"), in: lab.hierarchy)
    lab.write("1", "a/cgroup.freeze")
    #expect(message { try group.thaw(within: 30) }.contains("thawing cgroup \(lab.full("a/b")): still frozen after 30 ms"))
    lab.write("0", "a/cgroup.freeze")
    try group.thaw()
  }

  @Test func sendsASignalToAll() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    try lab.make("a/b")
    let started = [try lab.start("exec sleep 100", in: "a"), try lab.start("exec sleep 100", in: "a/b")]
    try group.send(signal: SIGSYS)
    for process in started {
      #expect(process.wait() == SIGSYS)
    }
    #expect(try !group.isFrozen)
  }

  // MARK: Ownership

  @Test func delegatesTheListedFilesOnly() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    try group.delegate(to: 4711)
    func owner(_ file: String) -> uid_t? {
      var status = stat()
      return lstat(lab.full(file), &status) == 0 ? status.st_uid : nil
    }
    for file in ["a", "a/cgroup.procs", "a/cgroup.subtree_control", "a/cgroup.threads"] {
      #expect(owner(file) == 4711, "\(file)")
    }
    for file in ["a/cgroup.freeze", "a/cgroup.kill", "a/cgroup.max.depth", ""] { #expect(owner(file) == 0, "\(file)") }
  }

  // MARK: Settings

  @Test func unifiedFilesAreWritten() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    var resources = Resources()
    resources.unified = ["cgroup.max.depth": "3", "cgroup.max.descendants": "17"]
    try group.apply(try Writes(resources))
    #expect(try lab.read("a/cgroup.max.depth") == "3")
    #expect(try lab.read("a/cgroup.max.descendants") == "17")
    resources.unified = ["cgroup.max.depth": "many"]
    #expect(
      message { try group.apply(try Writes(resources)) }
        == "writing many to \(lab.full("a"))/cgroup.max.depth: write: Invalid argument")
    resources.unified = ["hello.world": "1"]
    let text = message { try group.apply(try Writes(resources)) }
    #expect(text.hasPrefix("writing 1 to \(lab.full("a"))/hello.world: openat2: No such file or directory"))
    #expect(text.contains("linux.resources.unified[\"hello.world\"]") && text.contains("cgroup.controllers there"))
  }

  /// On a hybrid host the limit is an error before anything is made; to lift a limit is none.
  @Test(.enabled(if: Laboratory.isUsable && !Laboratory.has("pids"))) func aLimitWithoutItsController() throws {
    let lab = try Laboratory()
    var resources = Resources()
    resources.pids = PIDs(limit: 10)
    let writes = try Writes(resources)
    let text = message { _ = try ControlGroup.create(lab.path("a"), in: lab.hierarchy, needs: writes.needs) }
    #expect(
      text.hasPrefix(
        "linux.resources.pids.limit needs the cgroup controller pids, which is not in \(lab.hierarchy.mountPoint)/cgroup.controllers"
      ))
    #expect(!lab.exists("a"))
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    #expect(message { try group.apply(writes) } == text)
    resources.pids = PIDs(limit: -1)
    resources.memory = MemoryResources(limit: -1)
    try group.apply(try Writes(resources))
  }

  // MARK: Devices

  @Test func deviceRulesAreInForce() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    func apply(_ rules: [DeviceRule]) throws { try group.apply(try DeviceProgram(rules)) { Issue.record("warned: \($0)") } }
    #expect(try lab.status("exec 3</dev/zero", in: "a") == 0)
    try apply([DeviceRule(allow: true), DeviceRule(allow: false, type: .c, major: 1, minor: 5, access: "w")])
    #expect(try lab.status("exec 3</dev/zero", in: "a") == 0)
    #expect(try lab.status("exec 3>/dev/zero", in: "a") != 0)
    #expect(try lab.status("exec 3<>/dev/zero", in: "a") != 0)
    #expect(try lab.status("exec 3<>/dev/null", in: "a") == 0)
    // A program beside the first cannot allow what that one denies.
    try apply([DeviceRule(allow: true, type: .c)])
    #expect(try lab.status("exec 3>/dev/zero", in: "a") != 0)
    #expect(try BPF.devicePrograms(of: group.descriptor.descriptor).count == 2)
    #expect(group.record.deviceProgram == nil)  // they go with the cgroup
  }

  /// In a cgroup that stays, exactly the program of the container is taken off again, by whoever has its record.
  @Test func deviceRulesAreTakenOffACgroupThatStays() throws {
    let lab = try Laboratory()
    try lab.make("a")
    let program = try DeviceProgram([DeviceRule(allow: false)] + DeviceRule.defaults)
    let other = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    try other.apply(program) { Issue.record("warned: \($0)") }
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    var announced: ControlGroup.Record?
    try group.apply(program, announce: { announced = $0 }, warn: { Issue.record("warned: \($0)") })
    #expect(announced == group.record && announced?.deviceProgram != nil)
    #expect(try BPF.devicePrograms(of: group.descriptor.descriptor).count == 2)
    try ControlGroup.remove(group.record, in: lab.hierarchy)
    try ControlGroup.remove(group.record, in: lab.hierarchy)  // again: nothing to do
    #expect(try BPF.devicePrograms(of: group.descriptor.descriptor) == [try #require(other.record.deviceProgram)])
    #expect(try lab.status("exec 3</dev/kmsg", in: "a") != 0)
    try other.remove()
    #expect(try lab.status("exec 3</dev/kmsg", in: "a") == 0)
  }

  @Test func defaultDeviceRulesAreInForce() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    try group.apply(try DeviceProgram([DeviceRule(allow: false)] + DeviceRule.defaults)) { Issue.record("warned: \($0)") }
    #expect(try lab.status("exec 3<>/dev/null 4</dev/urandom", in: "a") == 0)
    #expect(try lab.status("exec 3</dev/kmsg", in: "a") != 0)
    let node = FileManager.default.temporaryDirectory.path + "/apus-test-node-\(getpid())"
    #expect(try lab.status("mknod \(node) c 1 1 && ! (exec 3<\(node)); r=$?; rm -f \(node); exit $r", in: "a") == 0)
  }

  /// As many rules as ``DeviceProgram`` makes a program of, of a kind that takes the verifier the most work: it must not
  /// grow with the square of their number, for the kernel gives up at a million steps.
  @Test func asManyDeviceRulesAsAreTakenAreLoaded() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    let rules = (0..<2700).map { (number: Int) -> DeviceRule in
      DeviceRule(
        allow: true, type: number % 2 == 0 ? .c : .b, major: Int64(number % 511), minor: Int64(number),
        access: ["r", "w", "rw"][number % 3])
    }
    try group.apply(try DeviceProgram(rules + DeviceRule.defaults)) { Issue.record("warned: \($0)") }
    #expect(try lab.status("exec 3<>/dev/null", in: "a") == 0)
    #expect(try lab.status("exec 3</dev/kmsg", in: "a") != 0)
    #expect(message { _ = try DeviceProgram(rules + [DeviceRule(allow: false)] + rules) } == "no failure")
    let others = rules.map { DeviceRule(allow: false, minor: $0.minor, access: "r") }
    #expect(message { _ = try DeviceProgram(rules + others) }.contains("5400 rules are more than"))
  }
}
