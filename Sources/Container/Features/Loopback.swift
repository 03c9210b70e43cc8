import Kernel

/// A new network namespace has a loopback device, but down: engines and programs expect 127.0.0.1 to answer (DEF-25).
enum Loopback {
  static func apply(_ plan: Plan) throws(Failure) {
    if plan.namespaces.new.contains(.network) { try during("bringing lo up", try bringUp(interface: "lo")) }
  }
}
