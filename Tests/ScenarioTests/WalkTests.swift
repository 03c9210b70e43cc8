import Foundation
import Testing

extension Scenarios {
  /// The walk of README.md, as it is printed there: each command, and what it is said to print. runc walks as far as it has
  /// the flags.
  @Suite(
    .disabled(if: Runtime.isCrun, "crun 1.8.1 lists processes in another form"),
    .disabled(if: Host.isLab, "procps does not work there"))
  struct Walk {
    struct Step {
      var command: String
      /// What stands below it behind `#`, a line each.
      var output: [String] = []
    }

    /// The lines of the section's blocks of shell.
    static func steps() throws -> [Step] {
      let readme = File.text("\(Runtime.packageRoot)/README.md")
      let section = try #require(readme.components(separatedBy: "\n## A walk").dropFirst().first).components(
        separatedBy: "\n## ")[0]
      var steps: [Step] = []
      for block in section.components(separatedBy: "```sh\n").dropFirst() {
        let lines = block.components(separatedBy: "\n```")[0].split(separator: "\n").map(String.init)
        if !Runtime.isApus, lines.contains(where: { $0.contains("--pid ") }) { break }
        for line in lines {
          if line.hasPrefix("#") {
            steps[steps.count - 1].output.append(String(line.dropFirst(2)))
          } else {
            steps.append(Step(command: line))
          }
        }
      }
      return steps
    }

    /// Numbers and the widths of columns differ from machine to machine.
    static func pattern(_ line: some StringProtocol) -> String {
      line.split(separator: " ").joined(separator: " ").replacingOccurrences(of: "[0-9]+", with: "N", options: .regularExpression)
    }

    @Test func goesAsItIsPrinted() throws {
      let steps = try Self.steps()
      #expect(steps.count >= 15 && steps.contains { !$0.output.isEmpty })
      let runtime = try Runtime()
      let place = try TemporaryDirectory()
      // Ids of this run's own: cgroups have their names.
      let ids = ["c1": TemporaryDirectory.newID(), "c2": TemporaryDirectory.newID()]
      try assertNothingLeft(by: runtime) {
        defer { for id in ["c2", "c1"] { runtime.deleteQuietly(ids[id] ?? id) } }
        var directory = place.path
        for printed in steps {
          var step = printed
          for (name, id) in ids {
            step.command = step.command.replacingOccurrences(of: "\\b\(name)\\b", with: id, options: .regularExpression)
          }
          let outcome = try Self.run(step, runtime, in: directory, telling: "\(place.path)/.where")
          #expect(Self.isAsPrinted(outcome, step), "\(outcome)\nprinted: \(step.output)")
          directory = File.text("\(place.path)/.where").trimmingCharacters(in: .newlines)
        }
      }
    }

    static func isAsPrinted(_ outcome: Outcome, _ step: Step) -> Bool {
      outcome.succeeded && outcome.stderr.isEmpty
        && outcome.stdout.split(separator: "\n").map(pattern) == step.output.map(pattern)
    }

    /// A container ends when the kernel comes to it, not when `kill` returns: its state is asked again, as a reader would.
    static func run(_ step: Step, _ runtime: Runtime, in directory: String, telling file: String) throws -> Outcome {
      let program = """
        apus() { \(Runtime.binary) --root \(runtime.root) "$@"; }
        \(step.command)
        status=$?; pwd > \(file); exit $status
        """
      var outcome = try Spawned(["sh", "-c", program], environment: Spawned.plainEnvironment, directory: directory).wait()
      Orphans.reap()  // as process 1 of the reader's machine does: a pid namespace does not end before
      let deadline = Date().addingTimeInterval(10 * Host.patience)
      while step.command.hasPrefix("apus state"), !isAsPrinted(outcome, step), Date() < deadline {
        Orphans.reap()
        outcome = try Spawned(["sh", "-c", program], environment: Spawned.plainEnvironment, directory: directory).wait()
      }
      return outcome
    }
  }
}
