import Foundation
import Testing

extension Scenarios {
  /// `process.apparmorProfile`. `conformance/lab/uml` has AppArmor.
  @Suite struct AppArmor {
    static let isOn = File.text("/sys/module/apparmor/parameters/enabled").hasPrefix("Y")

    static func bundle(_ profile: String, _ line: String = "true") throws -> Bundle {
      let bundle = try Bundle(shell: line)
      bundle.config["process.apparmorProfile"] = .string(profile)
      return bundle
    }

    /// A profile of a name of its own in the kernel, for the time of `body`.
    static func withProfile<R>(_ rules: String, _ body: (String) throws -> R) throws -> R {
      let directory = try TemporaryDirectory()
      let name = TemporaryDirectory.newID()
      let file = "\(directory.path)/profile"
      try File.write("profile \(name) flags=(attach_disconnected,mediate_deleted) {\n\(rules)\n}\n", to: file)
      expectSuccess(try Spawned.run(["apparmor_parser", "--replace", "--skip-cache", file]))
      defer { _ = try? Spawned.run(["apparmor_parser", "--remove", file]) }  // the profile alone stays, in no process
      return try body(name)
    }

    static let parserIsThere = Host.has(program: "apparmor_parser")

    @Test(.enabled(if: isOn && parserIsThere, "no AppArmor here, or no apparmor_parser")) func theProgramIsUnderTheProfile()
      throws
    {
      let rules = "  file,\n  signal,\n  capability,\n  deny /etc/group r,"
      try Self.withProfile(rules) { name in
        let bundle = try Self.bundle(
          name, "cat /proc/self/attr/current; cat /etc/passwd > /dev/null && echo fine; cat /etc/group")
        for noNewPrivileges in [true, false] {
          bundle.config["process.noNewPrivileges"] = .bool(noNewPrivileges)
          let outcome = try Runtime().run(bundle)
          #expect(outcome.stdout == "\(name) (enforce)\nfine\n", "\(outcome)")
          #expect(outcome.stderr.contains("/etc/group': Permission denied") || outcome.stderr.contains("Permission denied"))
        }
      }
    }

    @Test(.enabled(if: isOn, "no AppArmor here")) func unconfinedIsAProfileToo() throws {
      #expect(try output(of: Self.bundle("unconfined", "cat /proc/self/attr/current")) == "unconfined\n")
    }

    @Test(.enabled(if: isOn, "no AppArmor here")) func aProfileThatIsNotLoadedIsRefused() throws {
      let outcome = try refusal(of: Self.bundle("no-such-profile"))
      expectApusSays("the AppArmor profile no-such-profile is not loaded", outcome)
    }

    @Test(.disabled(if: isOn, "AppArmor is on here"), .disabled(if: Runtime.isCrun, "crun takes it"))
    func withoutAppArmorAProfileIsRefused() throws {
      let outcome = try refusal(of: Self.bundle("docker-default"))
      expectApusSays("apparmor profile docker-default is specified in config, but apparmor is disabled or not supported", outcome)
    }
  }

  /// `process.selinuxLabel` and `linux.mountLabel`, where there is no SELinux.
  @Suite(.disabled(if: File.exists("/sys/fs/selinux/enforce"), "SELinux is on here")) struct SELinux {
    @Test(.disabled(if: Runtime.isCrun, "crun takes it")) func aProcessLabelIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["process.selinuxLabel"] = "system_u:system_r:container_t:s0:c1,c2"
      expectFailure(
        try refusal(of: bundle), saying: "selinux label is specified in config, but selinux is disabled or not supported")
    }

    @Test(.disabled(if: Runtime.isRunc, "runc gives it to the first file system, which refuses it")) func aMountLabelIsLeftOut()
      throws
    {
      let bundle = try Bundle()
      bundle.config["linux.mountLabel"] = "system_u:object_r:container_file_t:s0:c1,c2"
      let outcome = try Runtime().run(bundle)
      expectSuccess(outcome)
      if Runtime.isApus { #expect(outcome.stderr.contains("warning: linux.mountLabel system_u:object_r"), "\(outcome)") }
    }

    @Test func anEmptyLabelIsNone() throws {
      let bundle = try Bundle()
      bundle.config["process.selinuxLabel"] = ""
      bundle.config["process.apparmorProfile"] = ""
      bundle.config["linux.mountLabel"] = ""
      _ = try output(of: bundle)
    }
  }
}
