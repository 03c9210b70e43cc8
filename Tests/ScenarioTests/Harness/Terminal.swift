import Foundation

/// A pseudo-terminal whose master end is held by the test.
final class Terminal {
  let master: Int32
  /// The path of the other end, such as /dev/pts/3.
  let path: String
  private(set) var output = ""

  /// A new one of the host's own devpts.
  init() throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard master >= 0 else { throw HarnessError("/dev/ptmx: \(File.errorText())") }
    var unlock: Int32 = 0
    var number: UInt32 = 0
    guard ioctl(master, UInt(0x4004_5431), &unlock) == 0, ioctl(master, UInt(0x8004_5430), &number) == 0 else {
      throw HarnessError("TIOCSPTLCK, TIOCGPTN: \(File.errorText())")
    }
    path = "/dev/pts/\(number)"
  }

  /// One whose master was received, from a console socket.
  init(adopting master: Int32, path: String) {
    self.master = master
    self.path = path
  }

  deinit { close(master) }

  func resize(rows: UInt16, columns: UInt16) throws {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(master, UInt(TIOCSWINSZ), &size) == 0 else { throw HarnessError("TIOCSWINSZ: \(File.errorText())") }
  }

  func type(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard write(master, bytes, bytes.count) == bytes.count else { throw HarnessError("write: \(File.errorText())") }
  }

  /// Reads until the output contains a text.
  func expect(_ text: String, timeout: TimeInterval = 10) throws {
    let deadline = Date().addingTimeInterval(timeout * Host.patience)
    while !output.contains(text) {
      guard Date() < deadline else { throw HarnessError("no \(text.debugDescription) in \(output.debugDescription)") }
      guard readMore() else { usleep(5000); continue }
    }
  }

  /// Reads what there is now; false if there is nothing, or nobody at the other end any more.
  @discardableResult
  func readMore() -> Bool {
    var waiting = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, 20) > 0, waiting.revents & Int16(POLLIN) != 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(master, &buffer, buffer.count)
    guard count > 0 else { return false }
    output += String(decoding: buffer[..<count], as: UTF8.self)
    return true
  }
}

extension Terminal {
  /// The modes that a program may change and must put back: termios(3).
  struct Settings: Equatable {
    var input, output, control, local: tcflag_t
  }

  func settings() throws -> Settings {
    let other = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard other >= 0 else { throw HarnessError("\(path): \(File.errorText())") }
    defer { close(other) }
    var modes = termios()
    guard tcgetattr(other, &modes) == 0 else { throw HarnessError("tcgetattr: \(File.errorText())") }
    return Settings(input: modes.c_iflag, output: modes.c_oflag, control: modes.c_cflag, local: modes.c_lflag)
  }
}
