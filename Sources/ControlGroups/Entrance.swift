import Kernel

extension ControlGroup {
  /// The two ways of a process into a cgroup, opened while the runtime is in its own namespaces: in another cgroup namespace
  /// the kernel may refuse the second (cgroups(7) "nsdelegate").
  package struct Entrance {
    /// To be born there: what `spawn(cgroup:)` takes.
    package let directory: SharedDescriptor
    private let processes: SharedDescriptor
    /// Nobody can be born there, but for moving there: systemd's placeholder counts for pids.max, which a birth must keep to.
    package fileprivate(set) var isOnlyForMoving = false
    /// Moves processes of an ordinary user, who may not move them himself out of a cgroup that is not his.
    fileprivate var mover: (manager: SystemdManager, unit: String, below: String)?

    fileprivate init(_ directory: SharedDescriptor, _ processes: SharedDescriptor) {
      self.directory = directory
      self.processes = processes
    }

    /// Moves a process there.
    package func admit(_ pid: CInt) throws(Failure) {
      do throws(Failure) {
        if let mover { return try mover.manager.attach(pid, to: mover.unit, below: mover.below) }
        try processes.descriptor.writeOnce("\(pid)")
      } catch { throw error.adding(context: "moving process \(pid) into the container's cgroup") }
    }

    /// What the child has no business with.
    package var descriptors: [SharedDescriptor] { [directory, processes] + (mover.map { [$0.manager.socket] } ?? []) }
  }

  package func entrance() throws(Failure) -> Entrance { try entrance(directory, "") }

  /// Into a cgroup that is below this one already.
  package func entrance(below path: String) throws(Failure) -> Entrance { try entrance(try directory.child(path), "/\(path)") }

  private func entrance(_ directory: ControlDirectory, _ below: String) throws(Failure) -> Entrance {
    var entrance = try directory.entrance()
    entrance.isOnlyForMoving = placeholder != nil
    if let unit = record.unit, unit.isOfUser {
      entrance.isOnlyForMoving = true
      entrance.mover = (try SystemdManager.connect(ofUser: true), unit.name, record.belowUnit + below)
    }
    return entrance
  }
}

extension ControlDirectory {
  func entrance() throws(Failure) -> ControlGroup.Entrance {
    let processes = try during("opening \(path)/cgroup.procs", try open("cgroup.procs", .writeOnly))
    return ControlGroup.Entrance(shared, SharedDescriptor(processes))
  }
}

extension Hierarchy {
  /// Into the cgroup that a process is in by now.
  ///
  /// - Parameter membership: the text of its /proc/PID/cgroup.
  package func entrance(membership: String) throws(Failure) -> ControlGroup.Entrance {
    guard let path = OwnGroups(membership).path else { throw Failure("the process is in no cgroup of version 2") }
    // A path that begins with /.. lies outside of the runtime's own cgroup namespace, and one that ends so is gone.
    if path.hasPrefix("/..") || path.hasSuffix(" (deleted)") { throw Failure("the cgroup \(path) is not to be reached") }
    return try path == "/" ? root.entrance() : root.child(String(path.dropFirst())).entrance()
  }
}

extension ControlGroup {
  /// How many processes of it the kernel has killed for want of memory; nil where that is not counted (no memory controller).
  package var outOfMemoryKills: Int? {
    // Asked for the sake of a hint only: without an answer there is none.
    (try? directory.number(of: "oom_kill", in: "memory.events")) ?? nil
  }

  /// What may have sent the SIGKILL a process of this cgroup has died of.
  ///
  /// - Parameter earlier: ``outOfMemoryKills`` before that process was.
  package func hintForKilled(since earlier: Int?) -> String {
    if let kills = outOfMemoryKills, kills > earlier ?? 0 { return "out of memory: the limit of its cgroup is too low" }
    return "another process killed it, such as `delete --force`, or the whole machine has run out of memory"
  }
}
