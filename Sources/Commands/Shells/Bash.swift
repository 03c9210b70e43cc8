import Kernel

/// bash(1) "Programmable Completion": a function that looks at the words so far and fills COMPREPLY.
enum BashCompletion {
  static var script: String {
    """
    # bash completion for apus, made by `apus completion bash`
    _apus() {
      local current=${COMP_WORDS[COMP_CWORD]} verb= flag= before= value operands=0 i word
      local -a root=()
      COMPREPLY=()
      # bash takes = and : for words, those of --flag=value and of container:<id>.
      [[ $current == [=:] ]] && current=
      for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $verb,$word in
    \(valueArms)
            flag=$word
            [[ ${COMP_WORDS[i + 1]} == = ]] && ((i + 1 < COMP_CWORD)) && ((i++))
            ((++i < COMP_CWORD)) || break
            value=${COMP_WORDS[i]}
            while ((i < COMP_CWORD)) && [[ ${COMP_WORDS[i + 1]} == : ]]; do
              before=$value:
              value+=:${COMP_WORDS[i + 2]}
              ((i += 2))
            done
            ((i < COMP_CWORD)) || break
            case $flag in --root|-root) root=(--root "$value") ;; esac
            flag= before= ;;
          *,-*) ;;
          ,*) verb=$word ;;
          *) ((++operands)) ;;
        esac
      done
      if [[ -n $flag ]]; then
        case $verb,$flag in
    \(choiceArms)
    \(pathArms)
    \(modeArms)
        esac
      elif [[ $current == -* ]]; then
        case $verb in
    \(flagArms)
        esac
      else
        case $verb,$operands in
    \(operandArms)
        esac
      fi
    }
    complete -F _apus apus

    """
  }

  /// The lists of flags with the verb they are of; the globals have none.
  private static var lists: [(verb: String, flags: [Flag])] {
    [("", CommandTable.globals)] + CommandTable.verbs.map { ($0.name, $0.allFlags) }
  }

  private static func pattern(_ verb: String, _ flags: [Flag]) -> String {
    Completion.formsWithValue(flags).map { "\(verb),\($0)" }.joined(separator: "|")
  }

  private static var valueArms: String {
    let patterns = lists.map { pattern($0.verb, $0.flags) }.filter { !$0.isEmpty }
    return "      \(patterns.joined(separator: "|\\\n      ")))"
  }

  private static var choiceArms: String {
    lists.flatMap { verb, flags in
      flags.compactMap { flag -> String? in
        guard flag.value.kind == .choice else { return nil }
        return "      \(pattern(verb, [flag]))) \(offer(flag.value.words)) ;;"
      }
    }.joined(separator: "\n")
  }

  private static var pathArms: String {
    let patterns = lists.flatMap { verb, flags in
      flags.compactMap { flag -> String? in
        guard flag.value.kind == .path else { return nil }
        return pattern(verb, [flag])
      }
    }
    return "      \(patterns.joined(separator: "|"))) \(offerFiles) ;;"
  }

  private static var modeArms: String {
    let patterns = lists.flatMap { verb, flags in
      flags.compactMap { flag -> String? in
        guard flag.value.kind == .mode else { return nil }
        return pattern(verb, [flag])
      }
    }
    return """
            \(patterns.joined(separator: "|")))
              # Where : is no word of its own, all of container:<id> is completed.
              if [[ $before == container: ]]; then \(offerContainers(prefix: "", "$current"))
              elif [[ $current == container:* ]]; then \(offerContainers(prefix: "-P container: ", "${current#container:}"))
              else
                \(offer(["private", "host", "container:"]))
                [[ ${COMPREPLY[*]} == container: ]] && compopt -o nospace 2>/dev/null
              fi ;;
      """
  }

  private static var flagArms: String {
    lists.map { verb, flags in
      "      \(verb.isEmpty ? "''" : verb)) \(offer(flags.flatMap(Completion.forms))) ;;"
    }.joined(separator: "\n")
  }

  private static var operandArms: String {
    let verbs = "      ,0) \(offer(Completion.verbNames)) ;;"
    let operands = CommandTable.verbs.flatMap { verb in
      verb.operands.enumerated().compactMap { index, operand -> String? in
        let number = operand.need == .rest ? "*" : String(index)
        return action(operand.words).map { "      \(verb.name),\(number)) \($0) ;;" }
      }
    }
    return ([verbs] + operands).joined(separator: "\n")
  }

  private static func action(_ words: Operand.Words) -> String? {
    switch words {
    case .containers: offerContainers(prefix: "", "$current")
    case .signals: offer(Signals.names)
    case .commands: offer(Completion.verbNames)
    case .files: offerFiles
    case .choice(let words): offer(words)
    case .anything: nil
    }
  }

  private static func offerContainers(prefix: String, _ current: String) -> String {
    let ids = "$(apus \"${root[@]}\" list --quiet 2>/dev/null)"
    return "mapfile -t COMPREPLY < <(compgen \(prefix)-W \"\(ids)\" -- \"\(current)\")"
  }

  private static func offer(_ words: [String]) -> String {
    "mapfile -t COMPREPLY < <(compgen -W \(Completion.quoted(words.joined(separator: " "))) -- \"$current\")"
  }

  private static var offerFiles: String {
    "compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$current\")"
  }
}
