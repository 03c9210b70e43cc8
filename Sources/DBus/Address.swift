import Kernel
import SystemPackage

extension Connection {
  /// The bus of the machine.
  package static func system() throws(Failure) -> Connection {
    try bus(environmentVariable("DBUS_SYSTEM_BUS_ADDRESS") ?? "unix:path=/run/dbus/system_bus_socket")
  }

  /// The bus of the user's session; nil when the environment does not tell where it is.
  package static func session() throws(Failure) -> Connection? {
    if let address = environmentVariable("DBUS_SESSION_BUS_ADDRESS") { return try bus(address) }
    guard let directory = environmentVariable("XDG_RUNTIME_DIR") else { return nil }
    return try open("\(directory)/bus", isBus: true)
  }

  /// The first address of a list that is the path of a socket.
  private static func bus(_ addresses: String) throws(Failure) -> Connection {
    guard let path = socketPath(addresses) else {
      throw Failure("the address \(addresses) of the bus names no path of a socket", hint: "such as unix:path=/run/bus")
    }
    return try open(path, isBus: true)
  }

  /// - Parameter isBus: see ``init(socket:isBus:)``.
  package static func open(_ path: String, isBus: Bool) throws(Failure) -> Connection {
    try during("connecting to \(path)", try Connection(socket: try UnixSocket.connect(host: path, kind: .stream), isBus: isBus))
  }

  /// `unix:path=/a,guid=…;…` (dbus-specification "Server Addresses"); `%2f` stands for a byte.
  static func socketPath(_ addresses: String) -> String? {
    for address in addresses.split(separator: ";") where address.hasPrefix("unix:") {
      for pair in address.dropFirst("unix:".count).split(separator: ",") where pair.hasPrefix("path=") {
        return unescaped(pair.dropFirst("path=".count))
      }
    }
    return nil
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
