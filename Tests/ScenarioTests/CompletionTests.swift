import Foundation
import Testing

extension Scenarios {
  /// `apus completion SHELL`, asked in the shells themselves.
  @Suite(.enabled(if: Runtime.isApus, "the peers have other completions")) struct Completion {
    /// What a shell makes of a line when the tab key is pressed after it.
    static let lines: [(typed: String, whole: String)] = [
      ("apus cre", "apus create"), ("apus --log-format j", "apus --log-format json"), ("apus kill c1 KI", "apus kill c1 KILL"),
      ("apus create --cons", "apus create --console-socket"), ("apus help sp", "apus help spec"),
      ("apus list -f j", "apus list -f json"),
      ("apus run --network ho", "apus run --network host"), ("apus create --uts pri", "apus create --uts private"),
      ("apus create --pid host --bun", "apus create --pid host --bundle"),
      ("apus --log /x dele", "apus --log /x delete"), ("apus completion fi", "apus completion fish"),
    ]

    static func script(_ shell: String, in directory: TemporaryDirectory) throws -> String {
      let outcome = try Spawned.run([Runtime.binary, "completion", shell])
      expectSuccess(outcome)
      let path = "\(directory.path)/_apus"
      try outcome.stdout.write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }

    static func environment(_ directory: TemporaryDirectory) -> [String: String] {
      // By the name that is completed: the scripts ask it for the containers.
      try? FileManager.default.createSymbolicLink(atPath: "\(directory.path)/apus", withDestinationPath: Runtime.binary)
      return ["PATH": "\(directory.path):/usr/bin:/bin", "HOME": directory.path, "TERM": "dumb"]
    }

    @Test(.enabled(if: Host.has(program: "bash"))) func bash() throws {
      let directory = try TemporaryDirectory()
      let program = """
        source "$0"
        for line; do
          words=($line); COMP_WORDS=("${words[@]}"); COMP_CWORD=$((${#words[@]} - 1))
          _apus
          words[COMP_CWORD]=${COMPREPLY[*]}
          echo "${words[*]}"
        done
        """
      let outcome = try Spawned.run(
        ["bash", "-c", program, try Self.script("bash", in: directory)] + Self.lines.map(\.typed),
        environment: Self.environment(directory))
      expectSuccess(outcome)
      #expect(outcome.stdout.split(separator: "\n").map(String.init) == Self.lines.map(\.whole))
      #expect(outcome.stderr == "")
    }

    @Test(.enabled(if: Host.has(program: "fish"))) func fish() throws {
      let directory = try TemporaryDirectory()
      let script = try Self.script("fish", in: directory)
      for line in Self.lines {
        let outcome = try Spawned.run(
          ["fish", "--no-config", "-c", "source \(script); complete -C '\(line.typed)'"], environment: Self.environment(directory)
        )
        expectSuccess(outcome)
        let offered = outcome.stdout.split(separator: "\n").map { $0.prefix { $0 != "\t" } }
        #expect(offered == [line.whole.split(separator: " ").last ?? ""], "\(line.typed): \(outcome)")
      }
    }

    /// An interactive zsh on a terminal of its own: _arguments works nowhere else.
    @Test(.enabled(if: Host.has(program: "zsh"))) func zsh() throws {
      let directory = try TemporaryDirectory()
      let program = #"""
        zmodload zsh/zpty
        zpty -b shell zsh -f -i
        zpty -w shell "PS1=; autoload -U compinit; compinit -D -u; source $1
        show() { print -r -- \"\$BUFFER\" >> $2; BUFFER= }; zle -N show; bindkey '^G' show; print REA''DY"
        zpty -r -m shell line '*READY*'
        for line in "${@:3}"; do zpty -w -n shell "$line"$'\t'$'\x07'; sleep 0.1; done
        repeat 200; do [[ $(wc -l < $2) == $(( $# - 2 )) ]] && break; sleep 0.05; done 2>/dev/null
        zpty -d shell
        """#
      try program.write(toFile: "\(directory.path)/type", atomically: true, encoding: .utf8)
      let result = "\(directory.path)/result"
      // compinit reads all the completions of the system first.
      _ = try Spawned.run(
        ["zsh", "-f", "\(directory.path)/type", try Self.script("zsh", in: directory), result] + Self.lines.map(\.typed),
        environment: Self.environment(directory), timeout: 4 * Spawned.limit)
      let typed = File.text(result).split(separator: "\n").map { $0.trimmingCharacters(in: ["=", " "]) }
      #expect(typed == Self.lines.map(\.whole))
    }

    @Test(.enabled(if: Host.has(program: "bash"))) func containersAreOfferedFromTheRootThatIsNamed() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let directory = try TemporaryDirectory()
        let program = """
          source "$0"; COMP_WORDS=(apus --root "$1" kill "$2"); COMP_CWORD=4; _apus; echo "${COMPREPLY[*]}"
          """
        let outcome = try Spawned.run(
          [
            "bash", "-c", program, try Self.script("bash", in: directory), container.runtime.root, String(container.id.prefix(3)),
          ],
          environment: Self.environment(directory))
        #expect(outcome.stdout == "\(container.id)\n", "\(outcome)")
      }
    }

    /// The id in `container:<id>`, whether : is a word of its own, as bash has it by default, or not.
    @Test(
      .enabled(if: Host.has(program: "bash")), arguments: ["--pid container : %", "--ipc = container : %", "--uts container:%"])
    func containersToJoinAreOffered(words: String) throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let directory = try TemporaryDirectory()
        let program = """
          source "$0"; COMP_WORDS=(apus --root "$1" create $2); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _apus; echo "${COMPREPLY[*]}"
          """
        let words = words.replacingOccurrences(of: "%", with: container.id.prefix(3))
        let outcome = try Spawned.run(
          ["bash", "-c", program, try Self.script("bash", in: directory), container.runtime.root, words],
          environment: Self.environment(directory))
        #expect(outcome.stdout == (words.contains(" : ") ? "" : "container:") + container.id + "\n", "\(outcome)")
      }
    }

    @Test(.enabled(if: Host.has(program: "fish"))) func containersToJoinAreOfferedByFish() throws {
      try withRunningContainer(try Bundle(["sleep", "100"])) { container in
        let directory = try TemporaryDirectory()
        let line = "apus --root \(container.runtime.root) create --pid "
        let outcome = try Spawned.run(
          ["fish", "--no-config", "-c", "source \(try Self.script("fish", in: directory)); complete -C '\(line)'"],
          environment: Self.environment(directory))
        let offered = Set(outcome.stdout.split(separator: "\n").map { $0.prefix { $0 != "\t" } })
        #expect(offered == ["private", "host", "container:\(container.id)"], "\(outcome)")
      }
    }

    @Test func anUnknownShellIsRefused() throws {
      let outcome = try Spawned.run([Runtime.binary, "completion", "tcsh"])
      #expect(outcome.status == 1)
      #expect(outcome.stderr == "apus: completion: unknown shell \"tcsh\" (use bash, zsh, fish)\n")
    }
  }

  /// `apus help --man-pages DIR`: each page is rendered without a complaint.
  @Suite(.enabled(if: Runtime.isApus, "the peers have other pages")) struct ManPages {
    @Test(.enabled(if: Host.has(program: "groff"))) func areRendered() throws {
      let directory = try TemporaryDirectory()
      expectSuccess(try Spawned.run([Runtime.binary, "help", "--man-pages", directory.path]))
      let pages = try FileManager.default.contentsOfDirectory(atPath: directory.path)
      #expect(pages.contains("apus.8") && pages.contains("apus-create.8"))
      for page in pages {
        let outcome = try Spawned.run(["groff", "-man", "-ww", "-Tascii", "-P-c", "\(directory.path)/\(page)"])
        expectSuccess(outcome)
        #expect(outcome.stderr == "", "\(page): \(outcome.stderr)")
        #expect(outcome.stdout.contains("apus"))
      }
    }
  }
}
