import DBus
import Kernel

@testable import Container
@testable import ControlGroups
@testable import JSON
@testable import OCISpec

/// config.json: decoding, every rule, and what is made of it before anything of the host is looked at.
func fuzzConfig(_ bytes: [UInt8]) {
  for (rootless, noPivot) in [(false, false), (true, true)] {
    guard let (draft, problems) = readConfig(bytes, rootless: rootless, noPivot: noPivot) else { return }
    if problems.isEmpty { plan(draft.spec) }
  }
}

private func readConfig(_ bytes: [UInt8], rootless: Bool, noPivot: Bool) -> (Spec.Draft, [Problem])? {
  do throws(ConfigurationError) {
    let draft = try Spec.draft(bytes, listsUnknown: true)
    let problems = draft.problems(rootless: rootless, noPivot: noPivot)
    check(problems, of: bytes)
    let again = try Spec.draft(bytes)
    require(again.problems(rootless: rootless, noPivot: noPivot) == problems, "what is unknown changes what is wrong")
    for member in draft.unknown { require(!member.path.isEmpty && !member.known.contains(member.name), "unknown: \(member)") }
    for problem in problems { require(!problem.source.isEmpty, "no rule is named: \(problem)") }
    if problems.isEmpty { require((try? Spec.decode(bytes)) == draft.spec, "decoded it is another one") }
    return (draft, problems)
  } catch {
    require(error.description.utf8.count < 1000, "a refusal of \(error.description.utf8.count) bytes")
    require((try? Reader(parsing: bytes)) == nil, "JSON is said not to be: \(error)")
    return nil
  }
}

/// Pure values that a start is made of. Each may refuse, which is no problem here.
private func plan(_ spec: Spec) {
  for mount in spec.mounts { _ = MountOptions.parse(mount.options) }
  _ = try? UnitProperty.list(annotations: spec.annotations)
  if let resources = spec.linux.resources { plan(resources) }
  require((try? ControlGroup.path(for: spec.linux.cgroupsPath, id: "c1", ownPath: "/a/b")) != nil || isUnit(spec), "no cgroup")
}

private func isUnit(_ spec: Spec) -> Bool { spec.linux.cgroupsPath.utf8.count { $0 == UInt8(ascii: ":") } == 2 }

func plan(_ resources: Resources) {
  _ = try? DeviceProgram(resources.devices + DeviceRule.defaults)
  _ = UnitDevices(resources.devices).properties
  guard let writes = try? Writes(resources) else { return }
  for quota in [nil, 1, 100_000, UInt64.max / 4] {
    let settled = writes.settled(bandwidth: CPUBandwidth(quota: quota, period: 100_000))
    for version in [239, 252, 257] {
      for makesScope in [true, false] { _ = settled.unitProperties(version: version, makesScope: makesScope) }
    }
  }
}

/// process.json of `exec`, with what the container's own process gives to it.
func fuzzProcess(_ bytes: [UInt8]) {
  var spec = Spec()
  spec.process = OCISpec.Process(args: ["sh"], env: ["A=b"])
  for own in [nil, spec.process] {
    spec.process = own
    var request = ExecRequest(id: "c1", program: .document(bytes, name: "process.json"))
    request.capabilities = ["CAP_KILL"]
    let process: OCISpec.Process
    do throws(Failure) { process = try request.process(in: spec) } catch {
      require(!error.message.isEmpty, "a refusal without a word")
      continue
    }
    require(process.check().isEmpty && !process.args.isEmpty, "what a rule refuses is taken")
  }
  do throws(ConfigurationError) { check(try OCISpec.Process.decode(bytes).check(), of: bytes) } catch {
    check(error.problems.filter { !$0.path.isEmpty }, of: bytes)
  }
}

/// resources of `update`.
func fuzzResources(_ bytes: [UInt8]) {
  do throws(ConfigurationError) {
    let resources = try Resources.decode(bytes)
    check(resources.check(), of: bytes)
    plan(resources)
  } catch {
    check(error.problems.filter { !$0.path.isEmpty }, of: bytes)
  }
}

/// state.json, and the state that `state` prints: what was read, written and read again is the same.
func fuzzState(_ bytes: [UInt8]) {
  if let state = try? State.decode(bytes) {
    require((try? State.decode(Array(state.document().text(.compact).utf8))) == state, "written and read, a state is another one")
  }
  guard let reader = try? Reader(parsing: bytes) else { return }
  let state = SavedState(reader)
  guard reader.problems.isEmpty else { return check(reader.problems, of: bytes) }
  let written = state.document.text(.compact)
  guard let again = try? Reader(parsing: Array(written.utf8)) else { return require(false, "not JSON: \(written)") }
  let second = SavedState(again).document.text(.compact)
  require(again.problems.isEmpty && second == written, "written and read, it is another one: \(again.problems) \(second)")
}

/// Files of an image that apus reads, and what a container sends to its notify socket: the only texts here of somebody who is
/// not trusted.
func fuzzImage(_ bytes: [UInt8]) {
  for uid in [0, 1000, UInt32.max] {
    guard let entry = PasswordFile.entry(uid: uid, in: bytes) else { continue }
    require(!entry.home.isEmpty && !entry.home.utf8.contains(0x0a), "home: \(entry.home)")
  }
  if let path = ELF.interpreter(bytes) {
    require(!path.utf8.contains(0) && path.utf8.count <= 3 * bytes.count, "interpreter: \(path)")
  }
  if let ready = NotifyRelay.ready(in: bytes) {
    let isOneLine = !ready.contains { $0 == 0x0a || $0 == 0x0d || $0 == 0 }
    require(ready.starts(with: "READY=".utf8) && isOneLine, "more than one line is passed on")
  }
}

/// Each problem tells where in the document it is.
func check(_ problems: [Problem], of bytes: [UInt8]) {
  let root = Grammar.parse(bytes)?.value
  require(problems.count <= 202, "\(problems.count) problems")
  for problem in problems {
    require(!problem.message.isEmpty, "a problem without a word")
    require(!problem.description.utf8.contains { $0 < 0x20 }, "a problem of several lines: \(problem)")
    require(problem.description.utf8.count < 4000, "a problem of \(problem.description.utf8.count) bytes")
    guard case .object? = root, let root, !problem.path.isEmpty else { continue }
    guard let steps = Step.list(problem.path) else { return require(false, "no path: \(problem.path)") }
    require(Step.lead(steps[...], into: root), "leads nowhere: \(problem)")
  }
}

/// One step of a path such as `linux.sysctl["a.b"]`.
private enum Step {
  case name(String)
  case index(Int)

  static func list(_ path: String) -> [Step]? {
    var steps: [Step] = []
    var rest = path.unicodeScalars[...]
    while let first = rest.first {
      if first == "[" {
        rest.removeFirst()
        guard let step = rest.first == "\"" ? quoted(&rest) : index(&rest), rest.popFirst() == "]" else { return nil }
        steps.append(step)
      } else {
        if first == "." { rest.removeFirst() }
        let name = rest.prefix { $0 != "." && $0 != "[" }
        if name.isEmpty { return nil }
        rest = rest.dropFirst(name.count)
        steps.append(.name(String(name)))
      }
    }
    return steps
  }

  private static func index(_ rest: inout Substring.UnicodeScalarView) -> Step? {
    let digits = rest.prefix { $0 != "]" }
    rest = rest.dropFirst(digits.count)
    return Int(String(digits)).map { .index($0) }
  }

  /// The text itself is not read back: escapes and cuts are for the eye. It is enough that it ends.
  private static func quoted(_ rest: inout Substring.UnicodeScalarView) -> Step? {
    rest.removeFirst()
    while let next = rest.popFirst() {
      if next == "\\" { _ = rest.popFirst() }
      if next == "\"" { return .name("") }
    }
    return nil
  }

  /// What is missing may be all of the rest; what is there must be of the kind that the step wants.
  static func lead(_ steps: ArraySlice<Step>, into value: Grammar) -> Bool {
    guard let first = steps.first else { return true }
    switch (first, value) {
    case (.name(""), .object(let members)): return !members.isEmpty
    case (.name(let name), .object):
      guard let member = value.member(name) else { return true }
      return lead(steps.dropFirst(), into: member)
    case (.index(let index), .array(let elements)):
      return elements.indices.contains(index) && lead(steps.dropFirst(), into: elements[index])
    default: return false
    }
  }
}
