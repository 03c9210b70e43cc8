import Foundation
import Testing

extension Scenarios {
  /// `--no-pivot`: MS_MOVE and chroot, for a host whose root is a ramdisk.
  @Suite struct NoPivot {
    @Test func theRootIsTheBundles() throws {
      let bundle = try Bundle(shell: "cat /mark; ls /; cat /proc/self/mountinfo")
      try File.write("marked\n", to: "\(bundle.rootfs)/mark")
      let outcome = try Runtime().run(bundle, options: ["--no-pivot"])
      expectSuccess(outcome)
      let lines = outcome.stdout.split(separator: "\n").map(String.init)
      #expect(lines.first == "marked")
      #expect(!lines.contains("work") && !lines.contains("boot"))
      #expect(!outcome.stdout.contains(bundle.path + " "), "a mount point of the host is in sight")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun knows no single dash")) func throughCreateAndStart() throws {
      try withContainer(try Bundle(shell: "echo $(pwd) $(ls -di / | awk '{print $2}')"), options: ["-no-pivot"]) { container in
        try container.startAndFinish()
        #expect(container.stdout == "/ /\n")
      }
    }
  }
}
