import Kernel
import OCISpec

/// What is known of `linux.seccomp` before the container exists: all but the loading.
package struct SeccompPlan: Sendable {
  package let program: SeccompProgram
  package let flags: SeccompProgram.Flags
}

/// linux.seccomp — config-linux.md "Seccomp"
package enum SeccompFeature {
  /// Turns the section into a program, or takes the program from the cache.
  ///
  /// - Parameters:
  ///   - cacheDirectory: `<root>/.cache/seccomp`; nil compiles every time. Its last two components are created.
  ///   - warn: gets what weakens the filter, and what is wrong with the cache; neither stops a start.
  ///   - debug: gets the system calls libseccomp does not know, when the program is compiled.
  package static func plan(
    _ seccomp: Seccomp?, cacheDirectory: String?, warn: (String) -> Void, debug: (String) -> Void
  ) throws(Failure) -> SeccompPlan? {
    guard let seccomp else { return nil }
    return SeccompPlan(program: try program(of: seccomp, cacheDirectory, warn, debug), flags: try flags(of: seccomp))
  }

  /// Puts this process under the filter for ever. Gives the listener's descriptor when a rule notifies; it must reach
  /// the supervisor before the exec closes it.
  ///
  /// The filter holds for the runtime's own calls from here on.
  package static func load(_ plan: SeccompPlan) throws(Failure) -> Descriptor? {
    try during("loading the seccomp filter", try plan.program.load(plan.flags))
  }

  /// Gives the listener to the supervisor: one connection, one message, `listener` is index 0 of `fds`
  /// (config-linux.md "The Container Process State"). The supervisor sees the end of the connection when this returns.
  ///
  /// - Parameter state: the container process state as JSON, with `seccompFd` as the only name in `fds`.
  package static func send(listener: borrowing Descriptor, state: String, to path: String) throws(Failure) {
    do {
      let supervisor = try UnixSocket.connect(host: path, kind: .stream)
      try supervisor.send(Array(state.utf8), with: listener)
    } catch { throw error.adding(context: "sending the seccomp listener to \(path)") }
  }

  private static func program(
    of seccomp: Seccomp, _ cacheDirectory: String?, _ warn: (String) -> Void, _ debug: (String) -> Void
  ) throws(Failure) -> SeccompProgram {
    guard let cacheDirectory, let cache = SeccompCache(cacheDirectory, warn) else {
      return try compile(seccomp, warn, debug).program
    }
    let key = SeccompCache.key(of: seccomp)
    if let program = cache.program(for: key, warn) { return program }
    let compiled = try compile(seccomp, warn, debug)
    // A program without something its author wanted is compiled, and warned of, each time.
    if compiled.isComplete { cache.store(compiled.program, for: key, warn) }
    return compiled.program
  }

  private static func flags(of seccomp: Seccomp) throws(Failure) -> SeccompProgram.Flags {
    let notifies = seccomp.syscalls.contains { $0.action == .notify }
    var flags: SeccompProgram.Flags = notifies ? .newListener : []
    // What runc does when nothing is said, which an empty list is not: a filter alone need not slow down each process of
    // the container (kernels before 5.16 turn on the speculative store bypass mitigation with it).
    for flag in seccomp.flags ?? [.specAllow] {
      switch flag {
      case .tsync: break  // for the other threads of the process: there are none
      case .log: flags.insert(.log)
      case .specAllow: flags.insert(.speculationAllowed)
      // It is about notifications, and the kernel refuses it without them.
      case .waitKillableRecv: if notifies { flags.insert(.waitKillable) }
      }
    }
    if !flags.areSupported {
      throw Failure(
        "linux.seccomp.flags: the kernel does not support \((seccomp.flags ?? []).map { $0.rawValue }.joined(separator: ", "))",
        hint: "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs Linux 5.19")
    }
    return flags
  }
}

// MARK: - Compiling

extension SeccompFeature {
  struct Compiled {
    let program: SeccompProgram
    /// False when a call the profile restricts is unknown to libseccomp and so stays unrestricted.
    let isComplete: Bool
  }

  static func compile(
    _ seccomp: Seccomp, _ warn: (String) -> Void, _ debug: (String) -> Void
  ) throws(Failure) -> Compiled {
    let defaultAction = try action(seccomp.defaultAction, seccomp.defaultErrnoRet, "defaultErrnoRet")
    let architectures = try architectures(of: seccomp)
    var unknown: [String] = []
    var unrestricted: [String] = []
    var rules = Rules()
    for (index, rule) in seccomp.syscalls.enumerated() {
      let action = try action(rule.action, rule.errnoRet, "syscalls[\(index)].errnoRet")
      let missing = rule.names.filter { SeccompFilter.Call(name: $0) == nil }
      unknown += missing
      if defaultAction.allows, !action.allows { unrestricted += missing }
      if action == defaultAction { continue }  // says nothing new, and libseccomp refuses it
      let path = "linux.seccomp.syscalls[\(index)]"
      if repeatsArgument(rule) { warn("\(path).args compares an argument twice: one of its comparisons is enough") }
      try during(path, try rules.add(rule, action, path))
    }
    if !unknown.isEmpty {
      debug("linux.seccomp: libseccomp \(SeccompFilter.libraryVersion) does not know \(unknown.joined(separator: ", "))")
    }
    if !unrestricted.isEmpty {
      warn("linux.seccomp: libseccomp \(SeccompFilter.libraryVersion) cannot restrict \(unrestricted.joined(separator: ", "))")
    }
    var parts: [(architecture: SeccompFilter.Architecture, program: SeccompProgram)] = []
    for (architecture, path) in architectures {
      let filter = try during(
        "linux.seccomp.defaultAction \(seccomp.defaultAction.rawValue)", try SeccompFilter(defaultAction: defaultAction))
      try during(path, try filter.cover(only: architecture))
      try rules.add(to: filter, of: architecture)
      parts.append((architecture, try during("linux.seccomp", try filter.program())))
    }
    let program = try during("linux.seccomp", try SeccompProgram.choosing(among: parts))
    return Compiled(
      program: answersNewerCalls(defaultAction)
        ? program.answeringNoSuchCall(to: newerCalls(seccomp, on: architectures.map { $0.architecture })) : program,
      isComplete: unrestricted.isEmpty)
  }

  /// The native one, and those of the section; with where it names them.
  private static func architectures(
    of seccomp: Seccomp
  ) throws(Failure) -> [(architecture: SeccompFilter.Architecture, path: String)] {
    var result = [(architecture: SeccompFilter.Architecture.native, path: "linux.seccomp")]
    for (index, name) in seccomp.architectures.enumerated() {
      let path = "linux.seccomp.architectures[\(index)]"
      guard let architecture = SeccompFilter.Architecture(name: name.rawValue) else {
        throw Failure("\(path): libseccomp \(SeccompFilter.libraryVersion) does not know \(name.rawValue)")
      }
      if !result.contains(where: { $0.architecture == architecture }) {
        result.append((architecture, "\(path) \(name.rawValue)"))
      }
    }
    return result
  }

  /// What is said to libseccomp once for each architecture: a filter of three takes it twice the time of three filters of
  /// one, because it looks for the target of every jump among all instructions.
  private struct Rules {
    private struct Rule: Hashable {
      let call: SeccompFilter.Call
      let action: SeccompFilter.Action
      let comparisons: [SeccompFilter.Comparison]
    }

    private var all: [(rule: Rule, name: String, path: String)] = []
    private var known: Set<Rule> = []

    /// Twice as many as there can be in a filter, of which some say less than others do; libseccomp's time grows with their square.
    private static let most = 8192

    /// From this many calls on a tree is worth its instructions: the kernel walks the filter once for each system call
    /// there is when it loads it, which takes half the time. runc has the same bound, because libseccomp up to 2.5.4 is
    /// said to get a tree over no rules wrong.
    private static let longList = 32

    /// Adds one rule for each of the names. Those libseccomp does not know are left out, as runc and crun do: a profile is
    /// written for more kernels than one.
    mutating func add(_ rule: SyscallRule, _ action: SeccompFilter.Action, _ path: String) throws(Failure) {
      let comparisons = rule.args.map(comparison)
      // Comparing one argument twice can't be said to libseccomp. Both runc and crun then make a rule of each comparison,
      // so that one of them is enough; profiles rely on it.
      let alternatives = repeatsArgument(rule) ? comparisons.map { [$0] } : [comparisons]
      for name in rule.names {
        guard let call = SeccompFilter.Call(name: name) else { continue }
        for alternative in alternatives {
          let rule = Rule(call: call, action: action, comparisons: alternative)
          // libseccomp copies all there are for each that is added.
          if !known.insert(rule).inserted { continue }
          guard known.count <= Self.most else {
            throw Failure(
              "more than \(Self.most) different rules", hint: "the kernel takes a filter of at most 4096 instructions")
          }
          all.append((rule, name, path))
        }
      }
    }

    func add(to filter: borrowing SeccompFilter, of architecture: SeccompFilter.Architecture) throws(Failure) {
      for (rule, name, path) in all {
        do { try filter.addRule(rule.action, for: rule.call, where: rule.comparisons) } catch {
          throw error.adding(context: "the rule for \(name)").adding(context: path)
        }
      }
      var count = 0
      for (_, name, _) in all where architecture.number(ofCall: name) != nil { count += 1 }
      if count > Self.longList { try filter.setBinaryTree() }
    }
  }

  private static func repeatsArgument(_ rule: SyscallRule) -> Bool {
    rule.args.count > 1 && Set(rule.args.map { $0.index }).count < rule.args.count
  }

  /// A default of errno is a profile's way to say "whatever else". What kills, traps or notifies by default is meant
  /// for newer calls too; what allows, logs or traces has an answer to them.
  private static func answersNewerCalls(_ defaultAction: SeccompFilter.Action) -> Bool { defaultAction.isErrno }

  private static func newerCalls(
    _ seccomp: Seccomp, on architectures: [SeccompFilter.Architecture]
  ) -> [SeccompProgram.NewerCalls] {
    architectures.compactMap { architecture in
      // Without any rule it is not said what the profile's author knew.
      numbers(of: seccomp.syscalls, on: architecture).max().map { .init(architecture: architecture, lastNumber: $0) }
    }
  }

  private static func numbers(of rules: [SyscallRule], on architecture: SeccompFilter.Architecture) -> [UInt32] {
    rules.flatMap { $0.names.compactMap { architecture.number(ofCall: $0) } }
  }

  // MARK: From the spec's words to the kernel's

  private static let notPermitted: UInt32 = 1  // EPERM

  private static func action(
    _ action: SeccompAction, _ number: UInt32?, _ member: String
  ) throws(Failure) -> SeccompFilter.Action {
    let number = number ?? notPermitted
    switch action {
    case .kill, .killThread: return .killThread
    case .killProcess: return .killProcess
    case .trap: return .trap
    case .allow: return .allow
    case .log: return .log
    case .notify: return .notify
    case .errno:
      guard let number = UInt16(exactly: number), number <= SeccompFilter.Action.highestErrno else {
        throw Failure("linux.seccomp.\(member): \(number) is not an errno", hint: "0 to \(SeccompFilter.Action.highestErrno)")
      }
      return .errno(number)
    case .trace:
      guard let number = UInt16(exactly: number) else {
        throw Failure("linux.seccomp.\(member): \(number) does not fit a tracer's message", hint: "0 to \(UInt16.max)")
      }
      return .trace(number)
    }
  }

  private static func comparison(_ argument: SyscallArgument) -> SeccompFilter.Comparison {
    let op: SeccompFilter.Comparison.Operator =
      switch argument.op {
      case .notEqual: .notEqual
      case .less: .less
      case .lessOrEqual: .lessOrEqual
      case .equal: .equal
      case .greaterOrEqual: .greaterOrEqual
      case .greater: .greater
      case .maskedEqual: .maskedEqual
      }
    return SeccompFilter.Comparison(index: argument.index, op: op, value: argument.value, secondValue: argument.valueTwo)
  }
}

// MARK: - What the features document says

extension SeccompFeature {
  /// Of the linked libseccomp.
  package static var libraryVersion: String { SeccompFilter.libraryVersion }

  /// The architectures the linked libseccomp can write a filter for.
  package static var architectures: [SeccompArchitecture] {
    SeccompArchitecture.allCases.filter { SeccompFilter.Architecture(name: $0.rawValue) != nil }
  }

  /// The flags that this kernel takes. TSYNC is one of them: it asks for nothing of a single thread.
  package static var supportedFlags: [SeccompFlag] {
    SeccompFlag.allCases.filter { flag in
      switch flag {
      case .tsync: true
      case .log: SeccompProgram.Flags.log.areSupported
      case .specAllow: SeccompProgram.Flags.speculationAllowed.areSupported
      case .waitKillableRecv: SeccompProgram.Flags([.newListener, .waitKillable]).areSupported
      }
    }
  }
}
