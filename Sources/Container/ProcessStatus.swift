import Kernel

/// /proc/PID/stat, proc(5)
struct ProcessStatus {
  /// The name of the program, or what the process calls itself.
  let name: String
  let startTime: UInt64
  /// A zombie or dead: it runs no more, only its parent has not asked yet.
  let hasEnded: Bool
  /// On its way to that: it has left user space for ever.
  let isEnding: Bool
  /// It was forked and has not executed a program since.
  let hasNotExecuted: Bool
  /// What it ends or ended with; nil where the kernel does not tell us.
  let exitStatus: ExitStatus?

  /// nil when there is no such process.
  static func read(_ pid: CInt, _ proc: ProcFS) throws(Failure) -> ProcessStatus? {
    let bytes: [UInt8]
    do { bytes = try proc.open("\(pid)/stat", [.readOnly]).read(atMost: 4096) } catch
      where error.errno == .noSuchFileOrDirectory || error.errno == .noSuchProcess
    { return nil }
    return ProcessStatus(bytes)
  }

  private init?(_ bytes: [UInt8]) {
    // The second field is the name in parentheses, which may hold anything, a parenthesis too: the last one ends it.
    guard let begin = bytes.firstIndex(of: UInt8(ascii: "(")), let end = bytes.lastIndex(of: UInt8(ascii: ")")) else {
      return nil
    }
    var fields = Fields(bytes: bytes, index: end + 1)
    let state = fields.next()
    guard let flags = fields.number(after: 5), let startTime = fields.number(after: 12) else { return nil }
    name = String(decoding: bytes[(begin + 1)..<end], as: UTF8.self)
    self.startTime = startTime
    hasEnded = state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
    hasNotExecuted = flags & 0x40 != 0  // PF_FORKNOEXEC, which only an exec clears
    isEnding = hasEnded || flags & 0x4 != 0  // PF_EXITING
    // The last field; 0 to those who may not trace the process, and before it is on its way.
    let code = isEnding ? fields.number(after: 29).flatMap { CInt(exactly: $0) } ?? 0 : 0
    exitStatus = code == 0 ? nil : code & 0x7f == 0 ? .exited(code: code >> 8 & 0xff) : .signaled(code & 0x7f)
  }
}

/// The fields behind the name, one after the other. Byte by byte, because a list asks for each of its containers.
private struct Fields {
  let bytes: [UInt8]
  var index: Int

  /// The first byte of the next field, which is then passed; nil behind the last one.
  mutating func next() -> UInt8? {
    skipSpaces()
    guard index < bytes.count else { return nil }
    let first = bytes[index]
    while index < bytes.count, bytes[index] > UInt8(ascii: " ") { index += 1 }
    return first
  }

  /// The number that comes after `count` others; nil when there is none.
  mutating func number(after count: Int) -> UInt64? {
    for _ in 0..<count { _ = next() }
    skipSpaces()
    var number: UInt64?
    while index < bytes.count, bytes[index] > UInt8(ascii: " ") {
      let digit = bytes[index] &- UInt8(ascii: "0")
      if digit > 9 { return nil }
      number = (number ?? 0) &* 10 &+ UInt64(digit)  // the kernel's own 64 bits
      index += 1
    }
    return number
  }

  private mutating func skipSpaces() {
    while index < bytes.count, bytes[index] <= UInt8(ascii: " ") { index += 1 }
  }
}
