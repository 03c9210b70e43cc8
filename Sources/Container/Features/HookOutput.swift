import Kernel
import OCISpec

/// The annotations run.oci.hooks.stdout and run.oci.hooks.stderr: files of the host which the output of all hooks is appended to.
/// Without them it is kept only for the error of a hook that fails.
struct HookOutput {
  var stdout: SharedDescriptor?
  var stderr: SharedDescriptor?

  /// On the host: the hooks that run in the container cannot find these files there.
  static func open(_ spec: Spec) throws(Failure) -> HookOutput {
    if spec.hooks.isEmpty { return HookOutput() }
    return HookOutput(
      stdout: try open(spec.annotations[Annotations.hookOutput]), stderr: try open(spec.annotations[Annotations.hookErrors]))
  }

  private static func open(_ path: String?) throws(Failure) -> SharedDescriptor? {
    guard let path else { return nil }
    return SharedDescriptor(
      try during(
        "opening \(path) for the output of hooks",
        try Descriptor.open(host: path, [.writeOnly, .append, .create, .noControllingTerminal], mode: 0o600)))
  }

  var descriptors: [SharedDescriptor] { [stdout, stderr].compactMap { $0 } }
}
