import JSON

extension Spec {
  func checkDevices(_ found: inout [Problem]) {
    for (index, device) in linux.devices.enumerated() {
      let path = "linux.devices[\(index)]"
      if !device.path.isAbsolutePath {
        found.add("\(path).path", "must be an absolute path, not \(device.path.quoted)", "begin it with a slash")
      }
      if let mode = device.fileMode, mode > 0o777 {
        found.add("\(path).fileMode", "\(mode) is more than 511 (0777)", "note that JSON numbers are decimal")
      }
      if device.uid == .max { found.addNoID("\(path).uid") }
      if device.gid == .max { found.addNoID("\(path).gid") }
      guard device.type != .p else { continue }
      checkDeviceNumbers(device.major, device.minor, at: path, &found)
    }
  }

  func checkNetDevices(rootless: Bool, _ found: inout [Problem]) {
    guard !linux.netDevices.isEmpty else { return }
    if !has(.network) {
      found.add(
        "linux.netDevices", "unable to move network devices without a private NET namespace", "add network to linux.namespaces",
        rule: .hostUntouched, given: ["linux.namespaces"])
    }
    if rootless {
      found.add("linux.netDevices", "network devices cannot be moved into rootless containers", "remove them", rule: .noPrivilege)
    }
    let (remedy, rule) = ("expected 1 to 15 bytes without slash, colon and blanks, and neither . nor ..", "netdevice(7)")
    var taken: [String: String] = [:]
    for (host, device) in linux.netDevices.sorted(by: { $0.key < $1.key }) {
      let path = "linux.netDevices[\(host.quoted)]"
      if !isInterfaceName(host) { found.add(path, "is no valid interface name", remedy, rule: rule) }
      if !device.name.isEmpty, !isInterfaceName(device.name) {
        found.add("\(path).name", "\(device.name.quoted) is no valid interface name", remedy, rule: rule)
      } else if device.name.dropLast(device.name.hasSuffix("%d") ? 2 : 0).contains("%") {
        found.add(
          "\(path).name", "\(device.name.quoted) has a % that is not a %d at its end",
          "write %d at the end for the kernel to number it, or remove the %")
      }
      let name = device.name.isEmpty ? host : device.name
      if name.hasSuffix("%d") { continue }
      if let other = taken.updateValue(host, forKey: name) {
        found.add(
          path, "would get the name \(name.quoted), which linux.netDevices[\(other.quoted)] gets", "give one of them another name"
        )
      }
    }
  }

  /// What the kernel's dev_valid_name() takes; IFNAMSIZ counts the closing NUL.
  private func isInterfaceName(_ name: String) -> Bool {
    let forbidden = Set("/: \t\n\r\u{b}\u{c}".utf8)
    return !name.isEmpty && name.utf8.count < 16 && name != "." && name != ".." && !name.utf8.contains { forbidden.contains($0) }
  }
}

/// A device number of Linux has 12 bits for the major and 20 for the minor part; mknod(2) drops what is above.
func checkDeviceNumbers(_ major: Int64?, _ minor: Int64?, at path: String, _ found: inout [Problem]) {
  if let major, !(0...0xfff ~= major) {
    found.add("\(path).major", "\(major) is out of range", "expected 0 to 4095", rule: "makedev(3)")
  }
  if let minor, !(0...0xfffff ~= minor) {
    found.add("\(path).minor", "\(minor) is out of range", "expected 0 to 1048575", rule: "makedev(3)")
  }
}

extension MemoryPolicy {
  /// set_mempolicy(2): which modes take nodes and flags.
  func check(_ found: inout [Problem]) {
    let path = "linux.memoryPolicy"
    func add(_ member: String, _ message: String, _ remedy: String) {
      found.add("\(path).\(member)", message, remedy, rule: "set_mempolicy(2)", given: ["\(path).mode", "\(path).nodes"])
    }
    let list = NumberList(nodes)
    if list == nil { add("nodes", "\(nodes.quoted) is no list of memory nodes", "write it such as 0-3,7") }
    let isEmpty = list?.ranges.isEmpty ?? false
    switch mode {
    case .default, .local:
      if !isEmpty, list != nil { add("nodes", "\(mode.rawValue) takes no nodes", "remove them or take another mode") }
      if !flags.isEmpty { add("flags", "\(mode.rawValue) takes no flags", "remove them or take another mode") }
    case .bind, .interleave, .weightedInterleave, .preferredMany:
      if isEmpty { add("nodes", "\(mode.rawValue) needs at least one node", "name it, such as 0") }
    case .preferred:
      if isEmpty, !flags.isEmpty { add("flags", "\(mode.rawValue) takes flags only with nodes", "add nodes or remove them") }
    }
    if flags.contains(.staticNodes), flags.contains(.relativeNodes) {
      add("flags", "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other", "remove one")
    }
    if flags.contains(.numaBalancing), mode != .bind, mode != .preferredMany {
      add("flags", "MPOL_F_NUMA_BALANCING goes with MPOL_BIND or MPOL_PREFERRED_MANY, not \(mode.rawValue)", "remove it")
    }
  }
}

extension IntelRDT {
  /// What is wrong with it by itself, as `update` is given it.
  package func check() -> [Problem] {
    var found: [Problem] = []
    check(&found)
    return found
  }

  func check(_ found: inout [Problem]) {
    let path = "linux.intelRdt"
    if closID == "." || closID == ".." || (closID != "/" && closID.utf8.contains(UInt8(ascii: "/"))) || hasNewline(closID) {
      found.add("\(path).closID", "invalid intelRdt.ClosID \(closID.quoted)", "expected the name of a directory, or / alone")
    }
    // A line break would smuggle a second line into the schemata file.
    if hasNewline(l3CacheSchema) {
      found.add("\(path).l3CacheSchema", "\(l3CacheSchema.quoted) has a line break", "must be one line")
    }
    if !memBwSchema.isEmpty, !memBwSchema.hasPrefix("MB:") || hasNewline(memBwSchema) {
      found.add(
        "\(path).memBwSchema", "\(memBwSchema.quoted) is no memory bandwidth schema", "must be one line that starts with MB:")
    }
    for (index, line) in schemata.enumerated() where hasNewline(line) {
      found.add("\(path).schemata[\(index)]", "\(line.quoted) has a line break", "must be one line, each an element of its own")
    }
  }

  private func hasNewline(_ text: String) -> Bool { text.utf8.contains(UInt8(ascii: "\n")) }
}
