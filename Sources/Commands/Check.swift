import Container
import JSON
import Kernel
import OCISpec

extension Flag {
  static let checkFormat = Flag("format", short: "f", .choice("FORMAT", ["text", "json"]), help: "the form of the answer")
}

extension Verb {
  static let check = Verb(
    "check", summary: "say all that is wrong with a bundle, or what this host cannot do",
    details: """
      With a bundle (the directory): every problem of its config.json at once, with the
      path of the member, what is wrong, the rule and what to do; and what it needs that
      this host does not have. Create refuses or fails at each of them. Notices are what
      create ignores or goes on without.
      Without a bundle: what of all that apus can use this host has, and why it has not.

      The exit status is 1 when there is a problem, or the host lacks what every container
      needs, else 0. Nothing is made and nothing is changed.
      """,
    operands: [Operand(name: "bundle", need: .optional, words: .files)], flags: [.checkFormat]
  ) { invocation throws(Failure) in
    let runtime = try invocation.runtime()
    let isJSON = invocation.values.text(.checkFormat) == "json"
    guard let operand = invocation.operands.first else {
      let host = runtime.checkHost()
      return Answer(text: isJSON ? host.hostDocument.text(.pretty) + "\n" : host.hostText, status: host.isFine ? 0 : 1)
    }
    let bundle = try during("bundle \(operand)", absolutePath(operand))
    let found = try runtime.check(bundle: bundle)
    let text = isJSON ? found.document(of: bundle).text(.pretty) + "\n" : found.text(of: bundle)
    return Answer(text: text, status: found.isFine ? 0 : 1)
  }
}

// MARK: - A bundle

extension Inspection {
  func document(of bundle: String) -> JSONValue {
    [
      "bundle": .string(bundle), "ok": .boolean(isFine), "problems": .array(problems.map { $0.document }),
      "notices": .array(notices.map { $0.document }),
    ]
  }

  func text(of bundle: String) -> String {
    let file = "\(bundle)/config.json".onOneLine
    var text = problems.isEmpty ? "\(file): no problems\n" : "\(file): \(counted(problems.count, "problem"))\n"
    text += problems.map { $0.paragraph }.joined()
    if !notices.isEmpty { text += "\n\(counted(notices.count, "notice")): create ignores these, or goes on without\n" }
    return text + notices.map { $0.paragraph }.joined()
  }

  private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}

extension Problem {
  fileprivate var document: JSONValue {
    ["path": .string(path), "message": .string(message), "rule": .string(source), "remedy": .string(remedy)]
  }

  /// The path on a line of its own, to be searched for; below it what is wrong, what to do, and the rule.
  fileprivate var paragraph: String {
    """

    \((path.isEmpty ? "(the whole)" : path).onOneLine)
        wrong:  \(message.onOneLine)
        do:     \(remedy.onOneLine)
        rule:   \(source.onOneLine)

    """
  }
}

// MARK: - The host

extension Inspection {
  var hostDocument: JSONValue {
    let host: [JSONValue] = abilities.map { ability in
      switch ability.verdict {
      case .yes(let detail):
        [
          "name": .string(ability.name), "available": true, "essential": .boolean(ability.isEssential),
          "detail": .string(detail), "remedy": "",
        ]
      case .no(let why, let remedy):
        [
          "name": .string(ability.name), "available": false, "essential": .boolean(ability.isEssential),
          "detail": .string(why), "remedy": .string(remedy),
        ]
      }
    }
    return ["ok": .boolean(isFine), "host": .array(host)]
  }

  var hostText: String {
    let width = abilities.map { $0.name.count }.max() ?? 0
    return abilities.map { ability in
      let name = ability.name + String(repeating: " ", count: width - ability.name.count)
      switch ability.verdict {
      case .yes(let detail): return detail.isEmpty ? "yes  \(ability.name)\n" : "yes  \(name)  \(detail.onOneLine)\n"
      case .no(let why, let remedy):
        let need = ability.isEssential ? "no container runs without it: " : ""
        return "NO   \(name)  \(need)\(why.onOneLine); do: \(remedy.onOneLine)\n"
      }
    }.joined()
  }
}
