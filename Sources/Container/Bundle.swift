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

  /// Reads and decodes config.json. Nothing is touched.
  static func load(_ request: CreateRequest) throws(Failure) -> Bundle {
    let file = FilePath(request.bundle).appending("config.json").string
    let bytes: [UInt8]
    do { bytes = try Descriptor.open(host: file, [.readOnly]).readAll() } catch  where error.errno == .noSuchFileOrDirectory {
      throw Failure("JSON specification file config.json not found", hint: "there is no \(file)")
    } catch { throw error.adding(context: "reading \(file)") }
    do {
      var spec = try Spec.decode(bytes, named: file)
      IPC.apply(request.ipc, to: &spec)
      return Bundle(path: request.bundle, bytes: bytes, spec: spec)
    } catch { throw Failure(error.description) }
  }

  /// Every rule that needs nothing but the config.
  func check(noPivot: Bool) throws(Failure) {
    let problems = spec.check(rootless: effectiveUserID != 0, noPivot: noPivot)
    if !problems.isEmpty {
      throw Failure(ConfigurationError(document: "\(path)/config.json", problems: problems).description)
    }
  }
}
