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

/// Expects the failure of a verb that was given the id of no container. Engines look for these words; crun has others.
func expectUnknown(_ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
  expectFailure(outcome, sourceLocation: sourceLocation)
  #expect(
    Runtime.isCrun || outcome.message.contains("does not exist"), "\(outcome)", sourceLocation: sourceLocation)
}

/// Expects a text that only apus promises. Peers say it in their own words.
func expectApusSays(_ text: String, _ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
  guard Runtime.isApus else { return }
  #expect(outcome.message.contains(text), "not in the error: \(text)\n\(outcome)", sourceLocation: sourceLocation)
}

/// Expects `create` of a bundle to fail in one line and to leave nothing.
func refusal(
  of bundle: Bundle, runtime given: Runtime? = nil, id: String = TemporaryDirectory.newID(), verb: String = "create",
  options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
) throws -> Outcome {
  let runtime = try given ?? Runtime()
  try bundle.write()
  let outcome = try assertNothingLeft(by: runtime, sourceLocation: sourceLocation) {
    let outcome = try runtime.call([verb, "--bundle", bundle.path] + options + [id])
    if outcome.succeeded { runtime.deleteQuietly(id) }
    return outcome
  }
  expectFailure(outcome, sourceLocation: sourceLocation)
  return outcome
}

/// Expects `create` and `run` of a bundle to fail alike: one line with `texts`, and nothing left of the container.
func expectRefusal(
  of bundle: Bundle, saying texts: String..., options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  for verb in ["create", "run"] {
    let outcome = try refusal(of: bundle, verb: verb, options: options, sourceLocation: sourceLocation)
    for text in texts where !text.isEmpty {
      #expect(outcome.message.contains(text), "not in the error: \(text)\n\(outcome)", sourceLocation: sourceLocation)
    }
  }
}
