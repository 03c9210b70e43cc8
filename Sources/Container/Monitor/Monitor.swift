import ControlGroups
import Kernel

/// Follows the containers of some roots without a daemon: it watches, and asks nobody.
///
/// | what | tells |
/// |---|---|
/// | the root directory (inotify) | created, running, paused and resumed by ``Notice``; removed |
/// | init's pidfd (poll) | stopped, and how, once init is reaped |
/// | cgroup.events (inotify) | a freeze or thaw that no verb of apus has done |
///
/// A notice is written before what may follow from it, and all notices there are get read before an end is believed: so each
/// container's events come in the order in which they happened. What the root directory has to tell waits in the
/// kernel's queue, so being slow loses nothing.
package final class Monitor {
  private let pattern: RegularExpression?
  private let roots: [MonitoredRoot]
  private let cgroupEvents: Inotify
  private let hierarchy: Hierarchy
  private let proc: ProcFS
  private let warn: (String) -> Void

  private var followed: [FollowedContainer.Key: FollowedContainer] = [:]
  /// Containers may share a cgroup that was there before them.
  private var watchers: [Inotify.Watch: Set<FollowedContainer.Key>] = [:]
  /// Whose cgroup has changed.
  private var looks: Set<FollowedContainer.Key> = []
  /// Whose init has ended, which is not told yet.
  private var ended: Set<FollowedContainer.Key> = []
  private var events: [ContainerEvent] = []
  private var nextEvent = 0
  private var warned: Set<String> = []

  /// What is there already is followed from now on; nothing is told of what it did before.
  ///
  /// - Parameter pattern: must match the whole id; nil follows all.
  package init(roots paths: [String], pattern: RegularExpression?, warn: @escaping (String) -> Void) throws(Failure) {
    self.pattern = pattern
    self.warn = warn
    // One pidfd for each container, whose number nobody can know before. This process starts no other that would inherit it.
    try OpenFileLimit.raiseToHardLimit()
    proc = try ProcFS()
    hierarchy = try Hierarchy.find()
    cgroupEvents = try Inotify()
    var roots: [MonitoredRoot] = []
    for path in paths where !roots.contains(where: { $0.path == path }) { roots.append(try MonitoredRoot(path)) }
    self.roots = roots
    for root in roots where root.isThere { try scan(root, telling: false) }
  }

  /// Waits for the next event; nil when `interruption` came first.
  package func next(_ interruption: borrowing Interruption) throws(Failure) -> ContainerEvent? {
    while true {
      try readChanges()
      try lookAtControlGroups()
      for key in ended { try tellEnd(of: key, atOnce: false) }
      if nextEvent < events.count {
        nextEvent += 1
        return events[nextEvent - 1]
      }
      events.removeAll(keepingCapacity: true)
      nextEvent = 0
      if try !wait(interruption) { return nil }
    }
  }

  /// Sleeps until there is something to do; false when it is to end.
  private func wait(_ interruption: borrowing Interruption) throws(Failure) -> Bool {
    var poll = Poll()
    interruption.add(to: &poll)
    for root in roots { root.add(to: &poll) }
    poll.add(cgroupEvents.descriptor, .input)
    var keys: [FollowedContainer.Key] = []
    // Of one that has ended and is not told nothing more can be waited for: its pidfd stays readable.
    for (key, container) in followed where !container.hasEnded && !ended.contains(key) {
      guard let process = container.process else { continue }
      poll.add(process.handle)
      keys.append(key)
    }
    let ready = try poll.wait(milliseconds: ended.isEmpty ? -1 : 20)
    if interruption.isRequested(ready) { return false }
    for (key, ready) in zip(keys, ready.dropFirst(Interruption.rows + roots.count + 1)) where !ready.isEmpty {
      ended.insert(key)
    }
    return true
  }

  // MARK: What the roots tell

  private func readChanges() throws(Failure) {
    for root in roots {
      var isToScan = false
      for change in try root.changes() { isToScan = try handle(change, root) || isToScan }
      // Last: it sees what all of these changes have led to.
      if isToScan { try scan(root, telling: true) }
    }
  }

  /// True when the change is that of something which only a look at the root tells.

  private func handle(_ change: MonitoredRoot.Change, _ root: MonitoredRoot) throws(Failure) -> Bool {
    switch change {
    case .notice(let notice, let id): try handle(notice, FollowedContainer.Key(root: root.path, id: id))
    case .removed(let id): try forget(FollowedContainer.Key(root: root.path, id: id))
    case .appeared: return true
    case .vanished: for key in followed.keys where key.root == root.path { try forget(key) }
    case .unknown(let tooMany):
      if tooMany {
        warn("\(root.path): more changed at once than fs.inotify.max_queued_events: some changes may not be shown")
      }
      return true
    }
    return false
  }

  private func handle(_ notice: Notice, _ key: FollowedContainer.Key) throws(Failure) {
    if case .created(let pid, let startTime) = notice { return try handleCreated(key, pid, startTime) }
    guard let container = followed[key] else { return }
    container.notices += 1
    switch notice {
    case .created: break
    case .started: container.hasStarted = true
    case .paused: container.isFrozen = true
    case .resumed: container.isFrozen = false
    case .exited(let status): container.reportedExit = status
    }
    tellStatus(of: container)
  }

  private func handleCreated(_ key: FollowedContainer.Key, _ pid: CInt, _ startTime: UInt64) throws(Failure) {
    if let known = followed[key] {
      if !known.isSame(pid: pid, startTime: startTime) {
        try forget(key)
      } else if known.wasFound {
        // It was created after all once we watched; what it did since comes next.
        known.wasFound = false
        (known.hasStarted, known.isFrozen, known.hasEnded, known.told) = (false, false, false, nil)
        if known.process == nil { ended.insert(key) }
        return tellStatus(of: known)
      } else {
        return
      }
    }
    guard pattern?.matchesWhole(key.id) ?? true else { return }
    let container = try follow(key, pid, startTime)
    // Its directory may be gone already, or be that of another by now; then there is no cgroup to watch either.
    if let saved = try? SavedState.load(root: key.root, id: key.id), container.isSame(pid: saved.pid, startTime: saved.startTime)
    {
      try watchControlGroup(of: container, saved.controlGroup)
    }
    tellStatus(of: container)
  }

  // MARK: What is to be seen

  /// Compares what is known with what is there.
  ///
  /// - Parameter telling: false for what was there before the monitor was.
  private func scan(_ root: MonitoredRoot, telling: Bool) throws(Failure) {
    let identifiers = try during("reading \(root.path)", try StateDirectory.identifiers(root: root.path)) ?? []
    for key in followed.keys where key.root == root.path && !identifiers.contains(key.id) { try forget(key) }
    for id in identifiers where pattern?.matchesWhole(id) ?? true {
      try scan(FollowedContainer.Key(root: root.path, id: id), telling: telling)
    }
  }

  private func scan(_ key: FollowedContainer.Key, telling: Bool) throws(Failure) {
    // What cannot be read is no container, is being made, or vanishes just now; in the last two cases it tells so itself.
    guard let directory = try? StateDirectory.open(root: key.root, id: key.id, lock: false),
      let saved = try? SavedState.load(from: directory), saved.pid != 0
    else { return }
    if let known = followed[key], !known.isSame(pid: saved.pid, startTime: saved.startTime) { try forget(key) }
    let container: FollowedContainer
    if let known = followed[key] {
      container = known
    } else {
      container = try follow(key, saved.pid, saved.startTime)
      container.wasFound = !telling
      container.reportedExit = saved.waitStatus.map { ExitStatus(waitStatus: $0) }
      try watchControlGroup(of: container, saved.controlGroup)
      if telling { tellStatus(of: container) }
    }
    container.hasStarted = !directory.has(StateDirectory.gate)
    if telling { tellStatus(of: container) }
    if let isFrozen = try container.readFrozen(hierarchy) { container.isFrozen = isFrozen }
    if telling { return tellStatus(of: container) }
    container.hasEnded = try !container.isAlive
    container.told = container.status
  }

  /// A change of cgroup.events counts only when no notice has come since it was read: a verb that froze or thawed it tells so
  /// itself, and in its place.
  private func lookAtControlGroups() throws(Failure) {
    for event in try cgroupEvents.read() {
      if event.events.contains(.overflow) { looks.formUnion(followed.keys) }
      looks.formUnion(watchers[event.watch] ?? [])
    }
    for key in looks {
      guard let container = followed[key], !container.hasEnded else { continue }
      var isFrozen: Bool?
      var notices: Int
      repeat {
        notices = container.notices
        isFrozen = try container.readFrozen(hierarchy)
        try readChanges()
      } while container.notices != notices
      if let isFrozen, followed[key] === container, !container.hasEnded, try container.isAlive {
        container.isFrozen = isFrozen
        tellStatus(of: container)
      }
    }
    looks.removeAll(keepingCapacity: true)
  }

  // MARK: Telling

  private func tellStatus(of container: FollowedContainer) {
    let status = container.status
    if container.told == status { return }
    container.told = status
    events.append(container.event(.changed(status)))
  }

  /// - Parameter atOnce: nobody will say more of how it ended.
  private func tellEnd(of key: FollowedContainer.Key, atOnce: Bool) throws(Failure) {
    guard let container = followed[key], !container.hasEnded else {
      ended.remove(key)
      return
    }
    var status = container.reportedExit
    if status == nil { status = try container.process?.exitStatus(proc) }
    if status == nil && !atOnce {
      // The runtime that has reaped it tells so in a moment, or its parent reaps it, and the kernel tells.
      let now = monotonicMilliseconds()
      let deadline = container.exitDeadline ?? now + 1000
      container.exitDeadline = deadline
      if now < deadline { return }
    }
    ended.remove(key)
    if status == nil { warnOfUnknownExit(container) }
    container.hasEnded = true
    let outOfMemory = status == .signaled(Signals.kill) ? try container.ranOutOfMemory(hierarchy) : status.map { _ in false }
    events.append(container.event(.exited(status, outOfMemory: outOfMemory)))
    container.process = nil
    tellStatus(of: container)
  }

  private func warnOfUnknownExit(_ container: FollowedContainer) {
    let reason =
      container.process == nil
      ? "it was reaped before its process could be held"
      : "its parent has reaped it, and this kernel keeps no exit status for others (Linux 6.15 does)"
    warnOnce("the exit status of \(container.key.id) is unknown: \(reason)", as: reason)
  }

  /// Once is enough: the next ones have the same reason.
  private func warnOnce(_ text: String, as reason: String) {
    if warned.insert(reason).inserted { warn(text) }
  }
}

// MARK: - Coming and going

extension Monitor {
  private func follow(_ key: FollowedContainer.Key, _ pid: CInt, _ startTime: UInt64) throws(Failure) -> FollowedContainer {
    let container = FollowedContainer(key: key, pid: pid, startTime: startTime)
    followed[key] = container
    container.process = try during("following \(key.id)", try HeldProcess.hold(pid, startTime: startTime, proc))
    if container.process == nil { ended.insert(key) }
    return container
  }

  /// A container that is removed is told as deleted, and as stopped before.
  private func forget(_ key: FollowedContainer.Key) throws(Failure) {
    guard let container = followed[key] else { return }
    // One whose directory somebody removed by hand may live on.
    if !container.hasEnded, try !container.isAlive { try tellEnd(of: key, atOnce: true) }
    container.told = .deleted
    events.append(container.event(.changed(.deleted)))
    followed[key] = nil
    ended.remove(key)
    guard let watch = container.cgroupWatch else { return }
    watchers[watch]?.remove(key)
    if watchers[watch]?.isEmpty ?? true {
      watchers[watch] = nil
      try cgroupEvents.remove(watch)
    }
  }

  private func watchControlGroup(of container: FollowedContainer, _ record: ControlGroup.Record?) throws(Failure) {
    container.controlGroup = record
    do throws(Failure) {
      guard let record, let cgroup = try ControlGroup.open(record, in: hierarchy) else { return }
      let watch = try cgroupEvents.add(try cgroup.eventsFile(), .modified)
      container.cgroupWatch = watch
      watchers[watch, default: []].insert(container.key)
    } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .operationNotSupportedByDevice {
      // It was removed meanwhile, and the container with it.
    } catch  where error.errno == .noSpace {
      // Too many watches: verbs tell of themselves all the same.
      warnOnce("a freeze that is not by apus may not be shown: \(error.message)", as: "watches")
    } catch { throw error.adding(context: "following \(container.key.id)") }
  }
}
