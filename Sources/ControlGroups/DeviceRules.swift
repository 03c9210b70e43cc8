import Kernel
import OCISpec

extension DeviceRule {
  /// The rules every container has after its own: making any device node (which gives no access to the device), and
  /// the devices that are in every container's /dev (config-linux.md "Default Devices").
  package static let defaults: [DeviceRule] = [
    DeviceRule(allow: true, type: .c, access: "m"),
    DeviceRule(allow: true, type: .b, access: "m"),
    character(1, 3),  // null
    character(1, 5),  // zero
    character(1, 7),  // full
    character(1, 8),  // random
    character(1, 9),  // urandom
    character(5, 0),  // tty
    character(136, nil),  // pts/*
    character(5, 2),  // ptmx
    character(10, 200),  // net/tun
  ]

  private static func character(_ major: Int64, _ minor: Int64?) -> DeviceRule {
    DeviceRule(allow: true, type: .c, major: major, minor: minor, access: "rwm")
  }
}

extension ControlGroup {
  /// Puts a device program in force for this cgroup and all below it. Beside those that others attached: an access
  /// needs the consent of every program.
  ///
  /// - Parameters:
  ///   - announce: is told the record with the program in it before that is attached to a cgroup which will stay, so that
  ///     it can be taken off later (``detachDeviceProgram()``) whatever happens in between.
  ///   - warn: is told when this user may not load such a program, as in a rootless container. Access to devices is
  ///     then limited by the permissions of their nodes alone, and such a user cannot make nodes.
  package func apply(
    _ program: DeviceProgram, announce: (Record) throws(Failure) -> Void = { _ in }, warn: (String) -> Void
  ) throws(Failure) {
    if program.allowsEverything { return }
    guard let loaded = try load(program, warn) else { return }
    if !record.isOwned {
      record.deviceProgram = try during("attaching the device program to \(fullPath)", try BPF.identifier(of: loaded.descriptor))
      try announce(record)
    }
    do { try BPF.attach(loaded.descriptor, to: descriptor.descriptor) } catch {
      throw explain(error, tooBig: "that cgroup has 64 programs, as many as the kernel takes")
    }
  }

  private func load(_ program: DeviceProgram, _ warn: (String) -> Void) throws(Failure) -> SharedDescriptor? {
    do { return SharedDescriptor(try BPF.loadDeviceProgram(program.instructions)) } catch {
      if error.errno == .notPermitted, try !UserNamespace.runsHostRoot {
        warn("the device rules of the container are not in force: loading them as eBPF takes CAP_SYS_ADMIN on the host")
        return nil
      }
      throw explain(error, tooBig: "linux.resources.devices has more rules than the kernel's verifier follows")
    }
  }

  /// Takes the container's program off a cgroup that stays. One that is not attached, or not any more, is no error.
  package func detachDeviceProgram() throws(Failure) {
    guard let identifier = record.deviceProgram else { return }
    let cgroup = descriptor
    do throws(Failure) {
      guard try BPF.devicePrograms(of: cgroup.descriptor).contains(identifier) else { return }
      try BPF.detach(try BPF.program(identifier), from: cgroup.descriptor)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return }  // another verb was faster
      throw error.adding(context: "detaching the device program from \(fullPath)")
    }
  }

  private func explain(_ failure: Failure, tooBig: String) -> Failure {
    let failure = failure.adding(context: "attaching the device program to \(fullPath)")
    return switch failure.errno {
    case .notPermitted: failure.adding(hint: "it takes CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN, on the host")
    case .noFunction, .invalidArgument: failure.adding(hint: "the kernel needs CONFIG_BPF_SYSCALL and CONFIG_CGROUP_BPF")
    case .argListTooLong: failure.adding(hint: tooBig)
    default: failure
    }
  }
}
