import Foundation
import Testing

/// Expects status 0, and shows everything the program said if it is another.
func expectSuccess(_ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(outcome.status == 0, "\(outcome)", sourceLocation: sourceLocation)
}

/// Expects a failure that says so in exactly one line on stderr, with each of `texts` in it.
///
/// Peers may say more than one line; of them only the texts are asked.
func expectFailure(
  _ outcome: Outcome, saying texts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(outcome.status != 0, "\(outcome)", sourceLocation: sourceLocation)
  #expect(outcome.signal == nil, "it crashed: \(outcome)", sourceLocation: sourceLocation)
  if Runtime.isApus {
    #expect(outcome.errorLines.count == 1, "not one line of error: \(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.stderr.hasSuffix("\n"), "the line has no end: \(outcome)", sourceLocation: sourceLocation)
  } else {
    #expect(!outcome.errorLines.isEmpty, "it failed without a word: \(outcome)", sourceLocation: sourceLocation)
  }
  for text in texts {
    #expect(outcome.message.contains(text), "not in the error: \(text)\n\(outcome)", sourceLocation: sourceLocation)
  }
}

/// Expects a text that only apus promises. Peers say it in their own words.
func expectApusSays(_ text: String, _ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
  guard Runtime.isApus else { return }
  #expect(outcome.message.contains(text), "not in the error: \(text)\n\(outcome)", sourceLocation: sourceLocation)
}

/// Expects `create` and `run` of a bundle to fail alike: one line with `texts`, and nothing left of the container.
func expectRefusal(
  of bundle: Bundle, saying texts: String..., options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let runtime = try Runtime()
  for verb in ["create", "run"] {
    let outcome = try assertNothingLeft(by: runtime, sourceLocation: sourceLocation) {
      try bundle.write()
      let id = TemporaryDirectory.newID()
      let outcome = try runtime.call([verb, "--bundle", bundle.path] + options + [id])
      if outcome.succeeded { runtime.deleteQuietly(id) }
      return outcome
    }
    expectFailure(outcome, sourceLocation: sourceLocation)
    for text in texts {
      #expect(outcome.message.contains(text), "not in the error: \(text)\n\(outcome)", sourceLocation: sourceLocation)
    }
  }
}
