import CLibc
import CLinux

package struct WindowSize: Sendable {
  package let rows: UInt16
  package let columns: UInt16
  package init(rows: UInt16, columns: UInt16) {
    self.rows = rows
    self.columns = columns
  }
}

/// A new pseudoterminal: the master end, and the slave opened through the master rather than by name
/// (TIOCGPTPEER, kernel 4.13), so that what lies at /dev/pts/N plays no part (CVE-2025-52565).
package struct PseudoTerminal: ~Copyable {
  package let master: Descriptor
  package let slave: Descriptor
  /// The number N of /dev/pts/N.
  package let number: UInt32

  /// - Parameter multiplexer: an open `ptmx` (character device 5:2) whose identity the caller has verified.
  package init(multiplexer: consuming Descriptor) throws(Failure) {
    let index = try multiplexer.unlockedTerminalNumber()
    let peer = try multiplexer.openPeer()
    self.init(master: multiplexer, slave: peer, number: index)
  }

  private init(master: consuming Descriptor, slave: consuming Descriptor, number: UInt32) {
    self.master = master
    self.slave = slave
    self.number = number
  }
}

extension Descriptor {
  fileprivate func unlockedTerminalNumber() throws(Failure) -> UInt32 {
    var unlock: CInt = 0
    try call("ioctl(TIOCSPTLCK)") { unsafe apus_ioctl(number, 0x4004_5431, &unlock) }
    var index: UInt32 = 0
    try call("ioctl(TIOCGPTN)") { unsafe apus_ioctl(number, 0x8004_5430, &index) }
    return index
  }

  fileprivate func openPeer() throws(Failure) -> Descriptor {
    let flags = UInt(O_RDWR | O_NOCTTY | O_CLOEXEC)
    return Descriptor(
      owning: try call("ioctl(TIOCGPTPEER)") { unsafe apus_ioctl(number, 0x5441, UnsafeMutableRawPointer(bitPattern: flags)) })
  }
}

extension Descriptor {
  package var isTerminal: Bool {
    var attributes = termios()
    return unsafe apus_tcgetattr(number, &attributes) == 0
  }

  /// The process group that may read this terminal; nil when it is not our controlling one (TIOCGPGRP).
  var foregroundGroup: CInt? {
    var group: CInt = 0
    return unsafe apus_ioctl(number, 0x540f, &group) == 0 ? group : nil
  }

  package func windowSize() throws(Failure) -> WindowSize {
    var size = winsize()
    try call("ioctl(TIOCGWINSZ)") { unsafe apus_ioctl(number, 0x5413, &size) }
    return WindowSize(rows: size.ws_row, columns: size.ws_col)
  }

  package func setWindowSize(_ wanted: WindowSize) throws(Failure) {
    var size = winsize(ws_row: wanted.rows, ws_col: wanted.columns, ws_xpixel: 0, ws_ypixel: 0)
    try call("ioctl(TIOCSWINSZ)") { unsafe apus_ioctl(number, 0x5414, &size) }
  }

  /// Makes this terminal the controlling one of a session that has none.
  package func becomeControllingTerminal() throws(Failure) {
    try call("ioctl(TIOCSCTTY)") { apus_ioctl(number, 0x540e, nil) }
  }
}

extension Descriptor {
  fileprivate func terminalAttributes() throws(Failure) -> termios {
    var attributes = termios()
    try call("tcgetattr") { unsafe apus_tcgetattr(number, &attributes) }
    return attributes
  }

  fileprivate func setTerminalAttributes(_ wanted: termios) throws(Failure) {
    var attributes = wanted
    try call("tcsetattr") { unsafe apus_tcsetattr(number, &attributes) }
  }
}

/// The settings of a terminal, put back when the value's life ends.
@usableFromInline package struct RawMode: ~Copyable {
  private let terminal: CInt
  private let saved: termios

  /// Every key typed on standard stream `number` goes through as it is: cfmakeraw(3).
  package init(standardStream number: CInt) throws(Failure) {
    let attributes = try StandardStreams.with(number) { stream throws(Failure) in
      let attributes = try stream.terminalAttributes()
      var raw = attributes
      unsafe cfmakeraw(&raw)
      try stream.setTerminalAttributes(raw)
      return attributes
    }
    self.init(terminal: number, saved: attributes)
  }

  private init(terminal: CInt, saved: termios) {
    self.terminal = terminal
    self.saved = saved
  }

  @inlinable deinit { restore() }

  @usableFromInline func restore() {
    var attributes = saved
    _ = unsafe apus_tcsetattr(terminal, &attributes)
  }
}
