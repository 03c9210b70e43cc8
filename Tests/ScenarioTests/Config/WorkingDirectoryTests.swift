import Foundation
import Testing

extension Scenarios {
  /// `process.cwd`.
  @Suite struct WorkingDirectory {
    static func bundle(_ cwd: String, _ arguments: [String] = ["pwd"]) throws -> Bundle {
      let bundle = try Bundle(arguments)
      bundle.config["process.cwd"] = .string(cwd)
      return bundle
    }

    @Test(arguments: ["/", "/usr/bin", "/proc/self"]) func itIsWhereTheProcessBegins(path: String) throws {
      let bundle = try Self.bundle(path, ["sh", "-c", "readlink /proc/self/cwd | sed 's,/proc/[0-9]*$,/proc/self,'"])
      #expect(try output(of: bundle) == path + "\n")
    }

    @Test func aMissingOneIsMade() throws {
      let bundle = try Self.bundle("/not/there/yet", ["sh", "-c", "pwd; stat -c '%a %u:%g' ."])
      #expect(try output(of: bundle) == "/not/there/yet\n755 0:0\n")
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "peers make nothing through a dangling link"))
    func aLinkStaysInTheRoot() throws {
      let outside = try TemporaryDirectory()
      let bundle = try Self.bundle("/link/made")
      expectSuccess(try Spawned.run(["ln", "-s", outside.path, "\(bundle.rootfs)/link"]))
      #expect(try output(of: bundle) == outside.path + "/made\n")
      #expect(File.names(in: outside.path).isEmpty)
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes it from /")) func aRelativeOneIsRefused() throws {
      expectFailure(try refusal(of: Self.bundle("usr/bin")), saying: "must be an absolute path")
    }

    @Test func anEmptyOneIsRefused() throws { _ = try refusal(of: Self.bundle("")) }

    @Test func aFileIsRefused() throws { expectApusSays("/etc/passwd", try refusal(of: Self.bundle("/etc/passwd"))) }

    /// By way of a descriptor that the runtime forgot to close it would be a place on the host: CVE-2024-21626. What the
    /// descriptor is also depends on the caller, so one of the host's root is given.
    @Test(arguments: 3..<12) func aDescriptorOfTheRuntimeIsNoWayOut(number: Int) throws {
      let root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      defer { close(root) }
      let bundle = try Self.bundle("/proc/self/fd/\(number)", ["sh", "-c", "pwd; ls -d boot ../boot ../../../boot"])
      let outcome = try Runtime().run(bundle, descriptors: [Int32(number): root])
      #expect((outcome.status != 0 && outcome.stdout == "") != Runtime.isCrun, "crun 1.8 begins there: \(outcome)")
    }

    @Test func oneThatTheUserMayNotEnterIsRefused() throws {
      let bundle = try Self.bundle("/closed/in")
      bundle.setUser(uid: 1000, gid: 1000)
      try File.makeDirectory("\(bundle.rootfs)/closed/in")
      expectSuccess(try Spawned.run(["chmod", "700", "\(bundle.rootfs)/closed"]))
      let outcome = try Runtime().run(bundle)
      // As the process is given CAP_DAC_OVERRIDE while it is set up, it may well begin there.
      #expect(outcome.status != 0 || outcome.stdout == "/closed/in\n", "\(outcome)")
    }
  }
}
