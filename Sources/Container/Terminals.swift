import Kernel

/// Who gets the terminal's master end.
enum Terminals {
  /// - Parameters:
  ///   - wanted: process.terminal.
  ///   - consoleSocket: whether `--console-socket` was given.
  static func check(wanted: Bool, consoleSocket: Bool, isForeground: Bool) throws(Failure) {
    if wanted && !consoleSocket && !isForeground {
      throw Failure(
        "cannot allocate tty if apus will detach without setting console socket",
        hint: "give --console-socket, or set process.terminal to false")
    }
    if consoleSocket && (!wanted || isForeground) {
      throw Failure(
        "cannot use console socket if apus will not detach or allocate tty",
        hint: wanted ? "--console-socket goes with --detach" : "process.terminal is false")
    }
  }
}
