import Kernel
import OCISpec

/// The bundle, held open: what config.json says relative to it is looked up by the kernel from there.
///
/// Taking a path apart as text would not do: in `../rootfs` of a bundle that is reached by a link, `..` is where the link leads.
struct BundleDirectory {
  /// Absolute, and without a link.
  let path: String
  private let directory: SharedDescriptor

  init(_ path: String, _ proc: ProcFS) throws(Failure) {
    let opened = try during("opening the bundle \(path)", try Descriptor.open(host: path, [.path, .directory]))
    self.path = try proc.path(of: opened)
    directory = SharedDescriptor(opened)
  }

  /// Opens `path`, absolute or relative to the bundle.
  func open(_ path: String, _ options: OpenOptions) throws(Failure) -> Descriptor {
    try directory.descriptor.open(path.withoutTrailingSlashes, options, resolve: [])
  }

  /// For messages: the path as it was asked for, made absolute.
  func path(of relative: String) -> String {
    (relative.isAbsolutePath ? relative : path == "/" ? "/\(relative)" : "\(path)/\(relative)").withoutTrailingSlashes
  }
}
