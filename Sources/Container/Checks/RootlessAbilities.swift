import Kernel
import OCISpec

/// What a host has for containers of ordinary users.
enum RootlessAbility {
  static let all = [
    userNamespaces,
    helper(IDMapHelper.users) { ($0.uidMappings, effectiveUserID) },
    helper(IDMapHelper.groups) { ($0.gidMappings, effectiveGroupID) },
  ]

  private static let userNamespaces = HostAbility(
    "user namespaces of ordinary users",
    neededAt: { effectiveUserID == 0 ? [] : $0.paths(of: .user) }
  ) { look in
    for (file, bad) in [("unprivileged_userns_clone", "0"), ("apparmor_restrict_unprivileged_userns", "1")]
    where look.text("/proc/sys/kernel/\(file)") == bad {
      return .no("kernel.\(file) is \(bad)", remedy: "as root: sysctl kernel.\(file)=\(bad == "0" ? 1 : 0)")
    }
    return .yes("")
  }

  /// - Parameter maps: those of a config, and the id that its caller may map without help.
  private static func helper(
    _ helper: IDMapHelper, maps: @escaping @Sendable (Linux) -> ([IDMapping], UInt32)
  ) -> HostAbility {
    HostAbility(
      helper.program,
      neededAt: { spec in
        let (maps, own) = maps(spec.linux)
        let isNeeded = spec.has(.user) && !maps.isEmpty && !IDMappings.isOwn(maps, own)
        return isNeeded && effectiveUserID != 0 ? [helper.member] : []
      }
    ) { look in
      let path: String
      do throws(Failure) { path = try helper.find() } catch {
        return .no("not installed", remedy: "install it (package uidmap or shadow-utils)")
      }
      // Root needs no ranges.
      if effectiveUserID == 0 { return .yes(path) }
      guard let ranges = helper.ranges() else { return .yes(path) }
      return ranges.isEmpty ? .no("no ids for this user", remedy: helper.remedy()) : .yes(ranges.joined(separator: ", "))
    }
  }
}
