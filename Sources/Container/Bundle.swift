import JSON
import Kernel
import OCISpec
import SystemPackage

/// A bundle: the directory, and its config.json as it was when it was read.
struct Bundle {
  let path: String
  /// The bytes of config.json, for the container's private copy.
  let bytes: [UInt8]
  /// With `--ipc` applied.
  let spec: Spec

  /// Reads config.json and checks every rule that needs nothing but the config. Nothing is touched.
  static func load(_ request: CreateRequest, _ track: Track?) throws(Failure) -> Bundle {
    track?.next("decoding config.json")
    let file = configFile(of: request.bundle)
    let bytes = try read(file)
    do throws(ConfigurationError) {
      var draft = try Spec.draft(bytes, named: file)
      IPC.apply(request.ipc, to: &draft.spec)
      track?.next("checking config.json")
      let problems = draft.problems(rootless: effectiveUserID != 0, noPivot: request.noPivot)
      if !problems.isEmpty { throw ConfigurationError(document: file, problems: problems) }
      return Bundle(path: request.bundle, bytes: bytes, spec: draft.spec)
    } catch { throw Failure(error.description) }
  }

  static func configFile(of bundle: String) -> String { FilePath(bundle).appending("config.json").string }

  static func read(_ file: String) throws(Failure) -> [UInt8] {
    do { return try Descriptor.open(host: file, [.readOnly]).readAll() } catch  where error.errno == .noSuchFileOrDirectory {
      throw Failure("JSON specification file config.json not found", hint: "there is no \(file)")
    } catch { throw error.adding(context: "reading \(file)") }
  }
}
