import Kernel
import OCISpec

/// A root directory that is watched, whether it is there already or not.
///
/// As long as it is not, the nearest directory above it that is there is watched instead.
final class MonitoredRoot {
  enum Change {
    case notice(Notice, id: String)
    /// The directory of a container was removed.
    case removed(id: String)
    /// The root is there now, or again.
    case appeared
    /// The root is gone, and with it all containers.
    case vanished
    /// Some changes were not told: look for yourself.
    case unknown(tooMany: Bool)
  }

  let path: String
  private let inotify: Inotify
  private var rootWatch: Inotify.Watch?
  private var ancestorWatch: Inotify.Watch?

  init(_ path: String) throws(Failure) {
    self.path = path
    inotify = try Inotify()
    _ = try attach()
  }

  var isThere: Bool { rootWatch != nil }

  func add(to poll: inout Poll) { poll.add(inotify.descriptor, .input) }

  /// All that has changed up to now, in order.
  func changes() throws(Failure) -> [Change] {
    var changes: [Change] = []
    for event in try inotify.read() {
      if event.events.contains(.overflow) {
        changes.append(.unknown(tooMany: true))
      } else if event.watch == rootWatch {
        if let change = change(event) { changes.append(change) }
        if case .vanished = changes.last {
          try detach()
          if try attach() { changes.append(.appeared) }
        }
      } else if event.watch == ancestorWatch, try attach() {
        changes.append(.appeared)
      }
    }
    return changes
  }

  private func change(_ event: Inotify.Event) -> Change? {
    if !event.events.isDisjoint(with: [.selfDeleted, .selfMoved, .ignored]) { return .vanished }
    if event.events.contains(.isDirectory) {
      // Moved away or removed, it is no container of this root any more. One that comes is told by its notices.
      let isGone = !event.events.isDisjoint(with: [.deleted, .movedFrom])
      return isGone ? .removed(id: event.name) : nil
    }
    guard event.events.contains(.created) else { return nil }
    if event.name == Notice.look { return .unknown(tooMany: false) }
    return Notice.read(event.name).map { .notice($0.notice, id: $0.id) }
  }

  private func detach() throws(Failure) {
    if let rootWatch { try inotify.remove(rootWatch) }
    rootWatch = nil
  }

  /// Watches the root, or what is there of the path that leads to it. True when it is the root.
  private func attach() throws(Failure) -> Bool {
    while true {
      if let ancestorWatch { try inotify.remove(ancestorWatch) }
      ancestorWatch = nil
      if let watch = try watch(path, [.created, .deleted, .movedFrom, .selfDeleted, .selfMoved]) {
        rootWatch = watch
        return true
      }
      var next = path
      while ancestorWatch == nil, let above = next.directoryAndName?.directory {
        ancestorWatch = try watch(above, [.created, .movedTo, .selfDeleted, .selfMoved])
        if ancestorWatch == nil { next = above }
      }
      // What came before the watch was there would not be told.
      guard let ancestorWatch else { throw Failure("watching \(path)", errno: .noSuchFileOrDirectory) }
      if try !exists(next) {
        self.ancestorWatch = ancestorWatch
        return false
      }
    }
  }

  /// nil when there is no such directory, or was none any more once it was watched.
  private func watch(_ path: String, _ events: Inotify.Events) throws(Failure) -> Inotify.Watch? {
    do throws(Failure) {
      let directory = try Descriptor.open(host: path, [.path, .directory])
      let watch = try inotify.add(directory, events)
      let (watched, there) = (try directory.status(), try Descriptor.open(host: path, [.path, .directory]).status())
      if watched.inode == there.inode && watched.device == there.device { return watch }
      try inotify.remove(watch)
      return nil
    } catch  where error.errno == .noSuchFileOrDirectory {
      return nil
    } catch { throw error.adding(context: "watching \(path)") }
  }

  private func exists(_ path: String) throws(Failure) -> Bool {
    do {
      _ = try Descriptor.open(host: path, [.path, .directory])
      return true
    } catch  where error.errno == .noSuchFileOrDirectory { return false }
  }
}
