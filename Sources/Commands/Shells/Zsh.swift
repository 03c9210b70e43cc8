import Kernel

/// zshcompsys(1): `_arguments` for the globals, then for the verb's own.
enum ZshCompletion {
  static var script: String {
    """
    #compdef apus
    # zsh completion for apus, made by `apus completion zsh`
    _apus_containers() {
      local -a root containers
      [[ -n ${apus_root-} ]] && root=(--root $apus_root)
      containers=(${(f)"$(apus $root list --quiet 2>/dev/null)"})
      compadd -a containers
    }
    _apus_modes() {
      if compset -P container:; then _apus_containers; else compadd private host; compadd -S '' container:; fi
    }
    _apus() {
      local context state state_descr line apus_root
      typeset -A opt_args
      _arguments -C -S \\
    \(specifications(CommandTable.globals)) \\
        '1:command:->command' '*::argument:->argument'
      apus_root=${opt_args[--root]-}
      case $state in
        command)
          local -a commands=(
    \(CommandTable.verbs.map { "        \(Completion.quoted("\($0.name):\($0.summary)"))" }.joined(separator: "\n"))
          )
          _describe command commands ;;
        argument)
          case $line[1] in
    \(CommandTable.verbs.map(arm).joined(separator: "\n"))
          esac ;;
      esac
    }
    if [[ $funcstack[1] == _apus ]]; then _apus "$@"; else compdef _apus apus; fi

    """
  }

  private static func arm(of verb: Verb) -> String {
    var parts = [specifications(verb.allFlags)]
    for (index, operand) in verb.operands.enumerated() {
      let place = operand.need == .rest ? "*" : operand.need == .optional ? "\(index + 1):" : "\(index + 1)"
      parts.append("    \(Completion.quoted("\(place):\(operand.name):\(action(operand.words))"))")
    }
    let options = verb.flagPlace == .beforeOperands ? "-A '-*' " : ""
    return "        \(verb.name)) _arguments -S \(options)\\\n\(parts.joined(separator: " \\\n")) ;;"
  }

  /// `'(-b --bundle)'{-b,--bundle=}'[help]:DIR:_files'`
  private static func specifications(_ flags: [Flag]) -> String {
    flags.map { flag in
      let isSwitch = flag.value.kind == .none
      let long = "--\(flag.name)\(isSwitch ? "" : "=")"
      let value = flag.value.name.map { ":\($0):\(action(flag.value))" } ?? ""
      let description = Completion.quoted("[\(escaped(flag.help))]\(value)")
      let exclusive = flag.repeatable ? "'*'" : Completion.quoted("(\(Completion.forms(of: flag).joined(separator: " ")))")
      let names = flag.short.map { "{-\($0),\(long)}" } ?? long
      return "    \(exclusive)\(names)\(description)"
    }.joined(separator: " \\\n")
  }

  private static func action(_ value: Flag.Value) -> String {
    switch value.kind {
    case .path: "_files"
    case .choice: "(\(value.words.joined(separator: " ")))"
    case .mode: "_apus_modes"
    case .none, .text, .number: " "
    }
  }

  private static func action(_ words: Operand.Words) -> String {
    switch words {
    case .containers: "_apus_containers"
    case .signals: "(\(Signals.names.joined(separator: " ")))"
    case .commands: "(\(Completion.verbNames.joined(separator: " ")))"
    case .files: "_files"
    case .choice(let words): "(\(words.joined(separator: " ")))"
    case .anything: " "
    }
  }

  /// Within the brackets of a specification.
  private static func escaped(_ text: String) -> String {
    text.map { "[]:\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
