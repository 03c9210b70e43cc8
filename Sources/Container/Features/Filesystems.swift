import Kernel
import OCISpec

/// Making the file systems of `mounts`: everything that is no bind.
enum Filesystems {
  /// fsconfig(2) takes values of at most this many bytes, with their NUL.
  private static let longestValue = 256

  /// A detached mount of a new file system with its plain attributes set.
  static func make(_ planned: PlannedMount) throws(Failure) -> Descriptor {
    let type = planned.mount.type
    if type.isEmpty {
      throw Failure("the mount has no type and no bind option", hint: "add `type`, or `bind` to its options")
    }
    if type == "cgroup" || type == "cgroup2" { return try CgroupMount.make(planned) }
    let tree = try make(
      type: type, planned, context: planned.label.context(ofType: type, options: planned.options.data))
    try planned.label.apply(to: tree, ofType: type)
    return tree
  }

  /// - Parameter context: what SELinux is to see in its files.
  static func make(
    type: String, _ planned: PlannedMount, context label: (option: String, value: String)? = nil
  ) throws(Failure) -> Descriptor {
    let context: FilesystemContext
    do { context = try FilesystemContext(type: type) } catch {
      throw explained(error.adding(context: "file system type \(type)"), type)
    }
    let source = planned.mount.source
    if !source.isEmpty { try context.set("source", source) }
    let options = planned.options
    try setSuperblockFlags(planned, context)
    for option in options.data { do { try set(option, context) } catch { throw unmapped(error, options) } }
    if let label { try context.set(label.option, label.value) }
    var attributes = Kernel.MountAttributes(rawValue: options.set.rawValue)
    if becomesReadOnlyLater(planned) { attributes.remove(.readOnly) }
    do { return try context.mount(attributes: attributes) } catch { throw explained(unmapped(error, options), type) }
  }

  /// `remount` of what is no bind: the options of the file system, as mount(2) takes them with MS_REMOUNT. Only what config.json
  /// says changes. Its `ro` stays with the mount, where it says the same to the container: the file system may be one of the
  /// host's, reached through a bind.
  static func reconfigure(_ planned: PlannedMount, at place: borrowing Descriptor) throws(Failure) {
    let options = planned.options
    if options.superblockSet.contains(.iversion) || options.superblockClear.contains(.iversion) {
      throw Failure("remount cannot change iversion", hint: "give it to the mount itself")
    }
    let becomesWritable = options.superblockClear.contains(.readonly)
    let flags = flagWords(options)
    if options.data.isEmpty, flags.isEmpty, !becomesWritable { return }
    let context = try FilesystemContext(mountedAt: place)
    if becomesWritable { try context.setFlag("rw") }
    for flag in flags { try context.setFlag(flag) }
    for option in options.data { try set(option, context) }
    let changed = (becomesWritable ? ["rw"] : []) + flags + options.data
    try during("giving it \(changed.joined(separator: ","))", try context.reconfigure())
  }

  private static func flagWords(_ options: MountOptions) -> [String] {
    var words: [String] = []
    func add(_ flag: SuperblockFlags, _ set: String, _ clear: String?) {
      if options.superblockSet.contains(flag) { words.append(set) }
      if options.superblockClear.contains(flag), let clear { words.append(clear) }
    }
    add(.synchronous, "sync", "async")
    add(.dirsync, "dirsync", nil)
    add(.lazytime, "lazytime", "nolazytime")
    add(.mandatoryLocks, "mand", "nomand")
    return words
  }

  /// The flags of the superblock that fsconfig(2) has words for. A read-only mount of a file system of its own is one of a
  /// read-only superblock too, as mount(2) makes it: a device may not be writable at all.
  private static func setSuperblockFlags(_ planned: PlannedMount, _ context: borrowing FilesystemContext) throws(Failure) {
    for flag in flagWords(planned.options) { try context.setFlag(flag) }
    if planned.options.set.contains(.readonly), !becomesReadOnlyLater(planned) { try context.setFlag("ro") }
  }

  private static func set(_ option: String, _ context: borrowing FilesystemContext) throws(Failure) {
    if option.utf8.count >= longestValue { throw Failure("the option \(option) has more than \(longestValue) bytes") }
    guard let separator = option.utf8.firstIndex(of: UInt8(ascii: "=")) else { return try context.setFlag(option) }
    let value = String(option[option.utf8.index(after: separator)...])
    try context.set(String(option[..<separator]), value)
  }

  /// Whether an option is longer than fsconfig(2) takes, such as the `lowerdir` of a deep overlay, or has no word there.
  static func needsClassicMount(_ planned: PlannedMount) -> Bool {
    planned.options.data.contains { $0.utf8.count >= longestValue } || planned.options.superblockSet.contains(.iversion)
      || planned.options.superblockSet.contains(.silent)
  }

  static func mountClassic(_ planned: PlannedMount, on target: borrowing Descriptor) throws(Failure) {
    let options = planned.options.data
    // Quoted, as a label may have commas in it.
    let label =
      planned.label.context(ofType: planned.mount.type, options: options).map { ["\($0.option)=\"\($0.value)\""] }
      ?? []
    try mountClassically(
      source: planned.mount.source.isEmpty ? "none" : planned.mount.source, on: target, type: planned.mount.type,
      flags: UInt(planned.options.superblockSet.rawValue),
      data: (options + label).joined(separator: ","))
  }

  /// A tmpfs, and /dev whatever it is, stays writable until the mount points, devices and links in it are made.
  static func becomesReadOnlyLater(_ planned: PlannedMount) -> Bool {
    planned.options.set.contains(.readonly) && (planned.mount.type == "tmpfs" || planned.destination == "/dev")
  }

  /// An older kernel says so, and without a name, only as the file system is made.
  private static func unmapped(_ failure: Failure, _ options: MountOptions) -> Failure {
    let owners = options.data.filter { $0.hasPrefix("uid=") || $0.hasPrefix("gid=") }
    guard failure.errno == .invalidArgument, !owners.isEmpty else { return failure }
    return failure.adding(hint: "is there a mapping for \(owners.joined(separator: " and ")) in the container's user namespace?")
  }

  private static func explained(_ failure: Failure, _ type: String) -> Failure {
    switch (type, failure.errno) {
    case ("sysfs", .some(.notPermitted)):
      failure.adding(hint: "sysfs needs a network namespace that belongs to the container's user namespace")
    case ("proc", .some(.notPermitted)):
      failure.adding(
        hint: "proc needs a pid namespace that belongs to the container's user namespace, and an unmasked /proc on the host")
    case ("mqueue", .some(.notPermitted)):
      failure.adding(hint: "mqueue needs an ipc namespace that belongs to the container's user namespace")
    case (_, .some(.operationNotSupportedByDevice)):
      failure.adding(hint: "this kernel has no file system type \"\(type)\"; see /proc/filesystems")
    default: failure
    }
  }
}
