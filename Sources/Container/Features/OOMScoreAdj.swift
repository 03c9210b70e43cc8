import Kernel
import OCISpec

/// process.oomScoreAdj — config.md "Linux Process"
enum OOMScoreAdjustment {
  /// Host side: only set where config.json does ("MUST NOT" otherwise).
  static func apply(_ process: OCISpec.Process, pid: CInt, _ proc: ProcFS) throws(Failure) {
    if effectiveUserID == 0 { try set(process, of: "\(pid)", proc) }
  }

  /// Host side, before it is not dumpable: from then on its files, and those of the processes it starts, are root's. So an
  /// ordinary user's process has the score from its birth, and the runtime beside it has it too.
  static func inherit(_ process: OCISpec.Process, _ proc: ProcFS) throws(Failure) {
    if effectiveUserID != 0 { try set(process, of: "self", proc) }
  }

  private static func set(_ process: OCISpec.Process, of pid: String, _ proc: ProcFS) throws(Failure) {
    guard let score = process.oomScoreAdj else { return }
    do { try proc.write(String(score), to: "\(pid)/oom_score_adj") } catch {
      let failure = error.adding(context: "setting oom_score_adj to \(score)")
      throw error.errno == .permissionDenied ? failure.adding(hint: "lowering it needs CAP_SYS_RESOURCE") : failure
    }
  }
}
