import Kernel

/// All of apus: does what the command line says, and ends the process.
package func runCommandLine() -> Never {
  // Before anything is opened: a file that got number 1 or 2 would be written over with our output. Without /dev/null
  // there may be no stream to complain on.
  do throws(Failure) { try StandardStreams.ensureOpen() } catch { endProcess(1) }
  // A caller that ignores SIGCHLD would have the kernel reap our children before we can ask how they ended.
  Signals.reset(Signals.childEnded)
  let words = ProgramArguments.all
  if words.isEmpty {
    // Not even our own name. Help and success would be a lie.
    Report().fail(Failure("the command line is empty"))
    endProcess(1)
  }
  let arguments = Array(words.dropFirst())
  protectOwnProgram(arguments)
  endProcess(execute(arguments))
}

/// For a verb that enters a container: see ``OwnProgram``. Before the log is opened, which may be a FIFO whose reader ends
/// with its first writer.
private func protectOwnProgram(_ arguments: [String]) {
  var globals = Values()
  let status: CInt
  do throws(Failure) {
    let words = try Parser(flags: CommandTable.globals, flagPlace: .beforeOperands).parse(arguments, into: &globals)
    guard let name = words.first else { return }
    let verb = try CommandTable.verb(named: name)
    if !verb.entersContainer { return }
    status = verb.failureStatus
  } catch { return }  // read again, and reported, where it is executed
  do throws(Failure) { try OwnProgram.protect() } catch {
    let failure = error.adding(context: "making this program unreachable from containers")
    let report: Report
    do throws(Failure) { report = try Report(globals) } catch { report = Report() }  // the first failure is the one to tell
    report.fail(failure)
    endProcess(status)
  }
}

/// Does what `arguments` say; returns the exit status: 0, the status of the container's process, or that of a failure.
func execute(_ arguments: [String]) -> CInt {
  let (answer, report) = interpret(arguments)
  var failure = answer.failure
  if !answer.text.isEmpty {
    do throws(Failure) { try StandardStreams.with(1) { stream throws(Failure) in try stream.writeAll(answer.text) } } catch {
      // The first failure is the one to tell.
      failure = failure ?? error.adding(context: "writing to the standard output")
    }
  }
  if let failure {
    report.fail(failure)
    return answer.status == 0 ? 1 : answer.status
  }
  return answer.status
}

/// Reads the global flags, opens the log and runs the verb.
func interpret(_ arguments: [String]) -> (Answer, Report) {
  var globals = Values()
  var words: [String] = []
  var misread: Failure?
  let parser = Parser(flags: CommandTable.globals, flagPlace: .beforeOperands)
  do throws(Failure) {
    try checkEncoding(arguments)
    words = try parser.parse(arguments, into: &globals)
  } catch { misread = error }

  // With what was read up to the mistake: an engine that named its log before finds the mistake there.
  let report: Report
  do throws(Failure) { report = try Report(globals) } catch { return (Answer(failure: misread ?? error), Report()) }
  if let misread { return (Answer(failure: misread), report) }

  if globals.isOn(.version) { return (Answer(text: Version.text), report) }
  guard let name = words.first, !globals.isOn(.help) else { return (Answer(text: Help.overview()), report) }
  do throws(Failure) {
    return (try interpret(CommandTable.verb(named: name), Array(words.dropFirst()), globals, report), report)
  } catch { return (Answer(failure: error), report) }
}

/// Swift reads bytes that are not UTF-8 as U+FFFD: a path with one would lead to another file, without a word.
private func checkEncoding(_ arguments: [String]) throws(Failure) {
  for argument in arguments where argument.unicodeScalars.contains("\u{fffd}") {
    throw Failure("the argument \"\(argument)\" is not valid UTF-8")
  }
}

private func interpret(_ verb: Verb, _ words: [String], _ globals: Values, _ report: Report) throws(Failure) -> Answer {
  report.subject = verb.name
  var values = Values()
  let operands = try Parser(flags: verb.allFlags, flagPlace: verb.flagPlace).parse(words, into: &values)
  if values.isOn(.help) { return Answer(text: Help.page(of: verb)) }
  if let complaint = verb.complaint(aboutCount: operands.count) {
    report.subject = ""
    return Answer(text: "Incorrect Usage.\n\n\(Help.page(of: verb))", failure: Failure(complaint))
  }
  if verb.operands.first?.name == Operand.containerID.name, let id = operands.first { report.subject = "\(verb.name) \(id)" }
  do throws(Failure) {
    return try verb.run(Invocation(globals: globals, values: values, operands: operands, report: report))
  } catch { return Answer(status: verb.failureStatus, failure: error) }
}
