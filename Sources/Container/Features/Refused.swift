import Kernel
import OCISpec

/// Properties which apus knows and does not do: refused by name, because what is silently left out is what an operator
/// finds at three in the morning.
enum Refused {
  static func check(_ spec: Spec) throws(Failure) {
    let linux = spec.linux
    if !linux.mountLabel.isEmpty { throw refusal("linux.mountLabel") }
    if !(spec.process?.selinuxLabel ?? "").isEmpty, !isSELinuxEnabled {
      throw Failure("selinux label is specified in config, but selinux is disabled or not supported")
    }
  }

  /// At once, rather than in the middle at whatever takes a right that an ordinary user does not have.
  static func checkUser() throws(Failure) {
    guard effectiveUserID != 0 else { return }
    throw Failure(
      "rootless containers are not supported by this version of apus, and this is uid \(effectiveUserID)",
      hint: "run it as root; a user namespace in config.json then keeps the container's root apart from the host's")
  }

  private static func refusal(_ property: String) -> Failure {
    Failure("\(property) is not supported by this version of apus", hint: "remove it from config.json")
  }

  /// The file system of SELinux is there exactly when it is on.
  private static var isSELinuxEnabled: Bool { (try? Descriptor.open(host: "/sys/fs/selinux/enforce", [.path])) != nil }
}
