import JSON

/// config.md "POSIX-platform User": ids as seen inside the container.
package struct User: Equatable, Sendable {
  package var uid: UInt32
  package var gid: UInt32
  package var umask: UInt32?
  package var additionalGids: [UInt32]

  package init(uid: UInt32 = 0, gid: UInt32 = 0, umask: UInt32? = nil, additionalGids: [UInt32] = []) {
    self.uid = uid
    self.gid = gid
    self.umask = umask
    self.additionalGids = additionalGids
  }

  init(_ reader: Reader) {
    uid = reader.integer("uid") ?? 0
    gid = reader.integer("gid") ?? 0
    umask = reader.integer("umask")
    additionalGids = reader.integers("additionalGids")
  }
}
