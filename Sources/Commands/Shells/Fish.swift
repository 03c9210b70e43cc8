import Kernel

/// fish's complete(1): one line for each word that can be offered, with the condition under which it is.
enum FishCompletion {
  static var script: String {
    """
    # fish completion for apus, made by `apus completion fish`
    # The words on the command line that are neither flags nor their values: the verb and its operands.
    function __apus_words
      set -l words (commandline -opc)
      set -l skip 0
      set -l verb
      for word in $words[2..]
        if test $skip = 1
          set skip 0
          continue
        end
        switch "$verb,$word"
    \(valueArms)
            set skip 1
          case '*,-*'
          case '*'
            test -z "$verb"; and set verb $word
            echo $word
        end
      end
    end
    function __apus_at # verb and number of operands so far; without a number any
      set -l words (__apus_words)
      test "$words[1]" = "$argv[1]"; or return 1
      test (count $argv) = 1; and return 0
      test (math (count $words) - 1) = $argv[2]
    end
    function __apus_containers
      set -l words (commandline -opc)
      set -l root
      for i in (seq (count $words))
        string match -qr -- '^--?root$' $words[$i]; and set root --root $words[(math $i + 1)]
        string match -qr -- '^--?root=' $words[$i]; and set root --root (string replace -r '^--?root=' '' -- $words[$i])
      end
      apus $root list --quiet 2>/dev/null
    end
    function __apus_modes
      string join \\n private host container:(__apus_containers)
    end
    complete -c apus -f
    \((globals + verbs).joined(separator: "\n"))

    """
  }

  private static var valueArms: String {
    let lists = [("", CommandTable.globals)] + CommandTable.verbs.map { ($0.name, $0.allFlags) }
    let patterns = lists.flatMap { verb, flags in Completion.formsWithValue(flags).map { "'\(verb),\($0)'" } }
    return "      case \(patterns.joined(separator: " "))"
  }

  private static var globals: [String] {
    let atFirst = "'test (count (__apus_words)) = 0'"
    return CommandTable.globals.map { line($0, atFirst) }
      + CommandTable.verbs.map { "complete -c apus -n \(atFirst) -a \($0.name) -d \(quoted($0.summary))" }
  }

  private static var verbs: [String] {
    CommandTable.verbs.flatMap { verb in
      verb.allFlags.map { line($0, "'__apus_at \(verb.name)'") }
        + verb.operands.enumerated().compactMap { index, operand in
          let place = operand.need == .rest ? "" : " \(index)"
          return action(operand.words).map { "complete -c apus -n '__apus_at \(verb.name)\(place)' \($0)" }
        }
    }
  }

  private static func line(_ flag: Flag, _ condition: String) -> String {
    let short = flag.short.map { " -s \($0)" } ?? ""
    return "complete -c apus -n \(condition) -l \(flag.name)\(short)\(argument(flag.value)) -d \(quoted(flag.help))"
  }

  private static func argument(_ value: Flag.Value) -> String {
    switch value.kind {
    case .none: ""
    case .path: " -r -F"
    case .choice: " -x -a \(quoted(value.words.joined(separator: " ")))"
    case .mode: " -x -a '(__apus_modes)'"
    case .text, .number: " -x"
    }
  }

  private static func action(_ words: Operand.Words) -> String? {
    switch words {
    case .containers: "-a '(__apus_containers)'"
    case .signals: "-a \(quoted(Signals.names.joined(separator: " ")))"
    case .commands: "-a \(quoted(Completion.verbNames.joined(separator: " ")))"
    case .files: "-F"
    case .choice(let words): "-a \(quoted(words.joined(separator: " ")))"
    case .anything: nil
    }
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.map { "'\\".contains($0) ? "\\\($0)" : String($0) }.joined() + "'"
  }
}
