import Kernel
import OCISpec

// Verbs that reach every container with a match of a regular expression in its id.

extension Runtime {
  /// Sends a signal to all of them that have not stopped.
  package func kill(matching pattern: String, signal: CInt, all: Bool) throws(Failure) {
    try forEach(matching: pattern) { id throws(Failure) in
      do throws(Failure) { try kill(id, signal: signal, all: all) } catch {
        if error.cause != "container not running" { throw error }
      }
    }
  }

  package func delete(matching pattern: String, force: Bool) throws(Failure) {
    try forEach(matching: pattern) { id throws(Failure) in try delete(id, force: force) }
  }

  /// Does something to every one of them, in the order of the ids. None at all is no error, nor is one that another verb has
  /// removed meanwhile.
  ///
  /// - Throws: after the last one, what went wrong with any of them.
  private func forEach(matching pattern: String, _ body: (String) throws(Failure) -> Void) throws(Failure) {
    // It would match every id; a variable of a script that is empty is a likelier reason for it than the wish to have them all.
    if pattern.isEmpty { throw Failure("the regular expression is empty", hint: "`.*` stands for every container") }
    let expression = try RegularExpression(pattern)
    let identifiers = try during("reading \(root)", try StateDirectory.identifiers(root: root)) ?? []
    var failures: [(id: String, failure: Failure)] = []
    for id in identifiers where expression.matchesPart(of: id) {
      // What cannot be an id is no container's directory.
      if (try? ContainerID.check(id)) == nil { continue }
      do { try body(id) } catch {
        if !error.isUnknownContainer { failures.append((id, error)) }
      }
    }
    if failures.isEmpty { return }
    if failures.count == 1 { throw failures[0].failure.adding(context: failures[0].id) }
    throw Failure(failures.map { "\($0.id): \($0.failure.message)" }.joined(separator: "; "))
  }
}
