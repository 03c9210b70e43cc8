import Foundation
import JSON
import Testing

@testable import OCISpec

/// One mistake in a config.json, with all that must be said of it.
///
/// The id is that of the requirement: of the runtime-spec's properties and operations by section (BUN, MNT, PRC, ...), or of
/// the rules that are in no document but in every runtime (DEF).
struct ErrorRow: Sendable, CustomTestStringConvertible {
  let id: String
  /// Members to be set in a document that is right: path and JSON text; no text removes the member.
  let changes: [(path: String, json: String?)]
  let expected: [String]
  var rootless = false
  var noPivot = false

  var testDescription: String { "\(id) \(changes.last?.path ?? "")" }

  /// - Parameters:
  ///   - text: message and remedy as one line has them; the path stands before it.
  ///   - place: the path that is complained about, where it is not the one that is set.
  init(
    _ id: String, _ path: String, _ json: String?, _ text: String, at place: String? = nil, with others: [(String, String?)] = [],
    rootless: Bool = false, noPivot: Bool = false
  ) {
    self.id = id
    changes = ErrorRow.surroundings(of: path) + others.map { (path: $0.0, json: $0.1) } + [(path: path, json: json)]
    expected = ["\(place ?? path): \(text)"]
    self.rootless = rootless
    self.noPivot = noPivot
  }

  /// A document without a mistake, as small as it can be.
  static let sound = #"""
    {"ociVersion": "1.3.0", "root": {"path": "rootfs"},
     "process": {"args": ["sh"], "cwd": "/", "user": {"uid": 0, "gid": 0}, "env": ["PATH=/bin"]},
     "linux": {"namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"},
       {"type": "cgroup"}]}}
    """#

  /// What must be around a member for it to be the only mistake there.
  private static func surroundings(of path: String) -> [(path: String, json: String?)] {
    let fitting = samples.filter { path.hasPrefix($0.prefix) }.max { $0.prefix.count < $1.prefix.count }
    return fitting.map { $0.sets.map { (path: $0.0, json: Optional($0.1)) } } ?? []
  }

  private static let mapping = #"{"containerID": 0, "hostID": 1000, "size": 1000}"#
  static let userNamespace = [
    ("linux.namespaces[6]", #"{"type": "user"}"#), ("linux.uidMappings", "[\(mapping)]"), ("linux.gidMappings", "[\(mapping)]"),
  ]
  private static let throttle = #"[{"major": 8, "minor": 0, "rate": 1}]"#

  private static let samples: [(prefix: String, sets: [(String, String)])] =
    [
      ("process.consoleSize.", [("process.consoleSize", #"{"height": 25, "width": 80}"#)]),
      ("process.rlimits[0].", [("process.rlimits", #"[{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]"#)]),
      ("process.scheduler.", [("process.scheduler", #"{"policy": "SCHED_OTHER"}"#)]),
      ("process.ioPriority.", [("process.ioPriority", #"{"class": "IOPRIO_CLASS_BE", "priority": 4}"#)]),
      ("mounts[0].", [("mounts", #"[{"destination": "/a", "type": "tmpfs"}]"#)]),
      ("mounts[0].uidMappings", [("mounts", idMapped)]), ("mounts[0].gidMappings", [("mounts", idMapped)]),
      ("linux.uidMappings", userNamespace), ("linux.gidMappings", userNamespace),
      (
        "linux.timeOffsets[",
        [("linux.namespaces[6]", #"{"type": "time"}"#), ("linux.timeOffsets", #"{"monotonic": {"secs": 1}}"#)]
      ),
      ("linux.devices[0].", [("linux.devices", #"[{"type": "c", "path": "/dev/a", "major": 1, "minor": 3}]"#)]),
      ("linux.resources.devices[0].", [("linux.resources.devices", #"[{"allow": true, "access": "r"}]"#)]),
      ("linux.resources.hugepageLimits[0].", [("linux.resources.hugepageLimits", #"[{"pageSize": "2MB", "limit": 1}]"#)]),
      ("linux.resources.network.priorities[0].", [("linux.resources.network.priorities", #"[{"name": "e", "priority": 1}]"#)]),
      (
        "linux.resources.blockIO.weightDevice[0].",
        [("linux.resources.blockIO.weightDevice", #"[{"major": 8, "minor": 0, "weight": 10}]"#)]
      ),
      ("linux.memoryPolicy.", [("linux.memoryPolicy", #"{"mode": "MPOL_BIND", "nodes": "0"}"#)]),
      ("linux.personality.", [("linux.personality", #"{"domain": "LINUX"}"#)]),
      ("linux.seccomp.", [("linux.seccomp", #"{"defaultAction": "SCMP_ACT_ERRNO"}"#)]),
      (
        "linux.seccomp.syscalls[0].",
        [
          (
            "linux.seccomp",
            #"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ERRNO", "#
              + #""args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}]}]}"#
          )
        ]
      ),
    ]
    + ["throttleReadBpsDevice", "throttleWriteBpsDevice", "throttleReadIOPSDevice", "throttleWriteIOPSDevice"].map {
      ("linux.resources.blockIO.\($0)[0].", [("linux.resources.blockIO.\($0)", throttle)])
    }
    + ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"].map {
      ("hooks.\($0)[0].", [("hooks.\($0)", #"[{"path": "/a"}]"#)])
    }

  private static let idMapped =
    #"[{"destination": "/a", "source": "/b", "options": ["bind"], "uidMappings": [\#(mapping)], "gidMappings": [\#(mapping)]}]"#

  // MARK: - Running

  func run() throws {
    var document = try JSONSerialization.jsonObject(with: Data(Self.sound.utf8))
    for change in changes { document = try Self.set(document, Self.steps(change.path)[...], change.json) }
    let draft = try Spec.draft(Array(try JSONSerialization.data(withJSONObject: document)))
    let problems = draft.problems(rootless: rootless, noPivot: noPivot)
    #expect(problems.map(\.description) == expected)
    for problem in problems {
      #expect(!problem.remedy.isEmpty, "nothing is said of what to do")
      #expect(problem.source.contains(#/\.(md|rst) ".+"|\(\d\)$|^de facto: /#), "no rule: \(problem.source)")
    }
  }

  enum Step: Sendable { case key(String), index(Int) }

  /// `a.b[0]["c.d"]`
  static func steps(_ path: String) -> [Step] {
    path.matches(of: #/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]]+)/#).map { match in
      if let key = match.1 { return .key(String(key).replacing("\\n", with: "\n")) }
      if let index = match.2.flatMap({ Int($0) }) { return .index(index) }
      return .key(String(match.3 ?? ""))
    }
  }

  private static func set(_ value: Any?, _ steps: ArraySlice<Step>, _ json: String?) throws -> Any {
    switch steps.first {
    case nil:
      guard let json else { return NSNull() }
      return try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
    case .key(let key):
      var object = value as? [String: Any] ?? [:]
      object[key] = try set(object[key], steps.dropFirst(), json)
      return object
    case .index(let index):
      var array = value as? [Any] ?? []
      let old = array.indices.contains(index) ? array[index] : nil
      let new = try set(old, steps.dropFirst(), json)
      if old == nil { array.append(new) } else { array[index] = new }
      return array
    }
  }
}

@Suite struct ErrorTableTests {
  static let rows =
    ErrorRow.wrongTypes + ErrorRow.outOfRange + ErrorRow.missing + ErrorRow.unknownValues + ErrorRow.processRules
    + ErrorRow.mountRules + ErrorRow.namespaceRules + ErrorRow.linuxRules + ErrorRow.resourceRules + ErrorRow.seccompRules

  @Test(arguments: rows)
  func says(_ row: ErrorRow) throws { try row.run() }

  @Test func thereAreEnoughOfThem() {
    let distinct = Set(Self.rows.map { "\($0.changes.map { "\($0.path)=\($0.json ?? "")" }) \($0.rootless) \($0.noPivot)" })
    #expect(distinct.count == Self.rows.count, "a row is there twice")
    print("error table: \(distinct.count) kinds of mistakes, \(Set(Self.rows.map(\.id)).count) requirements")
    #expect(distinct.count >= 300)
  }

  /// Each requirement that wants an error and that the document alone can break. The others (of operations, of files and of
  /// the host) are in the scenarios, see `OperationErrorTests`.
  @Test func everyRequirementIsThere() {
    let wanted = """
      BUN-05 BUN-06 BUN-07 HOK-07 HOK-08 HOK-09 HOK-10 MNT-01 MNT-02 MNT-03 MNT-05 MNT-06 MNT-07 MNT-08 MNT-09 MNT-43 MNT-45
      MNT-46 PRC-01 PRC-02 PRC-03 PRC-04 PRC-05 PRC-06 PRC-08 PRC-09 PRC-10 PRC-11 PRC-12 PRC-13 PRC-14 PRC-15 PRC-16 PRC-18
      PRC-19 PRC-21 PRC-22 PRC-23 PRC-24 PRC-25 PRC-26 PRC-27 PRC-28 PRC-29 PRC-30 PRC-31 PRC-32 PRC-33 PRC-34 PRC-35 ANN-01
      LNX-02 LNX-03 LNX-06 LNX-07 LNX-08 LNX-09 LNX-10 LNX-11 LNX-12 LNX-13 LNX-14 LNX-22 LNX-23 LNX-27 LNX-28 LNX-29 LNX-30
      LNX-31 LNX-32 LNX-33 LNX-34 LNX-35 LNX-36 CGR-06 CGR-12 CGR-13 CGR-14 CGR-15 CGR-16 CGR-17 CGR-18 CGR-19 CGR-20 CGR-21
      CGR-22 CGR-23 CGR-24 CGR-25 CGR-26 CGR-27 CGR-28 CGR-29 CGR-30 CGR-31 CGR-32 CGR-33 CGR-34 CGR-35 CGR-36 CGR-37 CGR-38
      CGR-39 CGR-40 CGR-41 CGR-42 RDT-01 RDT-03 RDT-04 RDT-05 RDT-06 RDT-13 SEC-01 SEC-02 SEC-03 SEC-04 SEC-05 SEC-06 SEC-07
      SEC-08 SEC-09 SEC-10 SEC-11 SEC-12 DEF-01 DEF-02 DEF-03 DEF-04 DEF-05 DEF-06 DEF-08 DEF-09 DEF-11 DEF-12 DEF-13 DEF-14
      DEF-15 DEF-18 DEF-21
      """
    let there = Set(Self.rows.map(\.id))
    #expect(Set(wanted.split(whereSeparator: \.isWhitespace).map { String($0) }).subtracting(there).sorted() == [])
  }
}
