import Kernel
import OCISpec

/// linux.personality — config-linux.md "Personality", personality(2)
enum Personalities {
  static func apply(_ linux: Linux) throws(Failure) {
    guard let personality = linux.personality else { return }
    try during(
      "setting the personality \(personality.domain.rawValue)", try setPersonality(personality.domain == .linux32 ? 8 : 0))
  }
}
