import Kernel

/// What a verb tells those who follow the containers of a root, whether anybody does or not.
///
/// It is a name that the verb makes in the root directory and removes at once: another one of state.json, which takes the kernel
/// half as long as an empty file, or, on a file system without second names, that of an empty file. inotify(7) keeps such
/// names in their order until they are read, so whoever watches the root misses no change, however late it looks: not the
/// life of a container that was created, started and deleted meanwhile. A file with the news in it would be gone by then.
///
/// No id has a colon in it, so no name of a notice is that of a container.
enum Notice: Equatable {
  /// The container is at its start gate. Names the process exactly: its pid may be another's by the time this is read.
  case created(pid: CInt, startTime: UInt64)
  /// Said before the gate opens, so it comes before the end of the shortest program.
  case started
  case paused
  case resumed
  /// From the runtime that has reaped init itself.
  case exited(ExitStatus)

  private static let mark = ":"
  /// Instead of a notice whose name would be longer than a file's can be: look for yourself.
  static let look = ":look"

  /// The name of the file, at most 255 bytes.
  func fileName(of id: String) -> String {
    let words =
      switch self {
      case .created(let pid, let startTime): "created:\(pid):\(startTime)"
      case .started: "started"
      case .paused: "paused"
      case .resumed: "resumed"
      case .exited(.exited(let code)): "exited:\(code)"
      case .exited(.signaled(let signal)): "killed:\(signal)"
      }
    let name = "\(Notice.mark)\(words):\(id)"
    return name.utf8.count > 255 ? Notice.look : name
  }

  /// nil when `name` is that of no notice.
  static func read(_ name: String) -> (notice: Notice, id: String)? {
    guard isNotice(name) else { return nil }
    let words = name.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    guard words.count > 1, let id = words.last.map({ String($0) }) else { return nil }
    let numbers = words[1..<(words.count - 1)].compactMap { UInt64($0) }
    switch (words[0], numbers.count) {
    case ("created", 2): return CInt(exactly: numbers[0]).map { (.created(pid: $0, startTime: numbers[1]), id) }
    case ("started", 0): return (.started, id)
    case ("paused", 0): return (.paused, id)
    case ("resumed", 0): return (.resumed, id)
    case ("exited", 1): return CInt(exactly: numbers[0]).map { (.exited(.exited(code: $0)), id) }
    case ("killed", 1): return CInt(exactly: numbers[0]).map { (.exited(.signaled($0)), id) }
    default: return nil
    }
  }

  static func isNotice(_ name: String) -> Bool { name.hasPrefix(mark) }
}

extension StateDirectory {
  /// Tells a change of this container. What happens to the container does not depend on it, so a failure is a warning.
  func tell(_ notice: Notice, _ warn: (String) -> Void) {
    let name = notice.fileName(of: id)
    do throws(Failure) {
      try makeInRoot(name)
      try removeFromRoot(name)
    } catch {
      // Its directory was removed by another verb, which is told by that.
      if error.errno == .noSuchFileOrDirectory { return }
      warn("telling monitors by \(path)/../\(name): \(error.message)")
    }
  }

  private func makeInRoot(_ name: String) throws(Failure) {
    do { try makeName(name) } catch  where error.errno == .fileExists {
      // Left by a verb that was killed: only a name that is made anew is told of.
      try removeFromRoot(name)
      try makeName(name)
    }
  }

  private func makeName(_ name: String) throws(Failure) {
    do { try handle.descriptor.link(StateDirectory.stateFile, as: "../\(name)") } catch
      where error.errno == .notPermitted || error.errno == .tooManyLinks || error.errno == .notSupported
      || error.errno == .noSuchFileOrDirectory  // another verb has removed it meanwhile
    {
      try handle.descriptor.makeFile("../\(name)", mode: 0o600)
    }
  }

  private func removeFromRoot(_ name: String) throws(Failure) {
    do { try handle.descriptor.removeFile("../\(name)") } catch  where error.errno == .noSuchFileOrDirectory {}
  }

  /// Removes notices of this container that a verb which was killed half-way has left.
  func removeNotices() throws(Failure) {
    let root = try handle.descriptor.open("..", [.readOnly, .directory], resolve: [])
    for name in try root.entries() where Notice.read(name)?.id == id { try removeFromRoot(name) }
  }
}
