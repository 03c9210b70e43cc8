import Kernel
import OCISpec
import SystemPackage

/// process.oomScoreAdj — config.md "Linux Process"
enum OOMScoreAdjustment {
  /// Host side: only set where config.json does ("MUST NOT" otherwise).
  static func apply(_ process: OCISpec.Process, pid: CInt, _ proc: ProcFS) throws(Failure) {
    guard let score = process.oomScoreAdj else { return }
    do { try proc.write(String(score), to: "\(pid)/oom_score_adj") } catch {
      let failure = error.adding(context: "setting oom_score_adj to \(score)")
      throw error.errno == .permissionDenied ? failure.adding(hint: "lowering it needs CAP_SYS_RESOURCE") : failure
    }
  }
}
