import Kernel
import OCISpec

/// process.terminal, process.consoleSize, /dev/console — config.md "Process", config-linux.md "Default Devices"
struct ConsolePlan {
  /// Where init sends the master end: a connection to --console-socket, or our own when `run` keeps the terminal.
  let receiver: SharedDescriptor
  let size: WindowSize?

  static func plan(_ process: OCISpec.Process, receiver: SharedDescriptor) -> ConsolePlan {
    let size = process.consoleSize.map {
      WindowSize(rows: UInt16(clamping: $0.height), columns: UInt16(clamping: $0.width))
    }
    return ConsolePlan(receiver: receiver, size: size)
  }
}

enum Console {
  /// In the container, after pivot_root: makes a terminal on the container's own devpts, makes it the standard streams of this
  /// process, and sends the master away.
  ///
  /// The slave comes from the master by TIOCGPTPEER and is bound by its descriptor: what lies at /dev/pts/N or /dev/console
  /// in the image plays no part (CVE-2025-52565).
  ///
  /// - Parameter bindsDevice: it becomes /dev/console, which is the terminal of the container's first process.
  static func apply(
    _ console: ConsolePlan, uid: UInt32, bindsDevice: Bool, _ rootfs: borrowing Rootfs, _ proc: ProcFS
  ) throws(Failure) {
    let terminal = try during("making a terminal", try PseudoTerminal(multiplexer: try multiplexer(rootfs, proc)))
    if let size = console.size { try during("setting the console size", try terminal.master.setWindowSize(size)) }
    try during("handing the terminal to uid \(uid)", try give(terminal.slave, to: uid))
    if bindsDevice { try during("mounting /dev/console", try bind(terminal.slave, rootfs)) }
    try StandardStreams.replace(with: terminal.slave)
    try during("taking the terminal", try terminal.slave.becomeControllingTerminal())
    let name = Array("/dev/pts/\(terminal.number)".utf8)
    try during("sending the terminal", try console.receiver.descriptor.send(name, with: terminal.master))
  }

  /// The multiplexer of the container's devpts: found, verified, and only then opened.
  private static func multiplexer(_ rootfs: borrowing Rootfs, _ proc: ProcFS) throws(Failure) -> Descriptor {
    let place = try during(
      "opening /dev/pts/ptmx", try rootfs.open("/dev/pts/ptmx", [.path, .noFollow]))
    let status = try place.status()
    let magic = try place.fileSystemMagic()
    guard magic == FileSystemMagic.devpts, status.kind == .characterDevice, status.represents == DeviceNumber(major: 5, minor: 2)
    else {
      throw Failure(
        "/dev/pts/ptmx is not the multiplexer of a devpts", hint: "a terminal needs a mount of type devpts on /dev/pts")
    }
    return try proc.reopen(place, [.readWrite, .noControllingTerminal])
  }

  private static func give(_ slave: borrowing Descriptor, to uid: UInt32) throws(Failure) {
    try slave.setOwner(uid, try slave.status().group)
  }

  private static func bind(_ slave: borrowing Descriptor, _ rootfs: borrowing Rootfs) throws(Failure) {
    let dev = try rootfs.open("/dev", [.path, .directory])
    do { try dev.makeFile("console", mode: 0o620) } catch  where error.errno == .fileExists {}
    let place = try dev.open("console", [.path, .noFollow], resolve: .beneath)
    let kind = try place.status().kind
    guard kind == .regular || kind == .characterDevice else {
      throw Failure("/dev/console of the image is no file to mount on", errno: .fileExists)
    }
    try slave.cloneMount(recursive: false).attach(to: place)
  }
}
