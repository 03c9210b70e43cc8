import JSON

/// config-linux.md "Seccomp".
package struct Seccomp: Equatable, Sendable {
  package var defaultAction: SeccompAction
  package var defaultErrnoRet: UInt32?
  package var architectures: [SeccompArchitecture] = []
  /// nil when absent: the runtime then has defaults of its own, which an empty list is without.
  package var flags: [SeccompFlag]?
  package var listenerPath = ""
  package var listenerMetadata = ""
  package var syscalls: [SyscallRule] = []

  package init(defaultAction: SeccompAction, syscalls: [SyscallRule] = []) {
    self.defaultAction = defaultAction
    self.syscalls = syscalls
  }

  init(_ reader: Reader) {
    defaultAction = reader.choice("defaultAction", .required) ?? .errno
    defaultErrnoRet = reader.integer("defaultErrnoRet")
    architectures = reader.choices("architectures")
    flags = reader.optionalChoices("flags")
    listenerPath = reader.string("listenerPath") ?? ""
    listenerMetadata = reader.opaqueString("listenerMetadata") ?? ""
    syscalls = reader.objects("syscalls", SyscallRule.init)
  }
}

/// One entry of `syscalls`: an action for some system calls, under conditions on their arguments.
package struct SyscallRule: Equatable, Sendable {
  package var names: [String]
  package var action: SeccompAction
  package var errnoRet: UInt32?
  /// All of them must hold.
  package var args: [SyscallArgument]

  package init(names: [String], action: SeccompAction, errnoRet: UInt32? = nil, args: [SyscallArgument] = []) {
    self.names = names
    self.action = action
    self.errnoRet = errnoRet
    self.args = args
  }

  init(_ reader: Reader) {
    names = reader.strings("names", .required)
    action = reader.choice("action", .required) ?? .errno
    errnoRet = reader.integer("errnoRet")
    args = reader.objects("args", SyscallArgument.init)
  }
}

/// A condition on one argument.
package struct SyscallArgument: Equatable, Sendable {
  /// 0 to 5.
  package var index: UInt32
  /// What to compare with; for MASKED_EQ the mask.
  package var value: UInt64
  /// For MASKED_EQ what the masked argument must be.
  package var valueTwo: UInt64
  package var op: SeccompOperator

  package init(index: UInt32, value: UInt64, valueTwo: UInt64 = 0, op: SeccompOperator) {
    self.index = index
    self.value = value
    self.valueTwo = valueTwo
    self.op = op
  }

  init(_ reader: Reader) {
    index = reader.integer("index", .required) ?? 0
    value = reader.integer("value", .required) ?? 0
    valueTwo = reader.integer("valueTwo") ?? 0
    op = reader.choice("op", .required) ?? .equal
  }
}

package enum SeccompAction: String, CaseIterable, Sendable {
  /// The same as `killThread`, under its old name.
  case kill = "SCMP_ACT_KILL"
  case killProcess = "SCMP_ACT_KILL_PROCESS"
  case killThread = "SCMP_ACT_KILL_THREAD"
  case trap = "SCMP_ACT_TRAP"
  case errno = "SCMP_ACT_ERRNO"
  case trace = "SCMP_ACT_TRACE"
  case allow = "SCMP_ACT_ALLOW"
  case log = "SCMP_ACT_LOG"
  case notify = "SCMP_ACT_NOTIFY"

  /// Whether the action carries a number (`errnoRet`).
  package var takesErrno: Bool { self == .errno || self == .trace }
}

package enum SeccompOperator: String, CaseIterable, Sendable {
  case notEqual = "SCMP_CMP_NE"
  case less = "SCMP_CMP_LT"
  case lessOrEqual = "SCMP_CMP_LE"
  case equal = "SCMP_CMP_EQ"
  case greaterOrEqual = "SCMP_CMP_GE"
  case greater = "SCMP_CMP_GT"
  case maskedEqual = "SCMP_CMP_MASKED_EQ"
}

package enum SeccompFlag: String, CaseIterable, Sendable {
  case tsync = "SECCOMP_FILTER_FLAG_TSYNC"
  case log = "SECCOMP_FILTER_FLAG_LOG"
  case specAllow = "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
  case waitKillableRecv = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
}

package enum SeccompArchitecture: String, CaseIterable, Sendable {
  case x86 = "SCMP_ARCH_X86"
  case x86_64 = "SCMP_ARCH_X86_64"
  case x32 = "SCMP_ARCH_X32"
  case arm = "SCMP_ARCH_ARM"
  case aarch64 = "SCMP_ARCH_AARCH64"
  case loongarch64 = "SCMP_ARCH_LOONGARCH64"
  case m68k = "SCMP_ARCH_M68K"
  case mips = "SCMP_ARCH_MIPS"
  case mips64 = "SCMP_ARCH_MIPS64"
  case mips64n32 = "SCMP_ARCH_MIPS64N32"
  case mipsel = "SCMP_ARCH_MIPSEL"
  case mipsel64 = "SCMP_ARCH_MIPSEL64"
  case mipsel64n32 = "SCMP_ARCH_MIPSEL64N32"
  case ppc = "SCMP_ARCH_PPC"
  case ppc64 = "SCMP_ARCH_PPC64"
  case ppc64le = "SCMP_ARCH_PPC64LE"
  case s390 = "SCMP_ARCH_S390"
  case s390x = "SCMP_ARCH_S390X"
  case sh = "SCMP_ARCH_SH"
  case sheb = "SCMP_ARCH_SHEB"
  case parisc = "SCMP_ARCH_PARISC"
  case parisc64 = "SCMP_ARCH_PARISC64"
  case riscv64 = "SCMP_ARCH_RISCV64"
}
