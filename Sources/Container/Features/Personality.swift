import Kernel
import OCISpec

/// linux.personality — config-linux.md "Personality", personality(2)
enum Personalities {
  static func apply(_ personality: Personality?) throws(Failure) {
    guard let personality else { return }
    try during(
      "setting the personality \(personality.domain.rawValue)", try setPersonality(personality.domain == .linux32 ? 8 : 0))
  }
}
