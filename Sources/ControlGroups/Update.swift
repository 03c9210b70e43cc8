import Kernel

// Limits over those that are there already: either all of the new ones hold, or all of the old ones.

extension ControlGroup {
  /// Writes limits; a failure puts back what had been written before it, the last first.
  ///
  /// Controllers which no limit needed so far are handed down first, and stay so.
  package func update(_ writes: Writes) throws(Failure) {
    if writes.list.isEmpty { return }
    if record.unit != nil { return try updateUnit(writes) }
    try update(writes) { () throws(Failure) in }
  }

  /// systemd is told last, as it takes all of it or nothing; it writes the same values to the same files.
  private func updateUnit(_ writes: Writes) throws(Failure) {
    guard let unit = record.unit else { return }
    let manager = try SystemdManager.connect(ofUser: unit.isOfUser)
    let writes = writes.settled(bandwidth: try bandwidth())
    let version = try manager.version()
    try refuseOOMPolicy(writes, unit, version)
    let properties = writes.unitProperties(version: version, makesScope: false)
    try update(writes) { () throws(Failure) in try manager.setProperties(properties, of: unit.name) }
  }

  /// systemd takes OOMPolicy only as it makes a scope, and writes that scope's memory.oom.group again with every other property.
  private func refuseOOMPolicy(_ writes: Writes, _ unit: Record.Unit, _ version: Int) throws(Failure) {
    guard version >= 253, unit.name.hasSuffix(".scope"), record.belowUnit.isEmpty else { return }
    for write in writes.list where write.file == "memory.oom.group" {
      let now = try directory.read("memory.oom.group")
      if case .text(now) = write.value { continue }
      throw Failure("\(write.setting) cannot be changed: systemd takes OOMPolicy only as it makes a scope")
    }
  }

  private func bandwidth() throws(Failure) -> CPUBandwidth {
    do { return CPUBandwidth(.text(try directory.read("cpu.max")), over: .none) ?? .none } catch let error
      where error.errno == .noSuchFileOrDirectory
    {
      return .none  // without the controller there is no limit
    }
  }

  private func update(_ writes: Writes, then finish: () throws(Failure) -> Void) throws(Failure) {
    let here = try directory.words(of: "cgroup.controllers")
    if !writes.needs.sorted.allSatisfy({ here.contains($0.0) }) { try handDown(writes.needs) }
    var old: [(file: String, value: String)] = []
    do throws(Failure) {
      try write(writes) { file, value in
        // A file that cannot be read has no value to go back to: it is missing, or is for writing only (memory.reclaim).
        if let text = try? directory.read(file) { old.append((file, ControlGroup.inverse(of: value, in: text, of: file))) }
      }
      try finish()
    } catch {
      throw restore(old, after: error)
    }
  }

  private func restore(_ old: [(file: String, value: String)], after failure: Failure) -> Failure {
    var lost: [String] = []
    for (file, value) in old.reversed() {
      do throws(Failure) { try directory.write(value, to: file) } catch { lost.append("\(file) was \(value)") }
    }
    if lost.isEmpty { return failure }
    let hint = "and the old value cannot be written again: \(lost.joined(separator: ", "))"
    return failure.adding(hint: [failure.hint, hint].compactMap { $0 }.joined(separator: "; "))
  }

  /// What undoes the writing of `value` to a file that now has `text`.
  ///
  /// A file with a line for each device takes one such line, and has none for a device without limits: then it is told
  /// so in its own words (cgroup-v2.rst "IO Interface Files").
  static func inverse(of value: String, in text: String, of file: String) -> String {
    if !["io.", "rdma.", "misc.", "dmem."].contains(where: file.hasPrefix) {
      // A list of cpus may be empty, and no write(2) of nothing arrives.
      return text.isEmpty ? "\n" : text
    }
    guard let key = value.split(separator: " ").first else { return text }
    // `100` means `default 100` in io.weight.
    let wanted = value.contains(" ") ? String(key) : "default"
    for line in text.split(separator: "\n") where line.split(separator: " ").first == wanted[...] { return String(line) }
    if file.hasSuffix("weight") { return "\(wanted) default" }
    let limits = value.split(separator: " ").dropFirst().map { "\($0.prefix { $0 != "=" })=max" }
    return ([wanted] + limits).joined(separator: " ")
  }
}

extension ControlGroup {
  /// The limit of memory in force, in bytes; nil when there is none.
  package func memoryLimit() throws(Failure) -> Int64? {
    try directory.countIfThere("memory.max").flatMap { Int64(exactly: $0) }
  }
}
