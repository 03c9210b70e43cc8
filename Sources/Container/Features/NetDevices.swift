import Kernel
import OCISpec

/// linux.netDevices — config-linux.md "Network Devices": interfaces of the host that become the container's.
///
/// The host moves them: moving takes rights over the namespace they leave. Init says when, and hands over its namespace.
/// Nothing is moved back when the container is deleted: what becomes of an interface then is up to its namespace, whose end
/// gives a physical one back to the host and removes a virtual one (network_namespaces(7)). Only a create that fails
/// leaves the interfaces where they were, with their names and addresses; routes over them are lost.
final class NetDevices {
  private struct Moved {
    let name: String
    let wasUp: Bool
    let addresses: [NetworkAddress]
    var inside: NetworkInterface
  }

  private var moved: [Moved] = []
  /// The container's network namespace, as long as something may have to come back from it.
  private var namespace: SharedDescriptor?

  // MARK: Init

  /// Waits until they are here: a sysctl may name one, and a hook may expect them.
  static func apply(_ plan: Plan, _ host: borrowing Rendezvous) throws(Failure) {
    if plan.spec.linux.netDevices.isEmpty { return }
    try host.send(.networkNamespace, with: try plan.proc.openOwnNamespace("net"))
    guard try host.mayProceed() else { throw Failure("the runtime ended before the network devices were moved") }
  }

  // MARK: Host

  func move(_ devices: [String: NetDevice], into namespace: SharedDescriptor) throws(Failure) {
    self.namespace = namespace
    let outside = try NetworkSocket()
    let inside = try NetDevices.socket(in: namespace)
    let devices = devices.sorted { $0.key < $1.key }.map {
      (name: $0.key, newName: $0.value.name.isEmpty ? $0.key : $0.value.name)
    }
    // All that can be known beforehand is found out before the first of them moves.
    for (name, newName) in devices {
      try during("network device \(name)", try NetDevices.check(name, newName, outside, inside))
    }
    for (name, newName) in devices {
      try during("moving the network device \(name)", try move(name, newName, namespace, outside, inside))
    }
  }

  private static func check(
    _ name: String, _ newName: String, _ outside: borrowing NetworkSocket, _ inside: borrowing NetworkSocket
  ) throws(Failure) {
    do { _ = try outside.interface(named: name) } catch {
      throw error.errno == .operationNotSupportedByDevice ? error.adding(hint: "the host has no such network interface") : error
    }
    do { _ = try inside.interface(named: newName) } catch  where error.errno == .operationNotSupportedByDevice { return }
    throw Failure("the container's network namespace already has an interface \(newName)", errno: .fileExists)
  }

  private func move(
    _ name: String, _ newName: String, _ namespace: SharedDescriptor, _ outside: borrowing NetworkSocket,
    _ inside: borrowing NetworkSocket
  ) throws(Failure) {
    let interface = try outside.interface(named: name)
    // Now, as they do not survive the move, and those of IPv6 not even the interface being down.
    let addresses = try outside.addresses(of: interface)
    // By way of a name of our own: with a template such as eth%d there would be no finding it again, and the kernel takes
    // the last name only after the move, so that a failure of that would be half a move.
    let temporary = "apus\(interface.index)"
    do { try outside.move(interface, to: namespace.descriptor, as: temporary) } catch  where error.errno == .invalidArgument {
      throw error.adding(hint: "interfaces of this kind belong to their network namespace, such as lo or a bridge's")
    }
    let here = try inside.interface(named: temporary)
    moved.append(Moved(name: name, wasUp: interface.isUp, addresses: addresses, inside: here))
    try during("giving it the name \(newName)", try inside.rename(here, to: newName))
    for address in addresses where address.isPermanent && address.isGlobal {
      try during("giving it back an address", try inside.add(address, to: here))
    }
    try during("bringing it up", try inside.setUp(here))
  }

  /// After a failure: puts everything back as it was. What cannot be goes where the end of the namespace sends it.
  func putBack() {
    guard let namespace, !moved.isEmpty else { return }
    for device in moved.reversed() {
      _ = Result { () throws(Failure) in
        let inside = try NetDevices.socket(in: namespace)
        let outside = try NetworkSocket()
        let own = try Descriptor.open(host: "/proc/self/ns/net", [.readOnly])
        try inside.move(device.inside, to: own, as: device.name)
        let interface = try outside.interface(named: device.name)
        if device.wasUp { try outside.setUp(interface) }
        for address in device.addresses where address.isPermanent && address.isGlobal {
          try outside.add(address, to: interface)
        }
      }
    }
    moved = []
  }

  /// A socket of another network namespace: made in there, and kept when this process is back in its own.
  private static func socket(in namespace: SharedDescriptor) throws(Failure) -> NetworkSocket {
    let own = try Descriptor.open(host: "/proc/self/ns/net", [.readOnly])
    try during("entering the container's network namespace", try namespace.descriptor.enterNamespace(.network))
    let result = Result { () throws(Failure) in try NetworkSocket() }
    try during("leaving the container's network namespace", try own.enterNamespace(.network))
    return try result.get()
  }
}
