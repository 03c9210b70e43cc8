import Kernel

extension StateDirectory {
  /// How long a verb waits for another one on the same container, in milliseconds. Nothing a verb does under the lock takes
  /// longer unless it hangs, mostly in a hook of `create`: whoever waits is better told so.
  private static let patience = 10_000

  /// Takes the container's lock, which is a flock(2) of its directory: it goes with the process that holds it, however that ends.
  ///
  /// - Parameter meanwhile: what to do about the holder, first at once and then again and again.
  /// - Returns: false when the directory was removed before we got the lock.
  func lock(meanwhile: (borrowing StateDirectory) -> Void = { _ in }) throws(Failure) -> Bool {
    let deadline = monotonicMilliseconds() + StateDirectory.patience
    var next = 0
    var pause = Pause()
    while try !during("locking \(path)", try handle.descriptor.tryLock()) {
      let now = monotonicMilliseconds()
      if now > deadline { throw try lockedFailure() }
      if now >= next {
        meanwhile(self)
        next = now + 100
      }
      pause.take()
    }
    return try !isGone()
  }

  /// Lets other verbs at the container, while hooks run that may want to call one.
  func unlock() throws(Failure) { try during("unlocking \(path)", try handle.descriptor.unlock()) }

  private func lockedFailure() throws(Failure) -> Failure {
    let hint = "waited \(StateDirectory.patience / 1000) s for it"
    let proc = try ProcFS()
    guard let pid = try holder(proc) else { return Failure("container \(id) is locked by another process", hint: hint) }
    // It may have ended by now.
    let words = (try? proc.open("\(pid)/cmdline", [.readOnly]).read(atMost: 4096)) ?? []
    let command = words.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    return Failure("container \(id) is locked by process \(pid)\(command.isEmpty ? "" : " (\(command.prefix(200)))")", hint: hint)
  }

  /// Who holds the lock, as far as it is to be seen from this pid namespace (/proc/locks, proc_locks(5)).
  private func holder(_ proc: ProcFS) throws(Failure) -> CInt? {
    let status = try handle.descriptor.status()
    let lines = String(decoding: try proc.open("locks", [.readOnly]).readAll(), as: UTF8.self).split(separator: "\n")
    for line in lines {
      // `1: FLOCK ADVISORY WRITE 123 00:1a:4711 0 EOF`: the device in hexadecimal digits, the inode in decimal ones.
      let fields = line.split(separator: " ")
      guard fields.count > 5, fields[1] == "FLOCK", let pid = CInt(fields[4]), pid > 0 else { continue }
      let file = fields[5].split(separator: ":")
      guard file.count == 3, UInt32(file[0], radix: 16) == status.device.major, UInt32(file[1], radix: 16) == status.device.minor,
        UInt64(file[2]) == status.inode
      else { continue }
      return pid
    }
    return nil
  }
}
