import Foundation
import Testing

extension Scenarios {
  /// Every path that a runtime touches, and all that an image may have there: it fails and says why, or stays inside.
  @Suite struct HostileBundles {
    /// Where Debian 12's runc 1.1.5 is harmed: ``Place`` and ``Form``. What the tests catch they say by that.
    static let harmsRunc: Set<String> = [
      "/dev absoluteLink", "/dev relativeLink", "/dev chainOfLinks", "/etc/passwd fifo", "/etc/group fifo", "/etc/group device",
    ]
    /// It links the controllers of version 1 that share a hierarchy.
    static let harmsRuncOnHybridHosts: Set<String> = [
      "/sys/fs/cgroup absoluteLink", "/sys/fs/cgroup relativeLink", "/sys/fs/cgroup chainOfLinks",
    ]
    /// It takes a link for the root, makes the directory of NOTIFY_SOCKET and the devices through one, and the file to mount the
    /// console on.
    static let harmsCrun: Set<String> = [
      " absoluteLink", " relativeLink", " chainOfLinks", "/tmp absoluteLink", "/tmp relativeLink", "/tmp chainOfLinks",
      "/dev absoluteLink", "/dev relativeLink", "/dev chainOfLinks", "/dev/console danglingLink",
    ]

    /// It waits for ever, or fails, and leaves its cgroup behind.
    static let stopsCrun: Set<String> = ["/etc/passwd fifo", "/etc/passwd device", "/dev/console fifo"]

    static func catches(_ case: String) -> Bool {
      if Runtime.isOldRunc { return harmsRunc.contains(`case`) || (Host.isHybrid && harmsRuncOnHybridHosts.contains(`case`)) }
      return Runtime.isCrun && harmsCrun.contains(`case`)
    }

    @Test(arguments: Place.all, Form.allCases) func changesNothingOnTheHost(place: Place, form: Form) throws {
      let sentinels = try Sentinels()
      let bundle = try Bundle(shell: Bundle.thief)
      bundle.config["process.env"] = ["PATH=/bin"]
      try place.prepare(bundle)
      try form.put(
        at: bundle.rootfs + place.path, in: bundle, aimingAt: place.isDirectory ? sentinels.directory : sentinels.file)
      let notify = ["NOTIFY_SOCKET": "\(bundle.directory.path)/notify"]
      if Runtime.isCrun, Self.stopsCrun.contains("\(place.path) \(form)") {
        withKnownIssue("crun leaves itself or its cgroup behind") { _ = try bundle.attack(sentinels, environment: notify) }
        return
      }
      let attack = try bundle.attack(sentinels, environment: notify)
      expectHarmless(attack, catches: Self.catches("\(place.path) \(form)"))
    }
  }
}
