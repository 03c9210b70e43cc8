/// Properties of one mount, with the numbers of mount_setattr(2) (`MOUNT_ATTR_*`).
///
/// Three bits (`atime`) are one field and not flags: relatime is 0, noatime 1, strictatime 2. mount_setattr(2) wants the
/// whole field in `attr_clr` whenever it is to change; `MountAttributeChange` sees to that.
package struct MountAttributes: OptionSet, Sendable {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }

  package static var readonly: MountAttributes { MountAttributes(rawValue: 0x1) }
  package static var nosuid: MountAttributes { MountAttributes(rawValue: 0x2) }
  package static var nodev: MountAttributes { MountAttributes(rawValue: 0x4) }
  package static var noexec: MountAttributes { MountAttributes(rawValue: 0x8) }
  /// The mask of the access time field; the next two are values of it.
  package static var atime: MountAttributes { MountAttributes(rawValue: 0x70) }
  package static var noatime: MountAttributes { MountAttributes(rawValue: 0x10) }
  package static var strictatime: MountAttributes { MountAttributes(rawValue: 0x20) }
  package static var nodiratime: MountAttributes { MountAttributes(rawValue: 0x80) }
  package static var nosymfollow: MountAttributes { MountAttributes(rawValue: 0x20_0000) }
}

/// What to switch on and off at a mount; never the same attribute in both, except the access time field.
package struct MountAttributeChange: Equatable, Sendable {
  package var set: MountAttributes = []
  package var clear: MountAttributes = []

  package init() {}

  package var isEmpty: Bool { self.set.isEmpty && clear.isEmpty }

  mutating func turnOn(_ attribute: MountAttributes) {
    set.formUnion(attribute)
    clear.subtract(attribute)
  }

  mutating func turnOff(_ attribute: MountAttributes) {
    clear.formUnion(attribute)
    set.subtract(attribute)
  }

  /// Replaces the access time field: `noatime`, `strictatime`, or nothing for relatime.
  mutating func accessTime(_ value: MountAttributes) {
    clear.formUnion(.atime)
    set.subtract(.atime)
    set.formUnion(value)
  }

  /// Undoes one value of the field: back to relatime, the kernel's default, unless another value was asked for.
  mutating func notAccessTime(_ value: MountAttributes) {
    let wanted = set.intersection(.atime)
    if wanted.isEmpty || wanted == value { accessTime([]) }
  }
}

/// Properties of a whole file system, with the numbers of mount(2) (`MS_*`).
package struct SuperblockFlags: OptionSet, Sendable {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }

  package static var readonly: SuperblockFlags { SuperblockFlags(rawValue: 1) }
  package static var synchronous: SuperblockFlags { SuperblockFlags(rawValue: 1 << 4) }
  package static var mandatoryLocks: SuperblockFlags { SuperblockFlags(rawValue: 1 << 6) }
  package static var dirsync: SuperblockFlags { SuperblockFlags(rawValue: 1 << 7) }
  package static var silent: SuperblockFlags { SuperblockFlags(rawValue: 1 << 15) }
  package static var iversion: SuperblockFlags { SuperblockFlags(rawValue: 1 << 23) }
  package static var lazytime: SuperblockFlags { SuperblockFlags(rawValue: 1 << 25) }
}
