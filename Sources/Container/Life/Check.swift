import JSON
import Kernel
import OCISpec

/// What `check` has found.
package struct Inspection {
  /// What `create` would refuse or fail at, all of it.
  package var problems: [Problem] = []
  /// What it would ignore, or go on without.
  package var notices: [Problem] = []
  /// Without a bundle: what this host has of all that apus can use.
  package var abilities: [(name: String, isEssential: Bool, verdict: HostAbility.Verdict)] = []

  /// Whether a container can come of it.
  package var isFine: Bool {
    problems.isEmpty
      && !abilities.contains { ability in
        guard case .no = ability.verdict else { return false }
        return ability.isEssential
      }
  }
}

extension Runtime {
  /// Looks at a bundle as `create` would, and goes on after each mistake. Nothing is made and nothing is changed.
  ///
  /// What only follows from another mistake is not told: the host is asked about a document that can be read.
  package func check(bundle: String) throws(Failure) -> Inspection {
    let file = Bundle.configFile(of: bundle)
    let bytes = try Bundle.read(file)
    var inspection = Inspection()
    let draft: Spec.Draft
    do { draft = try Spec.draft(bytes, named: file, listsUnknown: true) } catch {
      inspection.problems = [Problem("", error.description, "see the character there", rule: "RFC 8259 (JSON)")]
      return inspection
    }
    inspection.problems = draft.problems(rootless: effectiveUserID != 0)
    inspection.notices = draft.unknown.prefix([Problem].limit).map { $0.notice }
    if draft.unknown.count > [Problem].limit {
      let more = draft.unknown.count - [Problem].limit
      inspection.notices.append(
        Problem("", "\(more) more unknown properties, ignored", "see to these first", rule: UnknownMember.rule))
    }
    inspection.notices += Annotations.ignored(draft.spec.annotations).map {
      Problem(
        "annotations[\"\($0)\"]", "is crun's, and has no effect", "remove it, or see what apus has instead",
        rule: "de facto: crun(1)")
    }
    let host = HostChecks(draft.spec, bundle: bundle, HostLook())
    host.run()
    // A member that is wrong in the document is told once.
    let mistakes = inspection.problems
    inspection.problems += host.problems.filter { $0.path.isEmpty || !$0.follows(from: mistakes) }
    inspection.notices += host.notices.filter { !$0.follows(from: mistakes) }
    if case .systemd(let ofUser) = driver {
      inspection.problems += ControlGroupPlan.problemsForSystemd(draft.spec, id: "check", ofUser: ofUser)
    }
    return inspection
  }

  /// What of all that apus can use this host has, and why it has not.
  package func checkHost() -> Inspection {
    let look = HostLook()
    var inspection = Inspection()
    inspection.abilities = HostAbility.all.map { ($0.name, $0.isEssential, $0.look(look)) }
    return inspection
  }
}

extension UnknownMember {
  /// config.md "Extensibility": ignored. Of a name that differs by a letter it is told which one may be meant.
  fileprivate var notice: Problem {
    if let platform = UnknownMember.platforms[path] {
      return Problem(path, "is for \(platform), ignored on Linux", "leave it as it is", rule: UnknownMember.rule)
    }
    let meant = suggestion(for: name, among: known)
    return Problem(
      path, "unknown property, ignored", meant ?? "remove it: the spec has none here of that name", rule: UnknownMember.rule)
  }

  fileprivate static let rule = "config.md \"Extensibility\""

  private static let platforms = [
    "windows": "Windows", "solaris": "Solaris", "vm": "virtual machines", "zos": "z/OS", "freebsd": "FreeBSD",
    "process.commandLine": "Windows", "process.user.username": "Windows",
  ]
}
