import Kernel
import OCISpec

/// process.apparmorProfile, process.selinuxLabel — config.md "Linux Process": what the exec will change to.
enum ExecLabels {
  /// Host: a label that nobody would enforce is an error, as it is for runc.
  static func check(_ process: OCISpec.Process?) throws(Failure) {
    if !(process?.selinuxLabel ?? "").isEmpty, !isSELinuxEnabled {
      throw Failure("selinux label is specified in config, but selinux is disabled or not supported")
    }
    if let profile = process?.apparmorProfile, !profile.isEmpty, try !isAppArmorEnabled() {
      throw Failure("apparmor profile \(profile) is specified in config, but apparmor is disabled or not supported")
    }
  }

  /// The file system of SELinux is there exactly when it is on; when it cannot be opened it is as good as not there.
  static var isSELinuxEnabled: Bool { (try? Descriptor.open(host: "/sys/fs/selinux/enforce", [.path])) != nil }

  static func isAppArmorEnabled() throws(Failure) -> Bool {
    let path = "/sys/module/apparmor/parameters/enabled"
    do { return try Descriptor.open(host: path, [.readOnly]).readAll().first == UInt8(ascii: "Y") } catch
      where error.errno == .noSuchFileOrDirectory
    { return false } catch { throw error.adding(context: "reading \(path)") }
  }

  /// Init.
  static func apply(_ process: OCISpec.Process, _ proc: ProcFS) throws(Failure) {
    let (profile, label) = (process.apparmorProfile, process.selinuxLabel)
    if !profile.isEmpty {
      do { try write("exec \(profile)", to: "apparmor/exec", orElse: "exec", proc) } catch {
        let failure = error.adding(context: "applying the AppArmor profile \(profile)")
        throw error.errno == .noSuchFileOrDirectory
          ? failure.adding(hint: "it is not loaded; apparmor_parser -r loads one") : failure
      }
    }
    if !label.isEmpty {
      // Podman looks for such a path between such marks to tell a label's failure from others.
      try during(
        "applying the SELinux label \(label) by `/proc/thread-self/attr/exec`", try proc.write(label, to: "thread-self/attr/exec")
      )
    }
  }

  private static func write(_ text: String, to file: String, orElse older: String, _ proc: ProcFS) throws(Failure) {
    do { try proc.write(text, to: "thread-self/attr/\(file)") } catch  where error.errno == .noSuchFileOrDirectory {
      try proc.write(text, to: "thread-self/attr/\(older)")  // FALLBACK(kernel < 5.8): one interface for all security modules
    }
  }

  /// Makes a key of this process one that the program may use under its label, and sees to it that later ones are not.
  static func withKeyLabel(
    _ label: String, _ proc: ProcFS, _ body: () throws(Failure) -> Void
  ) throws(Failure) {
    if label.isEmpty { return try body() }
    let file = "thread-self/attr/keycreate"
    try during("labelling the session keyring \(label) by `/proc/\(file)`", try proc.write(label, to: file))
    try body()
    try during("labelling the session keyring", try proc.write("", to: file))
  }
}
