import Testing

@testable import Container

@Suite struct MountLabelTests {
  private let label = "system_u:object_r:container_file_t:s0:c1,c2"

  @Test(arguments: ["tmpfs", "devpts", "overlay", "ext4"]) func aFileSystemTakesItAsAnOption(type: String) {
    #expect(MountLabel.context(label, ofType: type, options: ["size=1m"]) == label)
  }

  /// Of the kernel itself, labelled by the policy: they refuse the option.
  @Test(arguments: ["proc", "sysfs", "cgroup", "cgroup2", "mqueue"]) func oneOfTheKernelDoesNot(type: String) {
    #expect(MountLabel.context(label, ofType: type) == nil)
  }

  @Test func oneInTheMountsOwnOptionsStays() {
    #expect(MountLabel.context(label, ofType: "tmpfs", options: ["context=u:r:t:s0"]) == nil)
    #expect(MountLabel.context(label, ofType: "tmpfs", options: ["rootcontext=u:r:t:s0"]) == label)
  }

  @Test func withoutALabelThereIsNone() { #expect(MountLabel.context("", ofType: "tmpfs") == nil) }
}
