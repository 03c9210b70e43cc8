import Container
import JSON
import Kernel

extension Verb {
  // Needs no root directory and no privilege, and never warns: CRI-O reads both streams as one document.
  static let features = Verb("features", summary: "show what this runtime can do as JSON") { _ throws(Failure) in
    Answer(text: FeaturesFacts.document(version: Version.apus).text(.pretty) + "\n")
  }
}
