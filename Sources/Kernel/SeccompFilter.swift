import CLibc
import CLinux
import CSeccomp

/// A filter in the making: the owner of libseccomp's `scmp_filter_ctx`.
///
/// It always covers the native architecture; a call of an architecture that was not added ends the thread.
/// libseccomp only writes the program here; ``SeccompProgram/load(_:)`` gives it to the kernel, so that one that was
/// written before can be loaded without libseccomp.
@safe
@usableFromInline package struct SeccompFilter: ~Copyable {
  @usableFromInline let context: scmp_filter_ctx

  /// Every call without a rule gets `defaultAction`. libseccomp asks the running kernel whether it has the action.
  package init(defaultAction: Action) throws(Failure) {
    guard let context = unsafe seccomp_init(defaultAction.rawValue) else {
      throw Failure("seccomp_init", errno: .invalidArgument, hint: "libseccomp or this kernel does not have the action")
    }
    unsafe self.context = context
  }

  @inlinable deinit { unsafe seccomp_release(context) }

  /// Adds an architecture; one that is there already is no error. All must be of one byte order.
  package func add(_ architecture: Architecture) throws(Failure) {
    let result = unsafe seccomp_arch_add(context, architecture.token)
    if result != -EEXIST { try check("seccomp_arch_add", result) }
  }

  /// Leaves this architecture alone in it. Its byte order must be that of this machine.
  package func cover(only architecture: Architecture) throws(Failure) {
    if architecture == .native { return }
    try add(architecture)
    try remove(.native)
  }

  /// Takes an architecture out again, even the native one.
  package func remove(_ architecture: Architecture) throws(Failure) {
    try unsafe check("seccomp_arch_remove", seccomp_arch_remove(context, architecture.token))
  }

  /// What a call of another architecture gets.
  package func setBadArchitectureAction(_ action: Action) throws(Failure) {
    try unsafe check("seccomp_attr_set(ACT_BADARCH)", seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, action.rawValue))
  }

  /// Sorts the rules into a binary tree instead of a list: a longer program with shorter ways through it.
  package func setBinaryTree() throws(Failure) {
    try unsafe check("seccomp_attr_set(CTL_OPTIMIZE)", seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2))
  }

  /// Gives `action` to a call whose arguments pass all the comparisons, on every architecture that has the call.
  /// The action must differ from the default, and no argument may be compared twice.
  package func addRule(_ action: Action, for call: Call, where comparisons: [Comparison] = []) throws(Failure) {
    let arguments = comparisons.map { $0.argument }
    let result = unsafe seccomp_rule_add_array(context, action.rawValue, call.number, UInt32(arguments.count), arguments)
    do { try check("seccomp_rule_add", result) } catch {
      guard error.errno == .fileExists else { throw error }
      // 32 bit x86, s390 and MIPS make all socket calls by number 102: there only the call can be told, no argument.
      throw error.adding(hint: "an earlier rule decides the same calls; on 32 bit x86 socket calls have no arguments to compare")
    }
  }

  /// The finished program. Through a memory file: libseccomp writes to nothing else before 2.6.
  package func program() throws(Failure) -> SeccompProgram {
    let file = Descriptor(owning: try call("memfd_create") { unsafe apus_memfd_create("seccomp", 0) })
    try unsafe check("seccomp_export_bpf", seccomp_export_bpf(context, file.number))
    guard lseek(file.number, 0, SEEK_SET) == 0 else { throw Failure("lseek", errno: .illegalSeek) }
    let bytes = try file.readAll()
    guard let program = SeccompProgram(bytes: bytes[...]) else {
      throw SeccompProgram.tooLong(bytes.count / SeccompProgram.bytesPerInstruction).adding(context: "seccomp_export_bpf")
    }
    return program
  }

  private func check(_ name: StaticString, _ result: CInt) throws(Failure) {
    if result < 0 { throw Failure("\(name)", errno: Errno(rawValue: -result)) }
  }
}

extension SeccompFilter {
  /// The version of the libseccomp that is linked in, such as `2.5.4`.
  package static var libraryVersion: String {
    guard let version = unsafe seccomp_version() else { return "unknown" }
    return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.micro)"
  }
}
