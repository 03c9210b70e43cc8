import Kernel
import OCISpec

// How a container's cgroup comes to be: every level of the path is made, then the controllers are handed down to it.

extension ControlGroup {
  /// Makes the cgroup at `path` and every level above that is missing, and hands down the controllers.
  ///
  /// A cgroup that is there already is taken when it has no process in it and is not frozen. A failure leaves nothing
  /// behind, save that controllers stay enabled in levels that were there before.
  ///
  /// - Parameters:
  ///   - path: as ``path(for:id:in:)`` gives it.
  ///   - needs: the controllers the container's limits need; one that cannot be had is an error. Those that nothing
  ///     needs are handed down too where that is possible, for their statistics and for later updates.
  package static func create(_ path: String, in hierarchy: Hierarchy, needs: Needs = Needs()) throws(Failure) -> ControlGroup {
    try hierarchy.require(needs)
    // Made a level at a time it could be longer; but nobody could name it then, and so not remove it.
    let length = hierarchy.root.path.utf8.count + path.utf8.count
    guard length < 4096 else { throw Failure("a cgroup path of \(length) bytes", errno: .fileNameTooLong) }
    // Another container's `delete` may remove a level it had made, between our finding it and our using it.
    for _ in 1..<16 {
      do { return try attempt(path, hierarchy, needs) } catch let error where error.hasVanished { continue }
    }
    return try attempt(path, hierarchy, needs)
  }

  private static func attempt(_ path: String, _ hierarchy: Hierarchy, _ needs: Needs) throws(Failure) -> ControlGroup {
    var created: [String] = []
    var levels = [hierarchy.root]
    do throws(Failure) {
      var reached = ""
      var directory = hierarchy.root
      for name in path.parts("/") {
        reached += "/\(name)"
        if try directory.make(String(name)) { created.append(reached) }
        directory = try directory.child(String(name))
        levels.append(directory)
      }
      let inode = try during("opening cgroup \(directory.path)", try directory.shared.descriptor.status()).inode
      let record = Record(path: path, inode: inode, created: created)
      let group = ControlGroup(hierarchy: hierarchy, record: record, directory: directory)
      try group.checkUnused()
      try group.checkAdmission()
      try Handover(levels: levels, offered: try hierarchy.controllers(), needs: needs).perform()
      return group
    } catch {
      for path in created.reversed() {
        // The failure that is being reported matters more than a directory that another has begun to use meanwhile.
        try? hierarchy.root.shared.descriptor.removeDirectory(String(path.dropFirst()))
      }
      throw error
    }
  }

  /// A container must not start among foreign processes, nor frozen: that would hang it (config-linux.md "Control groups").
  func checkUnused() throws(Failure) {
    let events = try directory.read("cgroup.events")
    if keyedNumber("populated", events) == 1 {
      let count = try processes().count
      throw Failure("container's cgroup is not empty: \(count) process(es) found").adding(context: "cgroup \(fullPath)")
    }
    if keyedNumber("frozen", events) == 1 {
      throw Failure("container's cgroup unexpectedly frozen", hint: "it or a cgroup above it has 1 in cgroup.freeze")
        .adding(context: "cgroup \(fullPath)")
    }
  }
}

extension ControlGroup {
  /// The kernel lets a process be moved, or born, into a cgroup only by who may write to cgroup.procs of the nearest one that
  /// is above both it and the process's (cgroup-v2.rst "Delegation Containment"). Found out here, it is no failure of the clone.
  private func checkAdmission() throws(Failure) {
    if try UserNamespace.runsHostRoot { return }
    let own = try hierarchy.ownPath().parts("/")
    let common = zip(own, path.parts("/")).prefix { $0 == $1 }.map { String($0.0) }
    let directory = common.isEmpty ? hierarchy.root : try hierarchy.root.child(common.joined(separator: "/"))
    do { _ = try directory.open("cgroup.procs", .writeOnly) } catch {
      let from = "/\(own.joined(separator: "/"))"
      throw error.adding(context: "opening \(directory.path)/cgroup.procs to move a process from cgroup \(from)")
    }
  }
}

extension ControlGroup {
  /// Hands down the controllers that new limits need, should they not have been handed down when the cgroup was made.
  func handDown(_ needs: Needs) throws(Failure) {
    try hierarchy.require(needs)
    var levels = [hierarchy.root]
    for name in path.parts("/") { levels.append(try levels[levels.count - 1].child(String(name))) }
    try Handover(levels: levels, offered: needs.sorted.map { $0.0 }, needs: needs).perform()
  }
}

extension Failure {
  /// ENOENT and ENODEV are what the kernel says of a cgroup directory that was removed while it was held open.
  var hasVanished: Bool { errno == .noSuchFileOrDirectory || errno == .operationNotSupportedByDevice }
}

extension ControlDirectory {
  /// Hands down all controllers to a cgroup below.
  func handDown(to below: ControlDirectory, _ needs: Needs) throws(Failure) {
    try Handover(levels: [self, below], offered: try words(of: "cgroup.controllers"), needs: needs).perform()
  }

  /// True when the cgroup `name` was made, false when it was there.
  func make(_ name: String) throws(Failure) -> Bool {
    do { try shared.descriptor.makeDirectory(name) } catch let error where error.errno == .fileExists { return false } catch {
      var failure = error.adding(context: "creating cgroup \(path)/\(name)")
      if error.errno == .readOnlyFileSystem { failure.hint = "the cgroup file system is mounted read-only here" }
      throw failure
    }
    return true
  }
}

/// Hands the controllers down from the root of the hierarchy to a container's cgroup: `cgroup.subtree_control` of every
/// level above it.
private struct Handover {
  /// From the root of the hierarchy to the container's cgroup.
  let levels: [ControlDirectory]
  let offered: [String]
  let needs: Needs
  private var leaf: ControlDirectory { levels[levels.count - 1] }

  init(levels: [ControlDirectory], offered: [String], needs: Needs) {
    self.levels = levels
    self.offered = offered
    self.needs = needs
  }

  func perform() throws(Failure) {
    var refusals: [String: Failure] = [:]
    // As a rule all is on already from the container before: one read, no write.
    var arrived = try leaf.words(of: "cgroup.controllers")
    if !offered.allSatisfy(arrived.contains) {
      for level in levels.dropLast() { try enable(in: level, &refusals) }
      arrived = try leaf.words(of: "cgroup.controllers")
    }
    try settleType()
    for (controller, setting) in needs.sorted where !arrived.contains(controller) {
      let there = arrived.isEmpty ? "none" : arrived.joined(separator: " ")
      let context =
        "\(setting) needs the cgroup controller \(controller), which does not reach \(leaf.path)"
        + " (cgroup.controllers there: \(there))"
      throw refusals[controller]?.adding(context: context) ?? Failure(context)
    }
  }

  /// Enables what this level has and does not hand down yet: all at once, or where the kernel refuses that, one by one.
  private func enable(in level: ControlDirectory, _ refusals: inout [String: Failure]) throws(Failure) {
    let on = try level.words(of: "cgroup.subtree_control")
    let missing = try level.words(of: "cgroup.controllers").filter { !on.contains($0) }
    if missing.isEmpty { return }
    let refusal: Failure
    do { return try level.enable(missing) } catch { refusal = error.explainingSubtreeControl() }
    // Where processes are in the way, only what is needed is tried: a cpu controller enabled beside processes would
    // turn this level into the root of a threaded subtree, in which cgroup.kill and most controllers do not work.
    let busy = refusal.errno == .resourceBusy || refusal.errno == .notSupported
    let candidates = busy ? missing.filter(needs.contains) : missing
    for controller in missing { refusals[controller] = refusal }
    // Those that only work in a domain come first, so that a level is not made threaded for a container that then fails.
    let domain = needs.domainControllers
    for controller in candidates.filter(domain.contains) + candidates.filter({ !domain.contains($0) }) {
      do {
        try level.enable([controller])
        refusals[controller] = nil
      } catch {
        refusals[controller] = error.explainingSubtreeControl()
        if busy && domain.contains(controller) { return }
      }
    }
  }

  /// Makes levels below a threaded one threaded too: the kernel starts them as `domain invalid`, which takes no process.
  private func settleType() throws(Failure) {
    if try leaf.read("cgroup.type") == "domain" { return }
    for level in levels.dropFirst() {
      let type = try level.read("cgroup.type")
      let mode = type == "domain invalid" ? "an invalid state" : "\(type) mode"
      if type == "domain" { continue }
      if !needs.domainControllers.isEmpty {
        throw Failure("cannot enter cgroupv2 \"\(level.path)\" with domain controllers -- it is in \(mode)")
      }
      if type == "domain invalid" { try level.write("threaded", to: "cgroup.type") }
    }
  }
}

extension ControlDirectory {
  fileprivate func enable(_ controllers: [String]) throws(Failure) {
    try write(controllers.map { "+\($0)" }.joined(separator: " "), to: "cgroup.subtree_control")
  }
}

extension Failure {
  fileprivate func explainingSubtreeControl() -> Failure {
    errno == .resourceBusy
      ? adding(hint: "there are processes in that cgroup, and the kernel gives controllers only to cgroups below one without any")
      : self
  }
}
