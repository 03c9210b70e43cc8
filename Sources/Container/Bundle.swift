import JSON
import Kernel
import OCISpec

/// A bundle: the directory, and its config.json as it was when it was read.
final class Bundle {
  let path: String
  /// The bytes of config.json, for the container's private copy.
  let bytes: [UInt8]
  /// With ``modes`` applied.
  let spec: Spec
  let modes: NamespaceModes
  var wantsTerminal: Bool { spec.process?.terminal ?? false }

  private init(path: String, bytes: [UInt8], spec: Spec, modes: NamespaceModes) {
    self.path = path
    self.bytes = bytes
    self.spec = spec
    self.modes = modes
  }

  /// Reads config.json and checks every rule that needs nothing but the config. Nothing is touched.
  static func load(_ request: CreateRequest, _ runtime: Runtime) throws(Failure) -> Bundle {
    let track = runtime.trace?.host
    track?.next("decoding config.json")
    let file = configFile(of: request.bundle)
    let bytes = try read(file)
    let modes = try NamespaceModes(request.namespaces, runtime)
    do throws(ConfigurationError) {
      var draft = try Spec.draft(bytes, named: file)
      let leftOut = modes.apply(to: &draft.spec)
      track?.next("checking config.json")
      let problems = draft.problems(rootless: effectiveUserID != 0, noPivot: request.noPivot)
      if !problems.isEmpty {
        // A rule may be broken only by what the flags have made of it.
        throw ConfigurationError(document: modes.isEmpty ? file : "\(file) with \(modes.description)", problems: problems)
      }
      for text in leftOut { runtime.warn(text) }
      return Bundle(path: request.bundle, bytes: bytes, spec: draft.spec, modes: modes)
    } catch { throw Failure(error.description) }
  }

  static func configFile(of bundle: String) -> String { bundle == "/" ? "/config.json" : "\(bundle)/config.json" }

  static func read(_ file: String) throws(Failure) -> [UInt8] {
    do { return try Descriptor.open(host: file, [.readOnly]).readAll() } catch  where error.errno == .noSuchFileOrDirectory {
      throw Failure("JSON specification file config.json not found", hint: "there is no \(file)")
    } catch { throw error.adding(context: "reading \(file)") }
  }
}
