import Kernel

/// Socket activation, sd_listen_fds(3): LISTEN_FDS descriptors from 3 on, meant for the process LISTEN_PID names.
enum ListenDescriptors {
  static var count: Int {
    guard let count = environmentVariable("LISTEN_FDS").flatMap({ Int($0) }), count > 0, count < 1024 else { return 0 }
    return environmentVariable("LISTEN_PID") == String(processID) ? count : 0
  }

  /// What they are called, if their giver says so: sd_listen_fds_with_names(3).
  static var names: String? { environmentVariable("LISTEN_FDNAMES") }
}
