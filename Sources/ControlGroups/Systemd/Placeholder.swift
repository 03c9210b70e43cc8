import Kernel

/// A process that does nothing: a scope of systemd can only be made around one, and the container's own comes when all
/// limits are in force.
final class Placeholder {
  private var process: ProcessHandle?

  init() throws(Failure) {
    let ends = try SocketPair()
    process = try spawn {
      ends.closeHostEndInChild()
      // Should the runtime be killed, the scope ends with us. Whatever fails here, there is nobody to tell.
      _ = Result { () throws(Failure) in
        try ProcessControl.setParentDeathSignal(Signals.kill)
        try ends.child.send([1])
        ends.closeChildEndInChild()
        while true { sleep(milliseconds: 1_000_000) }
      }
      endProcess(1)
    }
    // With the signal set it cannot outlive us.
    if try ends.takeHostEnd().receive().bytes.isEmpty { throw Failure("the process that a scope begins with has ended") }
  }

  var pid: CInt { process?.pid ?? 0 }

  func end() {
    process?.end()
    process = nil
  }

  deinit { end() }
}
