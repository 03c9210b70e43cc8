import CLibc
import CLinux

/// What reading or writing without waiting came to.
package enum Transfer: Equatable {
  case bytes(Int)
  /// Not now.
  case notReady
  /// Never again: the end of the file, a reader that is gone, a terminal without its other side.
  case ended
}

extension Descriptor {
  /// O_NONBLOCK, which belongs to the open file description: only for one that nobody shares with us.
  package func setNonBlocking() throws(Failure) {
    var on: CInt = 1
    try call("ioctl(FIONBIO)") { unsafe apus_ioctl(number, 0x5421, &on) }
  }

  /// Reads what there is into `buffer`. Any error but EAGAIN is an end.
  package func transfer(into buffer: inout TransferBuffer) -> Transfer {
    do {
      let bytes = try read(atMost: buffer.room)
      buffer.append(bytes)
      return bytes.isEmpty ? .ended : .bytes(bytes.count)
    } catch { return error.errno == .resourceTemporarilyUnavailable ? .notReady : .ended }
  }

  /// Writes of `buffer` what is taken, at most `limit` bytes.
  package func transfer(from buffer: inout TransferBuffer, limit: Int = .max) -> Transfer {
    do {
      let count = try write(some: buffer.contents.prefix(limit))
      buffer.removeFirst(count)
      return .bytes(count)
    } catch { return error.errno == .resourceTemporarilyUnavailable ? .notReady : .ended }
  }
}

/// Bytes on their way from one descriptor to another, of a bounded number.
package struct TransferBuffer {
  private static let capacity = 64 << 10
  private var bytes: [UInt8] = []
  private var start = 0

  package init() {}

  package var isEmpty: Bool { start == bytes.count }
  package var room: Int { Self.capacity - (bytes.count - start) }
  package var contents: ArraySlice<UInt8> { bytes[start...] }

  package mutating func append(_ more: [UInt8]) {
    if isEmpty { removeAll() }
    bytes += more
  }

  package mutating func removeFirst(_ count: Int) {
    start += count
    // Moved together once in a while only, so that a byte is not moved again and again.
    if start < Self.capacity { return }
    bytes.removeFirst(start)
    start = 0
  }

  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    start = 0
  }
}

/// A standard stream of ours that is read or written without waiting, and without a change to it that others would see.
///
/// O_NONBLOCK belongs to the open file description, and that we share with the shell which called us and with the other
/// programs of its pipeline: it would break them, and outlive us. So a pipe or a terminal is opened once more, through
/// /proc/self/fd/N, for a description of our own; that is sound because neither has a position. Anything else (a socket, a
/// file, a pipe we have no permission for) is used as it is: once poll(2) has said yes, a write of PIPE_BUF bytes does not
/// wait on a pipe or a socket, and on a file never.
package struct StandardStream: ~Copyable {
  private let number: CInt
  private let own: SharedDescriptor?

  package init(_ number: CInt, _ options: OpenOptions, _ proc: ProcFS) {
    self.number = number
    // What cannot be opened again is used as it is.
    own = try? StandardStreams.with(number) { stream throws(Failure) in
      let status = try stream.status()
      // The master of a terminal, opened again, would be another terminal.
      let isMaster = status.represents == DeviceNumber(major: 5, minor: 2)
      guard status.kind == .fifo || stream.isTerminal && !isMaster else { throw Failure("it may have a position") }
      return SharedDescriptor(try proc.reopen(stream, options.union([.nonBlocking, .noControllingTerminal])))
    }
  }

  var pollNumber: CInt { own?.descriptor.number ?? number }

  /// Reads once `poll` has said that there is input, or an end.
  package func read(into buffer: inout TransferBuffer) -> Transfer { use { $0.transfer(into: &buffer) } }

  /// Writes once `poll` has said that there is room.
  package func write(from buffer: inout TransferBuffer) -> Transfer {
    let pipeBuffer = 4096  // PIPE_BUF
    return use { $0.transfer(from: &buffer, limit: own == nil ? pipeBuffer : .max) }
  }

  package var isTerminal: Bool { use { $0.isTerminal } }

  /// Whether this is our controlling terminal and another job of its session has it: reading is EIO then, or stops us.
  package var isAnotherJobs: Bool { use { $0.foregroundGroup.map { $0 != getpgrp() } ?? false } }

  private func use<R>(_ body: (borrowing Descriptor) -> R) -> R {
    if let own { return body(own.descriptor) }
    let shared = Descriptor(owning: number)
    let result = body(shared)
    shared.forget()
    return result
  }
}
