import Kernel

/// Something that has happened to a container, as ``Monitor`` tells it.
package struct ContainerEvent {
  package enum Status: String, Sendable { case created, running, paused, stopped, deleted }

  package enum Kind: Equatable {
    case changed(Status)
    /// Its init has ended; nil when nobody knows how. Always followed by `changed(.stopped)`.
    ///
    /// `outOfMemory`: the kernel has killed a process of the container for want of memory; nil when that is not counted, or
    /// its cgroup is gone.
    case exited(ExitStatus?, outOfMemory: Bool?)
  }

  /// When it was noticed.
  package let time: Timestamp
  package let id: String
  package let root: String
  package let pid: CInt
  package let kind: Kind
}
