import JSON

extension Spec {
  func checkDevices(_ found: inout [Problem]) {
    for (index, device) in linux.devices.enumerated() {
      let path = "linux.devices[\(index)]"
      if !device.path.isAbsolutePath { found.add("\(path).path", "must be an absolute path, not \(device.path.quoted)") }
      if let mode = device.fileMode, mode > 0o777 {
        found.add("\(path).fileMode", "\(mode) is more than 511 (0777), note that JSON numbers are decimal")
      }
      if device.uid == .max { found.add("\(path).uid", "4294967295 is -1 to the kernel, which means no id at all") }
      if device.gid == .max { found.add("\(path).gid", "4294967295 is -1 to the kernel, which means no id at all") }
      guard device.type != .p else { continue }
      checkDeviceNumbers(device.major, device.minor, at: path, &found)
    }
  }

  func checkNetDevices(rootless: Bool, _ found: inout [Problem]) {
    guard !linux.netDevices.isEmpty else { return }
    if !has(.network) {
      found.add(
        "linux.netDevices", "unable to move network devices without a private NET namespace, add network to linux.namespaces")
    }
    if rootless { found.add("linux.netDevices", "network devices cannot be moved into rootless containers") }
    var taken: [String: String] = [:]
    for (host, device) in linux.netDevices.sorted(by: { $0.key < $1.key }) {
      let path = "linux.netDevices[\(host.quoted)]"
      if !isInterfaceName(host) { found.add(path, "is no valid interface name") }
      if !device.name.isEmpty, !isInterfaceName(device.name) {
        found.add("\(path).name", "\(device.name.quoted) is no valid interface name")
      } else if device.name.dropLast(device.name.hasSuffix("%d") ? 2 : 0).contains("%") {
        found.add("\(path).name", "\(device.name.quoted) has a % that is not a %d at its end, for the kernel to number it")
      }
      let name = device.name.isEmpty ? host : device.name
      if name.hasSuffix("%d") { continue }
      if let other = taken.updateValue(host, forKey: name) {
        found.add(path, "would get the name \(name.quoted), which linux.netDevices[\(other.quoted)] gets")
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
  if let major, !(0...0xfff ~= major) { found.add("\(path).major", "\(major) is out of range, expected 0 to 4095") }
  if let minor, !(0...0xfffff ~= minor) { found.add("\(path).minor", "\(minor) is out of range, expected 0 to 1048575") }
}

extension MemoryPolicy {
  /// set_mempolicy(2): which modes take nodes and flags.
  func check(_ found: inout [Problem]) {
    let path = "linux.memoryPolicy"
    let list = NumberList(nodes)
    if list == nil { found.add("\(path).nodes", "\(nodes.quoted) is no list of memory nodes, such as 0-3,7") }
    let isEmpty = list?.ranges.isEmpty ?? false
    switch mode {
    case .default, .local:
      if !isEmpty, list != nil { found.add("\(path).nodes", "\(mode.rawValue) takes no nodes") }
      if !flags.isEmpty { found.add("\(path).flags", "\(mode.rawValue) takes no flags") }
    case .bind, .interleave, .weightedInterleave, .preferredMany:
      if isEmpty { found.add("\(path).nodes", "\(mode.rawValue) needs at least one node") }
    case .preferred:
      if isEmpty, !flags.isEmpty { found.add("\(path).flags", "\(mode.rawValue) takes flags only with nodes") }
    }
    if flags.contains(.staticNodes), flags.contains(.relativeNodes) {
      found.add("\(path).flags", "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other")
    }
    if flags.contains(.numaBalancing), mode != .bind, mode != .preferredMany {
      found.add("\(path).flags", "MPOL_F_NUMA_BALANCING goes with MPOL_BIND or MPOL_PREFERRED_MANY, not \(mode.rawValue)")
    }
  }
}

extension IntelRDT {
  func check(_ found: inout [Problem]) {
    let path = "linux.intelRdt"
    if closID == "." || closID == ".." || (closID != "/" && closID.utf8.contains(UInt8(ascii: "/"))) || hasNewline(closID) {
      found.add("\(path).closID", "invalid intelRdt.ClosID \(closID.quoted), expected the name of a directory, or / alone")
    }
    // A line break would smuggle a second line into the schemata file.
    if hasNewline(l3CacheSchema) { found.add("\(path).l3CacheSchema", "must be one line") }
    if !memBwSchema.isEmpty, !memBwSchema.hasPrefix("MB:") || hasNewline(memBwSchema) {
      found.add("\(path).memBwSchema", "must be one line that starts with MB:")
    }
    for (index, line) in schemata.enumerated() where hasNewline(line) {
      found.add("\(path).schemata[\(index)]", "must be one line")
    }
  }

  private func hasNewline(_ text: String) -> Bool { text.utf8.contains(UInt8(ascii: "\n")) }
}
