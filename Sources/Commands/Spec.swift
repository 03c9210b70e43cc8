import JSON
import Kernel
import OCISpec

extension Flag {
  static let specDirectory = Flag(
    "bundle", short: "b", .path("DIR"), help: "where to write config.json; default: the working directory")
  static let specRootless = Flag("rootless", help: "for a user without privileges: with a user namespace, without cgroup limits")
}

extension Verb {
  static let spec = Verb(
    "spec", summary: "write a config.json to start from", flags: [.specDirectory, .specRootless]
  ) { invocation throws(Failure) in
    let directory = try invocation.values.path(.specDirectory, default: ".")
    let user = invocation.values.isOn(.specRootless) ? (uid: effectiveUserID, gid: effectiveGroupID) : nil
    let document = DefaultSpec.document(rootless: user)
    try during("writing \(directory)/config.json", write(document.text(.pretty) + "\n", into: directory))
    return Answer()
  }
}

/// A file that is there, or a link of that name, is never touched.
private func write(_ text: String, into directory: String) throws(Failure) {
  let directory = try Descriptor.open(host: directory, [.path, .directory])
  let file: Descriptor
  do throws(Failure) {
    file = try directory.open("config.json", [.writeOnly, .create, .exclusive], resolve: .beneath, mode: 0o666)
  } catch  where error.errno == .fileExists { throw Failure("File config.json exists. Remove it first") }
  do throws(Failure) { try file.writeAll(text) } catch {
    try? directory.removeFile("config.json")  // it would stand in the way of the next attempt; the failure to tell is the write's
    throw error
  }
}
