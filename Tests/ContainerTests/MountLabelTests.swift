import Testing

@testable import Container

@Suite struct MountLabelTests {
  private let label = MountLabel(value: "system_u:object_r:container_file_t:s0:c1,c2")

  @Test(arguments: ["tmpfs", "devpts", "overlay", "ext4"]) func aFileSystemTakesItAsAnOption(type: String) {
    let context = label.context(ofType: type, options: ["size=1m"])
    #expect(context?.option == "context" && context?.value == label.value)
  }

  /// Of the kernel itself, labelled by the policy: they refuse the option.
  @Test(arguments: ["proc", "sysfs", "cgroup", "cgroup2", "mqueue"]) func oneOfTheKernelDoesNot(type: String) {
    #expect(label.context(ofType: type) == nil)
  }

  @Test func oneInTheMountsOwnOptionsStays() {
    #expect(label.context(ofType: "tmpfs", options: ["context=u:r:t:s0"]) == nil)
    #expect(label.context(ofType: "tmpfs", options: ["rootcontext=u:r:t:s0"]) != nil)
  }

  /// run.oci.mount_context_type
  @Test func theOptionMayBeAnother() {
    let label = MountLabel(value: label.value, option: "rootcontext")
    #expect(label.context(ofType: "tmpfs", options: ["context=u:r:t:s0"])?.option == "rootcontext")
    #expect(label.context(ofType: "tmpfs", options: ["rootcontext=u:r:t:s0"]) == nil)
  }

  @Test func withoutALabelThereIsNone() { #expect(MountLabel().context(ofType: "tmpfs") == nil) }
}
