import JSON
import Testing

@testable import OCISpec

@Suite struct ProcessCheckTests {
  @Test(arguments: document + process + scheduling + hooks)
  func says(_ row: CheckRow) { row.run() }

  static let document: [CheckRow] = [
    .fine { _ in }, .fine { $0.process = nil }, .fine { $0.ociVersion = "1.0.2-dev" }, .fine { $0.ociVersion = "1.3.9" },
    CheckRow(#"ociVersion: "1.3" is no version in the form of SemVer 2.0.0"#) { $0.ociVersion = "1.3" },
    CheckRow("ociVersion: 1.4.0 is not supported, this runtime reads 1.0 to 1.3") { $0.ociVersion = "1.4.0" },
    CheckRow("ociVersion: 2.0.0 is not supported, this runtime reads 1.0 to 1.3") { $0.ociVersion = "2.0.0" },
    CheckRow("root: is required") { $0.root = nil },
    CheckRow("root.path: must not be empty") { $0.root = Root(path: "") },
    .fine { $0.hostname = String(repeating: "h", count: 64) },
    CheckRow("hostname: has 65 bytes") { $0.hostname = String(repeating: "h", count: 65) },
    CheckRow(
      "hostname: unable to set hostname without a private UTS namespace, add uts to linux.namespaces",
      "domainname: unable to set domainname without a private UTS namespace, add uts to linux.namespaces"
    ) {
      ($0.hostname, $0.domainname) = ("a", "b")
      $0.remove(.uts)
    },
    CheckRow("annotations: one has an empty name") { $0.annotations = ["": "x"] },
    CheckRow(#"linux.personality.flags: the spec defines no flags yet, remove "A, B""#) {
      $0.linux.personality = Personality(domain: .linux, flags: ["A", "B"])
    },
    CheckRow("root.path: must not be empty", #"process.cwd: Cwd must be an absolute path, not "x""#) {
      $0.root?.path = ""
      $0.process?.cwd = "x"
    },
  ]

  static let process: [CheckRow] = [
    CheckRow("process.args: args must not be empty") { $0.process?.args = [] },
    CheckRow("process.args[0]: must not be empty, it is the program to run") { $0.process?.args = ["", "x"] },
    CheckRow(#"process.cwd: Cwd must be an absolute path, not """#) { $0.process?.cwd = "" },
    CheckRow(
      #"process.env[1]: "B" is not of the form NAME=value"#, #"process.env[2]: "=C" is not of the form NAME=value"#,
      #"process.env[3]: "" is not of the form NAME=value"#
    ) { $0.process?.env = ["A=", "B", "=C", "", "D=x=y"] },
    CheckRow("process.rlimits[2].type: RLIMIT_CORE is there twice", "process.rlimits[2].soft: 2 is more than the hard limit 1") {
      $0.process?.rlimits = [("CORE", 0, 0), ("CPU", 0, 0), ("CORE", 2, 1)].map {
        Rlimit(type: "RLIMIT_\($0)", soft: $1, hard: $2)
      }
    },
    CheckRow(
      #"process.rlimits[0].type: unknown limit "RLIMIT_X", expected one of "# + Rlimit.known.joined(separator: ", ")
    ) { $0.process?.rlimits = [Rlimit(type: "RLIMIT_X", soft: 0, hard: 0)] },
    .fine { $0.process?.rlimits = Rlimit.known.map { Rlimit(type: $0, soft: 1, hard: .max) } },
    CheckRow(
      "process.user.uid: 4294967295 is -1 to the kernel, which means no id at all",
      "process.user.gid: 4294967295 is -1 to the kernel, which means no id at all",
      "process.user.additionalGids[1]: 4294967295 is -1 to the kernel, which means no id at all",
      "process.user.umask: 512 is more than 511 (0777), note that JSON numbers are decimal"
    ) { $0.process?.user = User(uid: .max, gid: .max, umask: 512, additionalGids: [0, .max]) },
    CheckRow("process.oomScoreAdj: 1001 is out of range, expected -1000 to 1000") { $0.process?.oomScoreAdj = 1001 },
    .fine { $0.process?.oomScoreAdj = -1000 },
    CheckRow(#"process.execCPUAffinity.final: "0-" is no list of cpus"#) {
      $0.process?.execCPUAffinity = ExecCPUAffinity(initial: "0-3, 7", final: "0-")
    },
    CheckRow(
      "process.user.uid: cannot set uid to unmapped user in user namespace: 1000 is not in linux.uidMappings",
      "process.user.gid: cannot set gid to unmapped user in user namespace: 1001 is not in linux.gidMappings"
    ) {
      $0.addUserNamespace()
      $0.process?.user = User(uid: 1000, gid: 1001)
    },
    .fine {
      $0.addUserNamespace()
      $0.process?.user = User(uid: 999, gid: 0)
    },
  ]

  static let scheduling: [CheckRow] = [
    CheckRow("process.ioPriority.priority: 8 is out of range, expected 0 (highest) to 7") {
      $0.process?.ioPriority = IOPriority(class: .bestEffort, priority: 8)
    },
    CheckRow("process.scheduler.policy: SCHED_ISO is reserved, Linux never got it") { $0.schedule(.iso) { _ in } },
    CheckRow("process.scheduler.nice: 20 is out of range, expected -20 to 19") { $0.schedule(.batch) { $0.nice = 20 } },
    CheckRow("process.scheduler.priority: 0 is out of range, SCHED_FIFO takes 1 to 99") { $0.schedule(.fifo) { _ in } },
    CheckRow("process.scheduler.priority: 100 is out of range, SCHED_RR takes 1 to 99") {
      $0.schedule(.roundRobin) { $0.priority = 100 }
    },
    CheckRow("process.scheduler.priority: only SCHED_FIFO and SCHED_RR have one, the policy is SCHED_OTHER") {
      $0.schedule(.other) { $0.priority = 1 }
    },
    CheckRow("process.scheduler.policy: runtime, deadline and period are only for SCHED_DEADLINE, not SCHED_IDLE") {
      $0.schedule(.idle) { $0.period = 1 }
    },
    CheckRow(
      "process.scheduler.runtime: 1000 is too short",
      "process.scheduler.runtime: 1000 is longer than the deadline 900",
      "process.scheduler.deadline: 900 is longer than the period 800"
    ) { $0.schedule(.deadline) { ($0.runtime, $0.deadline, $0.period) = (1000, 900, 800) } },
    .fine { $0.schedule(.deadline) { ($0.runtime, $0.deadline) = (2000, 2000) } },
    .fine { $0.schedule(.fifo) { $0.priority = 99 } },
  ]

  static let hooks: [CheckRow] = [
    CheckRow(
      #"hooks.createRuntime[1].path: must be an absolute path, not "b""#,
      "hooks.poststop[0].timeout: 0 is out of range"
    ) {
      $0.hooks.createRuntime = [Hook(path: "/a"), Hook(path: "b", timeout: 1)]
      $0.hooks.poststop = [Hook(path: "/c", timeout: 0)]
    },
    CheckRow("hooks.startContainer[0].timeout: -5 is out of range") {
      $0.hooks.startContainer = [Hook(path: "/c", timeout: -5)]
    },
  ]

  @Test func aProcessByItself() {
    let process = OCISpec.Process(cwd: "x")
    #expect(
      process.check().map(\.description) == [
        "args: args must not be empty, name the program to run",
        #"cwd: Cwd must be an absolute path, not "x", begin it with a slash"#,
      ])
  }
}

extension Spec {
  fileprivate mutating func schedule(_ policy: SchedulerPolicy, _ change: (inout Scheduler) -> Void) {
    var scheduler = Scheduler(policy: policy)
    change(&scheduler)
    withProcess { $0.scheduler = scheduler }
  }
}
