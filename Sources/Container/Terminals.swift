import Kernel
import OCISpec

/// Who gets the terminal's master end.
enum Terminals {
  static func check(_ spec: Spec, _ request: CreateRequest, isForeground: Bool) throws(Failure) {
    let wanted = spec.process?.terminal ?? false
    let hasReceiver = request.consoleSocket != nil
    if wanted && !hasReceiver && !isForeground {
      throw Failure(
        "cannot allocate tty if apus will detach without setting console socket",
        hint: "give --console-socket, or set process.terminal to false")
    }
    if hasReceiver && (!wanted || isForeground) {
      throw Failure(
        "cannot use console socket if apus will not detach or allocate tty",
        hint: wanted ? "--console-socket goes with --detach" : "process.terminal is false")
    }
  }
}
