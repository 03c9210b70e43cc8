import Foundation
import Testing

extension Scenarios {
  /// `process.user`: config.md "POSIX-platform user".
  @Suite struct User {
    static func status(_ field: String, of text: String) -> [String] {
      let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
      return line.split(whereSeparator: \.isWhitespace).dropFirst().map(String.init)
    }

    @Test func theIDsAreAllFour() throws {
      let bundle = try Bundle(["cat", "/proc/self/status"])
      bundle.setUser(uid: 1000, gid: 1001)
      let text = try output(of: bundle)
      #expect(Self.status("Uid", of: text) == Array(repeating: "1000", count: 4))
      #expect(Self.status("Gid", of: text) == Array(repeating: "1001", count: 4))
      #expect(Self.status("Groups", of: text) == [])
    }

    @Test func theSupplementaryGroupsAreExactlyThese() throws {
      let bundle = try Bundle(["cat", "/proc/self/status"])
      bundle.setUser(uid: 1000, gid: 1000)
      bundle.config["process.user.additionalGids"] = [2000, 5, 60000]
      #expect(Self.status("Groups", of: try output(of: bundle)) == ["5", "2000", "60000"])
    }

    /// None of the caller's, and none of the image's /etc/group, which lists `guest` in `extra`.
    @Test(.enabled(if: Host.has(program: "setpriv"), "needs setpriv(1)")) func theCallersGroupsAreNotPassedOn() throws {
      let bundle = try Bundle(["cat", "/proc/self/status"])
      bundle.setUser(uid: 1000, gid: 1000)
      let outcome = try Runtime().run(bundle, wrapper: ["setpriv", "--groups", "4,24,27"])
      expectSuccess(outcome)
      #expect(Self.status("Groups", of: outcome.stdout) == [])
    }

    @Test func oneThatIsNotInPasswdWorks() throws {
      let bundle = try Bundle(shell: "id -u; id -g; echo $HOME")
      bundle.setUser(uid: 54321, gid: 12345)
      #expect(try output(of: bundle) == "54321\n12345\n" + (Runtime.isCrun ? "\n" : "/\n"), "crun sets no HOME then")
    }

    @Test(arguments: [(63, "0077"), (0, "0000"), (18, "0022"), (511, "0777")]) func theUmaskIsSet(umask: Int, shown: String)
      throws
    {
      let bundle = try Bundle(shell: "umask")
      bundle.config["process.user.umask"] = Value(umask)
      #expect(try output(of: bundle) == shown + "\n")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun leaves the caller's")) func withoutOneItIsTheUsual() throws {
      let outcome = try Runtime().run(try Bundle(shell: "umask"), wrapper: ["sh", "-c", "umask 007; exec \"$@\"", "sh"])
      #expect(outcome.stdout == "0022\n", "\(outcome)")
    }

    /// It may not become another by way of a set-user-id program with no_new_privs, and it may not read root's files.
    @Test func itHasTheRightsOfTheUserOnly() throws {
      let bundle = try Bundle(shell: "cat /etc/shadow; touch /new; touch /tmp/mine && stat -c %u:%g /tmp/mine")
      bundle.setUser(uid: 1000, gid: 1001)
      try File.write("secret\n", to: "\(bundle.rootfs)/etc/shadow", mode: 0o600)
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "1000:1001\n")
      #expect(outcome.stderr.components(separatedBy: "Permission denied").count == 3, "\(outcome)")
    }

    /// A working directory that only the user may enter.
    @Test func itsOwnDirectoryCanBeTheWorkingOne() throws {
      let bundle = try Bundle(["pwd"])
      bundle.setUser(uid: 1000, gid: 1000)
      bundle.config["process.cwd"] = "/home"
      expectSuccess(try Spawned.run(["sh", "-c", "chown 1000:1000 \(bundle.rootfs)/home && chmod 700 \(bundle.rootfs)/home"]))
      #expect(try output(of: bundle) == "/home\n")
    }

    @Test(.enabled(if: Runtime.isApus, "to peers it is -1, and they stay who they are"), arguments: ["uid", "gid"])
    func theNumberThatIsNoIDIsRefused(member: String) throws {
      let bundle = try Bundle()
      bundle.config["process.user.\(member)"] = 4_294_967_295
      expectFailure(try refusal(of: bundle), saying: "process.user.\(member)")
    }

    /// Podman's `--group-add keep-groups`.
    @Test(.disabled(if: Runtime.isRunc, "runc does not know the annotation"), arguments: [true, false])
    func anAnnotationKeepsTheCallersGroups(kept: Bool) throws {
      let bundle = try Bundle(["id", "-G"])
      if kept { bundle.config["annotations"] = ["run.oci.keep_original_groups": "1"] }
      let outcome = try Runtime().run(bundle, wrapper: ["setpriv", "--groups", "1234,5678"])
      expectSuccess(outcome)
      #expect(outcome.stdout == (kept ? "0 1234 5678\n" : "0\n"))
    }
  }
}
