import CLibc
import CLinux

/// A set of signals as rt_sigprocmask(2) has it: bit n−1 is signal n.
package struct SignalSet: Sendable, Equatable {
  package var bits: UInt64 = 0
  package init() {}
  /// Every signal; SIGKILL and SIGSTOP in it have no effect.
  package static var all: SignalSet {
    var set = SignalSet()
    set.bits = ~0
    return set
  }
  package mutating func insert(_ signal: CInt) { bits |= 1 << UInt64(signal - 1) }
  package mutating func remove(_ signal: CInt) { bits &= ~(1 << UInt64(signal - 1)) }
}

package enum Signals {
  /// Blocks `set`; gives back the mask there was.
  package static func block(_ set: SignalSet) throws(Failure) -> SignalSet {
    var old: UInt64 = 0
    try call("rt_sigprocmask") { unsafe apus_sigprocmask(SIG_BLOCK, set.bits, &old) }
    var result = SignalSet()
    result.bits = old
    return result
  }

  package static func setMask(_ set: SignalSet) throws(Failure) {
    try call("rt_sigprocmask") { apus_sigprocmask(SIG_SETMASK, set.bits, nil) }
  }

  /// Every signal back to its default action, ignored ones too: a container does not inherit that its engine ignores SIGPIPE.
  package static func resetActions() {
    for number in CInt(1)...64 where number != SIGKILL && number != SIGSTOP && number != 32 && number != 33 {
      _ = apus_reset_signal(number)  // EINVAL for a number this kernel does not have: nothing to reset then
    }
  }

  /// One signal back to its default action.
  package static func reset(_ signal: CInt) { _ = apus_reset_signal(signal) }  // fails only for a number that is none

  /// The blocked signals of `set` arrive as reads of this descriptor (signalfd(2)).
  package static func open(_ set: SignalSet) throws(Failure) -> Descriptor {
    Descriptor(owning: try call("signalfd4") { apus_signalfd(set.bits) })
  }

  /// Whether a program that does nothing about it ends by it: signal(7).
  package static func endsByDefault(_ signal: CInt) -> Bool {
    ![0, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH].contains(signal)
  }

  /// The number of a signal given as number or name, with or without `SIG`, in any case; nil when there is none such.
  package static func number(of text: String) -> CInt? {
    if !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      guard let number = CInt(text), (0...64).contains(number) else { return nil }
      return number
    }
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }  // `ı` and `ſ` have the capitals of i and s
    var name = text.uppercased()
    if name.hasPrefix("SIG") { name.removeFirst(3) }
    if let index = names.firstIndex(of: name) { return CInt(index + 1) }
    switch name {
    case "CLD": return SIGCHLD
    case "POLL": return SIGIO
    case "IOT": return SIGABRT
    case "RTMIN": return 34
    case "RTMAX": return 64
    default: break
    }
    guard name.utf8.dropFirst(6).allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let offset = CInt(name.dropFirst(6)), offset <= 30
    else {
      return nil
    }
    return name.hasPrefix("RTMIN+") ? 34 + offset : name.hasPrefix("RTMAX-") ? 64 - offset : nil
  }

  /// The name of a signal, such as `SIGKILL`.
  package static func name(of number: CInt) -> String {
    names.indices.contains(Int(number) - 1) ? "SIG\(names[Int(number) - 1])" : "signal \(number)"
  }

  /// signal(7), 1 to 31, as on every architecture but alpha, mips and parisc.
  package static let names = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
    "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
  ]

  package static let hangUp: CInt = 1
  package static let interrupt: CInt = 2
  package static let quit: CInt = 3
  /// To a job of a shell that uses its terminal while another has it.
  package static let terminalInput: CInt = 21
  package static let terminalOutput: CInt = 22
  package static let windowChanged: CInt = 28
  package static let childEnded: CInt = 17
  package static let kill: CInt = 9
  /// What a seccomp filter kills with.
  package static let badSystemCall: CInt = 31
  package static let terminate: CInt = 15
  /// What the Go runtime sends itself to preempt a goroutine; an engine's copy of it means nothing to a container.
  package static let urgent: CInt = 23
}

/// A signal as it arrived at a signalfd: `struct signalfd_siginfo`.
package struct ArrivedSignal: Sendable {
  package let number: CInt
  /// SI_KERNEL: nobody's kill(2), but a consequence of something, such as a key or the use of a terminal.
  package let isFromKernel: Bool
  /// Of the process that sent it. The kernel itself gives our own for what a system call of ours has caused, such as SIGPIPE.
  package let sender: CInt

  fileprivate init(_ bytes: ArraySlice<UInt8>) {
    func word(_ index: Int) -> CInt {
      (0..<4).reduce(0) { $0 | CInt(bytes[bytes.startIndex + 4 * index + $1]) << (8 * $1) }  // little endian, as the machine
    }
    number = word(0)
    isFromKernel = word(2) == 0x80
    sender = word(3)
  }
}

extension Descriptor {
  /// The signals that have arrived at this signalfd; waits for the first.
  package func readSignals() throws(Failure) -> [ArrivedSignal] {
    let size = 128
    let bytes = try read(atMost: 16 * size)
    return stride(from: 0, to: bytes.count, by: size).map { ArrivedSignal(bytes[$0..<$0 + size]) }
  }
}
