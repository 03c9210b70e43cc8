import Kernel

/// Where a message bus listens (dbus-specification "Server Addresses").
package enum BusAddress {
  /// The sockets of the machine's bus, in the order to try them.
  package static var system: [String] {
    environmentVariable("DBUS_SYSTEM_BUS_ADDRESS").map(sockets) ?? ["/run/dbus/system_bus_socket"]
  }

  /// Those of the bus of the user's session; then that which a user's systemd has, as a session's need not be the same
  /// (dbus-run-session, a remote desktop).
  package static var session: [String] {
    let told = environmentVariable("DBUS_SESSION_BUS_ADDRESS").map(sockets) ?? []
    guard let usual = environmentVariable("XDG_RUNTIME_DIR").map({ "\($0)/bus" }), !told.contains(usual) else { return told }
    return told + [usual]
  }

  /// The paths of sockets in a list such as `unix:path=/a,guid=…;unix:abstract=/b`, an abstract one as `@/b`. Other transports
  /// are passed over.
  static func sockets(_ addresses: String) -> [String] {
    addresses.split(separator: ";").compactMap { address in
      guard address.hasPrefix("unix:") else { return nil }
      for pair in address.dropFirst("unix:".count).split(separator: ",") {
        if pair.hasPrefix("path=") { return unescaped(pair.dropFirst("path=".count)) }
        if pair.hasPrefix("abstract=") { return unescaped(pair.dropFirst("abstract=".count)).map { "@\($0)" } }
      }
      return nil
    }
  }

  private static func unescaped(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      if byte != UInt8(ascii: "%") {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension Connection {
  /// - Parameters:
  ///   - path: of the socket; `@name` is an abstract one.
  ///   - isBus: see ``init(socket:isBus:)``.
  package static func open(_ path: String, isBus: Bool) throws(Failure) -> Connection {
    try during("connecting to \(path)", try Connection(socket: try UnixSocket.connect(host: path, kind: .stream), isBus: isBus))
  }
}
