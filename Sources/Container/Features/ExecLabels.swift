import Kernel
import OCISpec
import SystemPackage

/// process.apparmorProfile, process.selinuxLabel — config.md "Linux Process": what the exec will change to.
enum ExecLabels {
  static func apply(_ process: OCISpec.Process, _ proc: ProcFS) throws(Failure) {
    let (profile, label) = (process.apparmorProfile, process.selinuxLabel)
    if !profile.isEmpty {
      try during(
        "applying the AppArmor profile \(profile)", try write("exec \(profile)", to: "apparmor/exec", orElse: "exec", proc))
    }
    if !label.isEmpty {
      try during("applying the SELinux label \(label)", try proc.write(label, to: "thread-self/attr/exec"))
    }
  }

  private static func write(_ text: String, to file: String, orElse older: String, _ proc: ProcFS) throws(Failure) {
    do { try proc.write(text, to: "thread-self/attr/\(file)") } catch  where error.errno == .noSuchFileOrDirectory {
      try proc.write(text, to: "thread-self/attr/\(older)")  // FALLBACK(kernel < 5.8): one interface for all security modules
    }
  }
}
