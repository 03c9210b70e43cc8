import Kernel

// What is done with the processes of a cgroup. None of it needs a controller.

extension ControlGroup {
  /// The pids of all processes in this cgroup and below, as the runtime's pid namespace has them.
  package func processes() throws(Failure) -> [CInt] {
    var found: [CInt] = []
    var waiting = [directory.path]
    while let path = waiting.popLast() {
      let relative = path.dropFirst(directory.path.count + 1)
      do throws(Failure) {
        let level = relative.isEmpty ? directory : try directory.child(String(relative))
        found += try level.ownProcesses()
        waiting += try level.children().map { "\(path)/\($0)" }
      } catch {
        // A cgroup below that was removed while we looked has no processes.
        if relative.isEmpty || (error.errno != .operationNotSupportedByDevice && error.errno != .noSuchFileOrDirectory) {
          throw error
        }
      }
    }
    return found
  }

  /// No process is in this cgroup or below, nor is there any in one that another verb has removed meanwhile.
  package var isEmpty: Bool {
    get throws(Failure) { try event("populated") == 0 }
  }

  /// A number of cgroup.events; 0 when the cgroup has been removed since it was opened.
  private func event(_ name: String) throws(Failure) -> Int? {
    do { return try directory.event(name, in: "cgroup.events") } catch let error where error.hasVanished { return 0 }
  }
}

extension ControlDirectory {
  /// A number of a cgroup.events, which comes whole in one read(2).
  fileprivate func event(_ name: String, in file: String) throws(Failure) -> Int? {
    let text = try during("reading \(path)/\(file)", try open(file, .readOnly).read(atMost: 4096))
    return keyedNumber(name, String(decoding: text, as: UTF8.self))
  }

  fileprivate func ownProcesses() throws(Failure) -> [CInt] {
    do { return try words(of: "cgroup.procs").compactMap { CInt($0) } } catch let error where error.errno == .notSupported {
      return try words(of: "cgroup.threads").compactMap { CInt($0) }  // the cgroup is threaded
    }
  }
}

// MARK: - Freezing

extension ControlGroup {
  /// Every process of the cgroup is stopped. Also true when a cgroup above it is frozen.
  package var isFrozen: Bool {
    get throws(Failure) { try event("frozen") == 1 }
  }

  /// As of the cgroup that ``open(_:in:)`` gives, but for less: whose it is, is asked only when the one of that name is frozen.
  package static func isFrozen(_ record: Record, in hierarchy: Hierarchy) throws(Failure) -> Bool {
    let file = "\(record.path.dropFirst())/cgroup.events"
    do {
      guard try hierarchy.root.event("frozen", in: file) == 1 else { return false }
    } catch let error where error.hasVanished { return false }
    return try open(record, in: hierarchy)?.isFrozen ?? false
  }

  /// cgroup.events, to be watched: the kernel reports its changes, those within 10 ms as one.
  package func eventsFile() throws(Failure) -> Descriptor {
    try during("opening \(fullPath)/cgroup.events", try directory.open("cgroup.events", .readOnly))
  }

  /// Stops every process and waits until all have stopped. A failure leaves the cgroup thawed.
  package func freeze(within limit: Int = 10_000) throws(Failure) {
    if try processes().contains(processID) {
      throw Failure("freezing cgroup \(fullPath): apus itself is in it, and could not thaw it again")
    }
    try directory.write("1", to: "cgroup.freeze")
    let stopped: Bool
    do { stopped = try wait(frozen: true, within: limit) } catch {
      try directory.write("0", to: "cgroup.freeze")
      throw error
    }
    if stopped { return }
    try directory.write("0", to: "cgroup.freeze")
    throw Failure(
      "freezing cgroup \(fullPath): not all processes stopped within \(limit) ms",
      hint: "one of them hangs in the kernel; the cgroup is thawed again")
  }

  /// Lets the processes run again.
  package func thaw(within limit: Int = 10_000) throws(Failure) {
    try directory.write("0", to: "cgroup.freeze")
    if try wait(frozen: false, within: limit) { return }
    throw Failure(
      "thawing cgroup \(fullPath): still frozen after \(limit) ms", hint: "a cgroup above it has 1 in cgroup.freeze")
  }

  /// False when the time is up. The kernel reports changes of cgroup.events at most every 10 ms, so what it reports is
  /// not waited for alone: the file is read again after 1, 2, 4 … ms.
  private func wait(frozen wanted: Bool, within limit: Int) throws(Failure) -> Bool {
    let deadline = monotonicMilliseconds() + limit
    var interval = 1
    while true {
      let events = try during("opening \(fullPath)/cgroup.events", try directory.open("cgroup.events", .readOnly))
      let text = String(decoding: try during("reading \(fullPath)/cgroup.events", try events.read(atMost: 4096)), as: UTF8.self)
      if keyedNumber("frozen", text) == (wanted ? 1 : 0) { return true }
      let left = deadline - monotonicMilliseconds()
      if left <= 0 { return false }
      var poll = Poll()
      poll.add(events, .changed)
      _ = try during("waiting for \(fullPath)/cgroup.events", try poll.wait(milliseconds: CInt(min(interval, left))))
      interval = min(interval * 2, 64)
    }
  }
}

// MARK: - Ownership

extension ControlGroup {
  /// Lets a user of the host manage what is below this cgroup (config-linux.md "Cgroup Ownership"): gives it the
  /// directory and the files that the kernel lists in /sys/kernel/cgroup/delegate, and nothing else. Limits stay root's.
  package func delegate(to user: UInt32) throws(Failure) {
    let unchanged = UInt32.max
    try during("giving cgroup \(fullPath) to user \(user)", try descriptor.descriptor.setOwner(user, unchanged))
    for file in try ControlGroup.delegatedFiles() {
      do { try descriptor.descriptor.setOwner(of: file, user, unchanged) } catch let error
        where error.errno == .noSuchFileOrDirectory
      {
        continue  // a file of a controller that this cgroup does not have
      } catch { throw error.adding(context: "giving \(fullPath)/\(file) to user \(user)") }
    }
  }

  private static func delegatedFiles() throws(Failure) -> [String] {
    let list = "/sys/kernel/cgroup/delegate"
    do {
      let text = String(decoding: try Descriptor.open(host: list, .readOnly).readAll(), as: UTF8.self)
      return text.split(separator: "\n").map(String.init).filter { !$0.contains("/") }
    } catch let error where error.errno == .noSuchFileOrDirectory {
      return ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"]
    } catch { throw error.adding(context: "reading \(list)") }
  }
}
