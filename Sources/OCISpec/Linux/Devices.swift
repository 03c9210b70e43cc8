import JSON

/// config-linux.md "Devices".
package struct Device: Equatable, Sendable {
  package var type: DeviceKind
  /// Full path inside the container, not only below /dev.
  package var path: String
  package var major: Int64
  package var minor: Int64
  /// Permission bits; nil: 0666.
  package var fileMode: UInt32?
  package var uid: UInt32?
  package var gid: UInt32?

  package init(
    type: DeviceKind, path: String, major: Int64 = 0, minor: Int64 = 0, fileMode: UInt32? = nil, uid: UInt32? = nil,
    gid: UInt32? = nil
  ) {
    self.type = type
    self.path = path
    self.major = major
    self.minor = minor
    self.fileMode = fileMode
    self.uid = uid
    self.gid = gid
  }

  init(_ reader: Reader) {
    let kind: DeviceKind? = reader.choice("type", .required)
    let numbers: Reader.Need = kind == nil || kind == .p ? .optional : .required  // a FIFO has none
    type = kind ?? .c
    path = reader.string("path", .required) ?? ""
    major = reader.integer("major", numbers) ?? 0
    minor = reader.integer("minor", numbers) ?? 0
    // Engines that stat(2) a device on the host send the whole st_mode; the type is said elsewhere, so it is cut off.
    let fileTypeBits: UInt32 = 0o170000
    fileMode = reader.integer("fileMode").map { $0 & ~fileTypeBits }
    uid = reader.integer("uid")
    gid = reader.integer("gid")
  }
}

/// The letters of mknod(1): character, block, unbuffered character, FIFO.
package enum DeviceKind: String, CaseIterable, Sendable {
  case c, b, u, p
}

/// config-linux.md "Network Devices": a host interface that moves into the container.
package struct NetDevice: Equatable, Sendable {
  /// The name it gets there; empty: keeps its own. A trailing `%d` lets the kernel number it.
  package var name: String

  package init(name: String = "") { self.name = name }

  init(_ reader: Reader) { name = reader.string("name") ?? "" }
}
