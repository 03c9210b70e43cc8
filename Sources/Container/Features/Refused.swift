import Kernel

/// What apus knows and does not do: refused by name, because what is silently left out is what an operator finds at three
/// in the morning.
enum Refused {
  /// At once, rather than in the middle at whatever takes a right that an ordinary user does not have.
  static func checkUser() throws(Failure) {
    guard effectiveUserID != 0 else { return }
    throw Failure(
      "rootless containers are not supported by this version of apus, and this is uid \(effectiveUserID)",
      hint: "run it as root; a user namespace in config.json then keeps the container's root apart from the host's")
  }
}
