import Kernel
import OCISpec

/// Properties which apus knows and does not do: refused by name, because what is silently left out is what an operator
/// finds at three in the morning.
enum Refused {
  static func check(_ spec: Spec) throws(Failure) {
    let linux = spec.linux
    if linux.intelRdt != nil { throw refusal("linux.intelRdt") }
    if !linux.netDevices.isEmpty { throw refusal("linux.netDevices") }
    if !linux.mountLabel.isEmpty { throw refusal("linux.mountLabel") }
    if !(spec.process?.selinuxLabel ?? "").isEmpty, !isSELinuxEnabled {
      throw Failure("selinux label is specified in config, but selinux is disabled or not supported")
    }
  }

  private static func refusal(_ property: String) -> Failure {
    Failure("\(property) is not supported by this version of apus", hint: "remove it from config.json")
  }

  /// The file system of SELinux is there exactly when it is on.
  private static var isSELinuxEnabled: Bool { (try? Descriptor.open(host: "/sys/fs/selinux/enforce", [.path])) != nil }
}
