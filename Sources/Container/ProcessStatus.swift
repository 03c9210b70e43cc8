import Kernel
import SystemPackage

/// /proc/PID/stat, proc(5)
struct ProcessStatus {
  let startTime: UInt64
  /// A zombie or dead: it runs no more, only its parent has not asked yet.
  let hasEnded: Bool

  /// nil when there is no such process.
  static func read(_ pid: CInt, _ proc: ProcFS) throws(Failure) -> ProcessStatus? {
    let bytes: [UInt8]
    do { bytes = try proc.open("\(pid)/stat", [.readOnly]).read(atMost: 4096) } catch
      where error.errno == .noSuchFileOrDirectory || error.errno == .noSuchProcess
    { return nil }
    // The second field is the name in parentheses, which may hold anything, a parenthesis too: the last one ends it.
    guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(end + 1)...].split(separator: 0x20)
    guard fields.count > 19, let startTime = UInt64(String(decoding: fields[19], as: UTF8.self)) else { return nil }
    let state = fields[0].first
    return ProcessStatus(startTime: startTime, hasEnded: state == UInt8(ascii: "Z") || state == UInt8(ascii: "X"))
  }
}
