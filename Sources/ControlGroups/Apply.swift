import Kernel

extension ControlGroup {
  /// Writes limits. Nothing is written when a controller is missing.
  package func apply(_ writes: Writes) throws(Failure) {
    if writes.list.isEmpty { return }
    try require(writes.needs)
    try write(writes) { _, _ in }
  }

  /// - Parameter note: is told the file and the value right before that is written.
  func write(_ writes: Writes, note: (_ file: String, _ value: String) -> Void) throws(Failure) {
    if let check = writes.usageCheck { try verify(check) }
    var postponed: [Write] = []
    for write in writes.list {
      do { try perform(write, note) } catch let error where write.mayBePostponed && error.errno == .invalidArgument {
        postponed.append(write)
      }
    }
    for write in postponed { try perform(write, note) }
  }

  private func require(_ needs: Needs) throws(Failure) {
    if needs.settings.isEmpty { return }
    let here = try directory.words(of: "cgroup.controllers")
    if needs.sorted.allSatisfy({ here.contains($0.0) }) { return }
    try hierarchy.require(needs)
    for (controller, setting) in needs.sorted where !here.contains(controller) {
      let there = here.isEmpty ? "none" : here.joined(separator: " ")
      throw Failure(
        "\(setting) needs the cgroup controller \(controller), which is not in \(fullPath)/cgroup.controllers (there: \(there))",
        hint: "write +\(controller) to cgroup.subtree_control of every cgroup above it")
    }
  }

  private func perform(_ write: Write, _ note: (_ file: String, _ value: String) -> Void) throws(Failure) {
    do throws(Failure) {
      let text = try text(of: write.value)
      note(write.file, text)
      try directory.write(text, to: write.file)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw explain(error, write) }
      if let alternative = write.alternative {
        note(alternative.file, alternative.value)
        do { return try directory.write(alternative.value, to: alternative.file) } catch { throw explain(error, write) }
      }
      if write.mayBeMissing { return }
      throw explain(error, write)
    }
  }

  private func text(of value: Write.Value) throws(Failure) -> String {
    switch value {
    case .text(let text): return text
    case .period(let period):
      let quota = try directory.words(of: "cpu.max").first ?? "max"
      return "\(quota) \(period)"
    }
  }

  /// `memory.checkBeforeUpdate`: v1 refuses a limit below the usage, where v2 would kill processes to keep it.
  private func verify(_ check: Writes.UsageCheck) throws(Failure) {
    let used: Int64
    do { used = try bytes("memory.current") } catch let error where error.errno == .noSuchFileOrDirectory { return }
    if let limit = check.limit, limit <= used {
      throw Failure("unable to set memory limit to \(limit) (current usage: \(used))", hint: "memory.checkBeforeUpdate is set")
    }
    guard let total = check.swap else { return }
    var swapped: Int64 = 0
    // Without swap accounting there is no such file, and nothing to add.
    do { swapped = try bytes("memory.swap.current") } catch let error where error.errno == .noSuchFileOrDirectory {}
    if total <= used + swapped {
      throw Failure(
        "unable to set memory+swap limit to \(total) (current usage: \(used + swapped))", hint: "memory.checkBeforeUpdate is set")
    }
  }

  private func bytes(_ file: String) throws(Failure) -> Int64 {
    let text = try directory.read(file)
    guard let value = Int64(text) else { throw Failure("reading \(fullPath)/\(file): \(text) is no number") }
    return value
  }
}

// MARK: - What a refusal means

extension ControlGroup {
  private func explain(_ failure: Failure, _ write: Write) -> Failure {
    guard let errno = failure.errno, let hint = hint(write, errno) else { return failure }
    return failure.adding(hint: hint)
  }

  // Where a file cannot be read for a hint (`try?`), the failure stands without it.
  private func hint(_ write: Write, _ errno: Errno) -> String? {
    switch (write.file, errno) {
    case (let file, .noSuchFileOrDirectory): hintForMissing(file, write)
    case ("memory.max", .resourceBusy), ("memory.max", .outOfRange), ("memory.max", .invalidArgument):
      (try? directory.read("memory.current")).map { "\($0) bytes are in use there now" }
    case ("cpu.max", .invalidArgument), ("cpu.max", .outOfRange):
      "the kernel takes a quota of at least 1000, no less than cpu.max.burst, and a period of 1000 to 1000000 microseconds"
    case ("cpu.weight", .invalidArgument): "there is no weight while cpu.idle is 1"
    case ("cpu.max.burst", .invalidArgument): "a burst may not exceed the quota of cpu.max"
    case ("cpuset.cpus", _), ("cpuset.mems", _):
      (try? directory.read("\(write.file).effective")).map { "this cgroup can have \($0)" }
    case ("io.max", .operationNotSupportedByDevice), ("io.bfq.weight", .operationNotSupportedByDevice):
      "there is no such block device; a partition has no limits of its own"
    default: nil
    }
  }

  private func hintForMissing(_ file: String, _ write: Write) -> String? {
    if file.hasPrefix("hugetlb."), let names = try? directory.listing().entries() {
      let sizes = names.filter { $0.hasPrefix("hugetlb.") && $0.hasSuffix("B.max") }.map { $0.dropFirst(8).dropLast(4) }.sorted()
      return "this kernel has huge pages of: \(sizes.joined(separator: ", "))"
    }
    switch file {
    case "memory.swap.max": return "this kernel counts no swap: it needs CONFIG_SWAP, and swapaccount must not be 0"
    case "io.bfq.weight": return "this kernel has neither the BFQ scheduler nor the io cost model"
    case "cpu.idle": return "the kernel has cpu.idle since 5.15"
    default:
      let controllers = (try? directory.read("cgroup.controllers")) ?? ""
      return "\(write.setting) names a file the kernel does not have here; cgroup.controllers there: \(controllers)"
    }
  }
}
