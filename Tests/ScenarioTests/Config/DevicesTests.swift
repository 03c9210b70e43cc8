import Foundation
import Testing

extension Scenarios {
  /// `linux.devices`, the default devices and the links in /dev: config-linux.md "Devices".
  @Suite struct Devices {
    static func stat(_ paths: [String]) -> String { "stat -c '%n %F %t:%T %a %u:%g' \(paths.joined(separator: " "))" }

    @Test func theDefaultOnesAreThere() throws {
      let text = try output(ofShell: Self.stat(["null", "zero", "full", "random", "urandom", "tty"].map { "/dev/\($0)" }))
      let wanted = [("null", "1:3"), ("zero", "1:5"), ("full", "1:7"), ("random", "1:8"), ("urandom", "1:9"), ("tty", "5:0")]
      #expect(text == wanted.map { "/dev/\($0.0) character special file \($0.1) 666 0:0\n" }.joined())
    }

    @Test func theyWork() throws {
      let outcome = try Runtime().run(
        try Bundle(
          shell: """
            echo x > /dev/null; cat /dev/null; head -c 2 /dev/zero | od -An -tx1
            head -c 5 /dev/random | wc -c; echo y > /dev/full
            """))
      #expect(outcome.stdout == " 00 00\n5\n")
      #expect(outcome.stderr.contains("No space left on device"))
    }

    @Test func theLinksAreThere() throws {
      let text = try output(ofShell: "for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done; echo out >> /dev/stdout")
      #expect(text == "/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx\nout\n")
    }

    @Test func theMultiplexerMakesTerminalsOfTheContainer() throws {
      let text = try output(
        ofShell: "ls /dev/pts; exec 7<>/dev/ptmx && ls /dev/pts; stat -c '%a' /dev/pts/ptmx; cat /proc/mounts | grep -c devpts")
      #expect(text == "ptmx\n0\nptmx\n666\n1\n")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun adds a console")) func nothingElseIsInDev() throws {
      let names = try output(of: Bundle(["ls", "/dev"])).split(separator: "\n").map(String.init)
      #expect(
        names == [
          "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero",
        ]
          || (Runtime.isRunc && names.contains("core")), "\(names)")
    }

    @Test func aListedOneIsMade() throws {
      let bundle = try Bundle(shell: Self.stat(["/dev/my-char", "/dev/my-block", "/dev/my-fifo", "/dev/sub/dir/u", "/outside"]))
      bundle.config["linux.devices"] = [
        ["path": "/dev/my-char", "type": "c", "major": 10, "minor": 229, "fileMode": 438, "uid": 1, "gid": 2],
        ["path": "/dev/my-block", "type": "b", "major": 7, "minor": 300, "fileMode": 384, "uid": 1000, "gid": 0],
        ["path": "/dev/my-fifo", "type": "p", "fileMode": 400, "uid": 0, "gid": 0],
        ["path": "/dev/sub/dir/u", "type": "u", "major": 1, "minor": 3, "fileMode": 256, "uid": 0, "gid": 0],
        ["path": "/outside", "type": "c", "major": 1, "minor": 5, "fileMode": 292, "uid": 0, "gid": 0],
      ]
      let text = try output(of: bundle)
      let wanted = [
        "/dev/my-char character special file a:e5 666 1:2", "/dev/my-block block special file 7:12c 600 1000:0",
        "/dev/my-fifo fifo 0:0 620 0:0", "/dev/sub/dir/u character special file 1:3 400 0:0",
        "/outside character special file 1:5 444 0:0",
      ]
      #expect(text.split(separator: "\n").map(String.init) == wanted)
    }

    @Test func theModeIsNotTheUmasks() throws {
      let bundle = try Bundle(shell: Self.stat(["/dev/all"]))
      bundle.config["linux.devices"] = [
        ["path": "/dev/all", "type": "c", "major": 1, "minor": 3, "fileMode": 511, "uid": 0, "gid": 0]
      ]
      let outcome = try Runtime().run(bundle, wrapper: ["sh", "-c", "umask 077; exec \"$@\"", "sh"])
      #expect(outcome.stdout == "/dev/all character special file 1:3 777 0:0\n", "\(outcome)")
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun keeps its own"),
      .disabled(if: Runtime.isOldRunc, "runc 1.1 then finds its own /dev/null denied")) func aListedOneReplacesADefault()
      throws
    {
      let bundle = try Bundle(shell: Self.stat(["/dev/null"]))
      bundle.config["linux.devices"] = [
        ["path": "/dev/null", "type": "c", "major": 1, "minor": 3, "fileMode": 438, "uid": 7, "gid": 8]
      ]
      #expect(try output(of: bundle) == "/dev/null character special file 1:3 666 7:8\n")
    }

    @Test func oneThatIsThereAlreadyAndMatchesIsTaken() throws {
      let bundle = try Bundle(["head", "-c", "3", "/node"])
      expectSuccess(try Spawned.run(["mknod", "\(bundle.rootfs)/node", "c", "1", "5"]))
      bundle.config["linux.devices"] = [
        ["path": "/node", "type": "c", "major": 1, "minor": 5, "fileMode": 438, "uid": 0, "gid": 0]
      ]
      #expect(try output(of: bundle) == "\0\0\0")
    }

    /// "If a file already exists at path that does not match the requested device, the runtime MUST generate an error."
    @Test(
      .disabled(if: Runtime.isOldRunc || Runtime.isCrun, "they take whatever is there"),
      arguments: [["mknod", "c", "1", "3"], ["mknod", "b", "1", "5"], ["touch"], ["mkdir"]])
    func oneThatDoesNotMatchIsRefused(make: [String]) throws {
      let bundle = try Bundle()
      expectSuccess(try Spawned.run([make[0], "\(bundle.rootfs)/node"] + make.dropFirst()))
      bundle.config["linux.devices"] = [
        ["path": "/node", "type": "c", "major": 1, "minor": 5, "fileMode": 438, "uid": 0, "gid": 0]
      ]
      expectApusSays("/node", try refusal(of: bundle))
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 makes nothing through a dangling link")) func aLinkInItsPathStaysInTheRoot()
      throws
    {
      let outside = try TemporaryDirectory()
      let bundle = try Bundle(shell: Self.stat(["/link/node"]))
      expectSuccess(try Spawned.run(["ln", "-s", outside.path, "\(bundle.rootfs)/link"]))
      bundle.config["linux.devices"] = [
        ["path": "/link/node", "type": "c", "major": 1, "minor": 3, "fileMode": 438, "uid": 0, "gid": 0]
      ]
      _ = try output(of: bundle)
      #expect(File.names(in: outside.path).isEmpty, "it was made on the host")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes it")) func aTypeThatDoesNotExistIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.devices"] = [["path": "/dev/x", "type": "q", "major": 1, "minor": 3]]
      _ = try refusal(of: bundle)
    }

    @Test(.enabled(if: Runtime.isApus, "peers make it in the working directory")) func aRelativePathIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.devices"] = [["path": "dev/x", "type": "c", "major": 1, "minor": 3]]
      expectFailure(try refusal(of: bundle), saying: "linux.devices[0].path")
    }

    @Test(.enabled(if: Runtime.isApus, "peers cut it")) func aModeWrittenAsIfItWereOctalIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.devices"] = [["path": "/dev/x", "type": "c", "major": 1, "minor": 3, "fileMode": 666]]
      expectFailure(try refusal(of: bundle), saying: "linux.devices[0].fileMode")
    }

    /// A /dev of the host's that is bound into the container is the host's affair.
    @Test func aBoundDevIsLeftAlone() throws {
      let bundle = try Bundle(shell: "ls /dev")
      let dev = "\(bundle.directory.path)/dev"
      try File.makeDirectory(dev)
      try File.write("", to: "\(dev)/only-this")
      expectSuccess(try Spawned.run(["mknod", "-m", "666", "\(dev)/null", "c", "1", "3"]))
      bundle.config["mounts"] = .array(
        bundle.config["mounts"]?.array?.filter { !($0["destination"]?.string?.hasPrefix("/dev") ?? false) } ?? [])
      bundle.addBind(dev, on: "/dev", ["bind"])
      bundle.config["linux.maskedPaths"] = []
      _ = try output(of: bundle)
      #expect(File.names(in: dev) == ["null", "only-this"])
    }
  }

  /// `linux.resources.devices`: what may be opened, decided by a program of the cgroup.
  @Suite(.disabled(if: Runtime.isCrun && !Host.holds(capability: 24), "crun wants CAP_SYS_RESOURCE for it")) struct DeviceRules {
    static func bundle(_ line: String, _ rules: Value) throws -> Bundle {
      let bundle = try Bundle(shell: line)
      bundle.setCapabilities(["CAP_MKNOD", "CAP_SYSLOG"])
      bundle.config["linux.resources.devices"] = rules
      return bundle
    }

    /// A device that every kernel has and no container has by default; its reader needs CAP_SYSLOG.
    static let kmsg = "mknod /kmsg c 1 11; head -c 0 /kmsg && echo opened"

    @Test func aDeviceThatIsNotAllowedCannotBeOpened() throws {
      let outcome = try Runtime().run(try Self.bundle(Self.kmsg, [["allow": false, "access": "rwm"]]))
      #expect(outcome.stdout == "" && outcome.stderr.contains("Operation not permitted"), "\(outcome)")
    }

    @Test func theDefaultListWorks() throws {
      let text = try output(
        of: Self.bundle(
          """
          for d in null zero full random urandom; do : < /dev/$d && : > /dev/$d && echo $d; done
          : <> /dev/ptmx && echo ptmx; mknod /tun c 10 200 && echo made
          """,
          [["allow": false, "access": "rwm"]]))
      #expect(text == "null\nzero\nfull\nrandom\nurandom\nptmx\nmade\n")
    }

    @Test func anAllowedOneCanBeOpened() throws {
      let rules: Value = [
        ["allow": false, "access": "rwm"], ["allow": true, "type": "c", "major": 1, "minor": 11, "access": "r"],
      ]
      #expect(try output(of: Self.bundle(Self.kmsg, rules)) == "opened\n")
    }

    @Test func onlyAsItIsAllowed() throws {
      let rules: Value = [
        ["allow": false, "access": "rwm"], ["allow": true, "type": "c", "major": 1, "minor": 11, "access": "w"],
      ]
      let outcome = try Runtime().run(try Self.bundle(Self.kmsg, rules))
      #expect(outcome.stdout == "" && outcome.stderr.contains("Operation not permitted"), "\(outcome)")
    }

    @Test(.disabled(if: Runtime.isRunc, "runc lets no rule take back a part of another")) func aLaterRuleCounts() throws {
      let rules: Value = [
        ["allow": false, "access": "rwm"], ["allow": true, "type": "c", "major": 1, "access": "rwm"],
        ["allow": false, "type": "c", "major": 1, "minor": 11, "access": "rwm"],
      ]
      let outcome = try Runtime().run(try Self.bundle(Self.kmsg, rules))
      #expect(outcome.stdout == "" && outcome.stderr.contains("Operation not permitted"), "\(outcome)")
    }

    @Test func aWholeMajorNumberCanBeAllowed() throws {
      let rules: Value = [["allow": false, "access": "rwm"], ["allow": true, "type": "c", "major": 1, "access": "rwm"]]
      #expect(try output(of: Self.bundle(Self.kmsg, rules)) == "opened\n")
    }

    @Test func everythingCanBeAllowed() throws {
      #expect(try output(of: Self.bundle(Self.kmsg, [["allow": true, "access": "rwm"]])) == "opened\n")
    }

    @Test func aNodeOfADeniedDeviceCanBeMadeButNotOpened() throws {
      let outcome = try Runtime().run(
        try Self.bundle("mknod /b b 7 0 && echo made; head -c 0 /b || echo no", [["allow": false, "access": "rwm"]]))
      #expect(outcome.stdout == "made\nno\n" && outcome.stderr.contains("Operation not permitted"), "\(outcome)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes it")) func anEmptyAccessIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.resources.devices"] = [["allow": true, "type": "c", "major": 1, "minor": 3, "access": ""]]
      expectFailure(try refusal(of: bundle), saying: "field cannot be empty")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes it")) func anUnknownTypeIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.resources.devices"] = [["allow": true, "type": "x", "major": 1, "minor": 3, "access": "r"]]
      _ = try refusal(of: bundle)
    }
  }
}
