import Kernel
import OCISpec
import SystemPackage

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
  ///   - replacing: takes the earlier programs of this cgroup off afterwards, so that there is no moment without rules.
  ///     Only where the cgroup was made for the container: in another one, programs may be another's.
  ///   - warn: is told when this user may not load such a program, as in a rootless container. Access to devices is
  ///     then limited by the permissions of their nodes alone, and such a user cannot make nodes.
  package func apply(_ program: DeviceProgram, replacing: Bool = false, warn: (String) -> Void) throws(Failure) {
    let cgroup = descriptor
    let earlier = replacing && record.created.contains(path) ? try programs() : []
    if !program.allowsEverything {
      do throws(Failure) {
        let loaded = try BPF.loadDeviceProgram(program.instructions)
        try BPF.attach(loaded, to: cgroup.descriptor)
      } catch {
        if error.errno == .notPermitted && isUnprivileged() {
          return warn("the device rules of the container are not in force: loading them as eBPF takes CAP_SYS_ADMIN on the host")
        }
        throw explain(error)
      }
    }
    for program in earlier {
      try during("detaching the old device program from \(fullPath)", try BPF.detach(program.descriptor, from: cgroup.descriptor))
    }
  }

  private func programs() throws(Failure) -> [SharedDescriptor] {
    do { return try BPF.devicePrograms(of: descriptor.descriptor) } catch let error
      where error.errno == .notPermitted && isUnprivileged()
    {
      return []  // who may not see them could not have attached any
    } catch { throw error.adding(context: "listing the device programs of \(fullPath)") }
  }

  private func explain(_ failure: Failure) -> Failure {
    let failure = failure.adding(context: "attaching the device program to \(fullPath)")
    return switch failure.errno {
    case .notPermitted: failure.adding(hint: "it takes CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN, on the host")
    case .noFunction, .invalidArgument: failure.adding(hint: "the kernel needs CONFIG_BPF_SYSCALL and CONFIG_CGROUP_BPF")
    case .argListTooLong: failure.adding(hint: "linux.resources.devices has more rules than the kernel's verifier follows")
    default: failure
    }
  }
}

/// Not root, or root of a user namespace only.
private func isUnprivileged() -> Bool {
  if effectiveUserID != 0 { return true }
  // A map that cannot be read says nothing; the failure that led here is then reported as it is.
  guard let map = try? Descriptor.open(host: "/proc/self/uid_map", .readOnly).readAll() else { return false }
  return !String(decoding: map, as: UTF8.self).split(whereSeparator: \.isWhitespace).elementsEqual(["0", "0", "4294967295"])
}
