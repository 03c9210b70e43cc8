import JSON

/// config-linux.md "Namespaces".
package struct Namespace: Equatable, Sendable {
  package var type: NamespaceKind
  /// The namespace to join, absolute in the runtime's mount namespace; nil: make a new one.
  package var path: String?

  package init(_ type: NamespaceKind, path: String? = nil) {
    self.type = type
    self.path = path
  }

  package init(_ reader: Reader) {
    type = reader.choice("type", .required) ?? .mount
    path = reader.string("path").flatMap { $0.isEmpty ? nil : $0 }
  }

  package var document: JSONValue {
    .object([("type", .string(type.rawValue))] + (path.map { [("path", .string($0))] } ?? []))
  }
}

/// The spec's names; /proc/self/ns calls `network` net and `mount` mnt.
package enum NamespaceKind: String, CaseIterable, Sendable {
  case cgroup, ipc, mount, network, pid, time, user, uts
}

/// config-linux.md "User namespace mappings", and the mappings of a mount.
package struct IDMapping: Equatable, Sendable {
  package var containerID: UInt32
  package var hostID: UInt32
  package var size: UInt32

  package init(containerID: UInt32, hostID: UInt32, size: UInt32) {
    self.containerID = containerID
    self.hostID = hostID
    self.size = size
  }

  init(_ reader: Reader) {
    containerID = reader.integer("containerID", .required) ?? 0
    hostID = reader.integer("hostID", .required) ?? 0
    size = reader.integer("size", .required) ?? 0
  }
}

/// config-linux.md "Offset for Time Namespace".
package struct TimeOffset: Equatable, Sendable {
  package var secs: Int64
  package var nanosecs: UInt32

  package init(secs: Int64 = 0, nanosecs: UInt32 = 0) {
    self.secs = secs
    self.nanosecs = nanosecs
  }

  init(_ reader: Reader) {
    secs = reader.integer("secs") ?? 0
    nanosecs = reader.integer("nanosecs") ?? 0
  }
}
