import CLibc
import CLinux

/// The one owner of an open file: closed when the owner's life ends.
///
/// Everything is opened CLOEXEC at birth. The number stays inside this room; other rooms get operations.
@usableFromInline package struct Descriptor: ~Copyable {
  @usableFromInline let number: CInt

  init(owning number: CInt) { self.number = number }

  // Inlinable, as that of each `~Copyable` of this room: Embedded Swift ends such a value where it sees how.
  @inlinable deinit { apus_close(number) }

  /// A second descriptor of the same open file description, CLOEXEC, never below 3.
  package func duplicate() throws(Failure) -> Descriptor {
    Descriptor(owning: try call("fcntl(F_DUPFD_CLOEXEC)") { apus_fcntl(number, F_DUPFD_CLOEXEC, 3) })
  }

  /// `/proc/self/fd/N` below a verified procfs, for the few calls which take only a path.
  package var procPath: String { "self/fd/\(number)" }

  /// The number, for a message to a person or for an audit. Never to be opened by.
  package var numberForDisplay: CInt { number }

  /// Whether the access mode lets us write (O_WRONLY, O_RDWR).
  package var isOpenForWriting: Bool { apus_fcntl(number, F_GETFL, 0) & (O_WRONLY | O_RDWR) != O_RDONLY }

  package func setCloseOnExec(_ on: Bool) throws(Failure) {
    try call("fcntl(F_SETFD)") { apus_fcntl(number, F_SETFD, on ? FD_CLOEXEC : 0) }
  }
}

/// A descriptor that several values refer to: a row of a plan, an element of an array. Closed with the last of them.
package final class SharedDescriptor {
  package let descriptor: Descriptor
  package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// In a child made by `spawn`: lets go of its copy. The child leaves by exec or `endProcess`, so the copied owner
  /// closes nothing a second time.
  package func closeInChild() { apus_close(descriptor.number) }
}

/// open(2) flags. O_CLOEXEC is always added.
package struct OpenOptions: OptionSet, Sendable {
  package let rawValue: CInt
  package init(rawValue: CInt) { self.rawValue = rawValue }
  package static var readOnly: OpenOptions { [] }
  package static var writeOnly: OpenOptions { OpenOptions(rawValue: O_WRONLY) }
  package static var readWrite: OpenOptions { OpenOptions(rawValue: O_RDWR) }
  package static var create: OpenOptions { OpenOptions(rawValue: O_CREAT) }
  package static var exclusive: OpenOptions { OpenOptions(rawValue: O_EXCL) }
  package static var truncate: OpenOptions { OpenOptions(rawValue: O_TRUNC) }
  package static var append: OpenOptions { OpenOptions(rawValue: O_APPEND) }
  package static var nonBlocking: OpenOptions { OpenOptions(rawValue: O_NONBLOCK) }
  package static var noControllingTerminal: OpenOptions { OpenOptions(rawValue: O_NOCTTY) }
  package static var directory: OpenOptions { OpenOptions(rawValue: O_DIRECTORY) }
  package static var noFollow: OpenOptions { OpenOptions(rawValue: O_NOFOLLOW) }
  /// A handle of the place only: no permission on the file itself is needed and no device is opened.
  package static var path: OpenOptions { OpenOptions(rawValue: 0o10000000) }
}

/// openat2(2) RESOLVE_* flags (kernel 5.6).
package struct Resolve: OptionSet, Sendable {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }
  package static var noCrossDevice: Resolve { Resolve(rawValue: 0x01) }
  package static var noMagicLinks: Resolve { Resolve(rawValue: 0x02) }
  package static var noSymlinks: Resolve { Resolve(rawValue: 0x04) }
  /// The path may not leave the directory, not even for a moment: such a path is EXDEV.
  package static var beneath: Resolve { Resolve(rawValue: 0x08) }
  /// The directory is the root: absolute paths, symlinks and `..` stay inside it.
  package static var inRoot: Resolve { Resolve(rawValue: 0x10) }
}

extension Descriptor {
  /// openat2(2) relative to this directory. `resolve` says how far the path may lead.
  package func open(
    _ path: String, _ options: OpenOptions, resolve: Resolve, mode: UInt32 = 0
  ) throws(Failure) -> Descriptor {
    try openat2(options, resolve, mode) { unsafe apus_openat2(number, path, &$0) }
  }

  /// Opens a path of the host, resolved in the ordinary way. Never for a path inside a container's root.
  package static func open(host path: String, _ options: OpenOptions, mode: UInt32 = 0) throws(Failure) -> Descriptor {
    try openat2(options, [], mode) { unsafe apus_openat2(AT_FDCWD, path, &$0) }
  }

  /// The working directory of this process.
  package static func workingDirectory() throws(Failure) -> Descriptor {
    try openat2([.path, .directory], [], 0) { unsafe apus_openat2(AT_FDCWD, ".", &$0) }
  }
}

/// openat2(2) gives EAGAIN when a rename races with a scoped lookup: tried again, but not for ever (128 times, as
/// libpathrs does; an attacker could otherwise keep us here).
func openat2(
  _ options: OpenOptions, _ resolve: Resolve, _ mode: UInt32, _ open: (inout open_how) -> CInt
) throws(Failure) -> Descriptor {
  var how = open_how(
    flags: UInt64(UInt32(bitPattern: options.rawValue | O_CLOEXEC)),
    mode: options.contains(.create) ? UInt64(mode) : 0, resolve: resolve.rawValue)
  for _ in 0..<128 {
    do { return Descriptor(owning: try call("openat2") { open(&how) }) } catch {
      if error.errno != .resourceTemporarilyUnavailable || options.contains(.nonBlocking) { throw error }
    }
  }
  throw Failure("openat2", errno: .resourceTemporarilyUnavailable, hint: "the path keeps changing while it is looked up")
}

// MARK: - Reading and writing

extension Descriptor {
  /// Reads at most `capacity` bytes; an empty result is the end of the file.
  package func read(atMost capacity: Int) throws(Failure) -> [UInt8] {
    try unsafe filled(capacity) { buffer throws(Failure) in
      try call("read") { unsafe apus_read(number, buffer.baseAddress, capacity) }
    }
  }

  /// Reads to the end of the file, and fails with EFBIG beyond `limit` bytes.
  package func readAll(limit: Int = 16 << 20, chunk: Int = 32 << 10) throws(Failure) -> [UInt8] {
    var all: [UInt8] = []
    // Most files are small, those of procfs and cgroups above all.
    var size = min(chunk, 4000)
    while true {
      let more = try read(atMost: size)
      if more.isEmpty { return all }
      if more.count == size { size = chunk }
      if all.isEmpty { all = more } else { all += more }
      if all.count > limit { throw Failure("read", errno: .fileTooLarge) }
    }
  }

  /// Reads a regular file to its end, which a read that comes short tells: of files of procfs and its like it does not.
  package func readFile(limit: Int = 16 << 20, chunk: Int = 32 << 10) throws(Failure) -> [UInt8] {
    var all = try read(atMost: chunk)
    while !all.isEmpty, all.count % chunk == 0 {
      let more = try read(atMost: chunk)
      if more.isEmpty { break }
      all += more
      if all.count > limit { throw Failure("read", errno: .fileTooLarge) }
    }
    return all
  }

  /// One write(2) with all the bytes: files of cgroup, procfs and sysfs take a value in one piece or not at all.
  package func writeOnce(_ text: String) throws(Failure) {
    var text = text
    var failure: Failure?
    text.withUTF8 { bytes in
      do throws(Failure) {
        let written = try call("write") { unsafe apus_write(number, bytes.baseAddress, bytes.count) }
        if written != bytes.count { failure = Failure("write: only \(written) of \(bytes.count) bytes were taken") }
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Writes all the bytes, in as many pieces as it takes.
  package func writeAll(_ bytes: [UInt8]) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = try write(some: rest)
      rest = rest.dropFirst(written)
    }
  }

  package func write(some bytes: ArraySlice<UInt8>) throws(Failure) -> Int {
    try unsafe bytes.withUnsafeBufferPointer { buffer throws(Failure) in
      try call("write") { unsafe apus_write(number, buffer.baseAddress, buffer.count) }
    }
  }

  package func writeAll(_ text: String) throws(Failure) { try writeAll(Array(text.utf8)) }
}

extension Descriptor {
  /// Takes the advisory lock on the file, flock(2); false when another open file holds it. Does not wait.
  package func tryLock() throws(Failure) -> Bool {
    do { try call("flock") { apus_flock(number, LOCK_EX | LOCK_NB) } } catch  where error.errno == .wouldBlock { return false }
    return true
  }

  package func unlock() throws(Failure) { try call("flock") { apus_flock(number, LOCK_UN) } }
}
