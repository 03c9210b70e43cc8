import Foundation
import Testing

extension Scenarios {
  /// `mounts`: what is mounted where. Their options have files of their own.
  @Suite struct Mounts {
    /// A directory of the host to be bound: `file` and `sub/inner` in it.
    static func source(_ bundle: Bundle, _ name: String = "source") throws -> String {
      let path = "\(bundle.directory.path)/\(name)"
      try File.makeDirectory("\(path)/sub")
      try File.write("from the host\n", to: "\(path)/file")
      try File.write("inner\n", to: "\(path)/sub/inner")
      return path
    }

    @Test func aDirectoryIsBound() throws {
      let bundle = try Bundle(shell: "cat /mnt/file /mnt/sub/inner; echo back > /mnt/written")
      let source = try Self.source(bundle)
      bundle.addBind(source, on: "/mnt")
      #expect(try output(of: bundle) == "from the host\ninner\n")
      #expect(File.text("\(source)/written") == "back\n")
    }

    @Test func aFileIsBound() throws {
      let bundle = try Bundle(shell: "cat /etc/hosts; test -f /etc/hosts && echo 127.0.0.1 me >> /etc/hosts")
      let source = try Self.source(bundle)
      bundle.addBind("\(source)/file", on: "/etc/hosts")
      #expect(try output(of: bundle) == "from the host\n")
      #expect(File.text("\(source)/file") == "from the host\n127.0.0.1 me\n")
    }

    @Test func aDeviceIsBound() throws {
      let bundle = try Bundle(shell: "test -c /mnt/node && head -c 3 /mnt/node | wc -c")
      bundle.addBind("/dev/zero", on: "/mnt/node")
      #expect(try output(of: bundle) == "3\n")
    }

    /// The type says nothing where the options say bind: "none", "", or none at all.
    @Test(arguments: ["none", "bind", "", nil, "ext4"] as [String?])
    func aBindIsWhatTheOptionsSay(type: String?) throws {
      let bundle = try Bundle(["cat", "/mnt/file"])
      bundle.addMount("/mnt", type: type, source: try Self.source(bundle), ["bind"])
      #expect(try output(of: bundle) == "from the host\n")
    }

    @Test func aRelativeSourceIsTheBundles() throws {
      let bundle = try Bundle(["cat", "/mnt/file"])
      try File.makeDirectory("\(bundle.path)/data")
      try File.write("of the bundle\n", to: "\(bundle.path)/data/file")
      bundle.addBind("data", on: "/mnt")
      #expect(try output(of: bundle) == "of the bundle\n")
    }

    @Test func aBindIsWithoutWhatIsMountedBelow() throws {
      let bundle = try Bundle(shell: "ls /mnt/sub")
      let source = try Self.source(bundle)
      try withHostTmpfs(at: "\(source)/sub") {
        try File.write("", to: "\(source)/sub/on-tmpfs")
        bundle.addBind(source, on: "/mnt")
        #expect(try output(of: bundle) == "inner\n")
      }
    }

    @Test func anRbindIsWithWhatIsMountedBelow() throws {
      let bundle = try Bundle(shell: "ls /mnt/sub")
      let source = try Self.source(bundle)
      try withHostTmpfs(at: "\(source)/sub") {
        try File.write("", to: "\(source)/sub/on-tmpfs")
        bundle.addBind(source, on: "/mnt", ["rbind"])
        #expect(try output(of: bundle) == "on-tmpfs\n")
      }
    }

    @Test func aReadonlyBindIsReadonlyInsideOnly() throws {
      let bundle = try Bundle(shell: "cat /mnt/file; echo x > /mnt/file; echo y > /mnt/new")
      let source = try Self.source(bundle)
      bundle.addBind(source, on: "/mnt", ["bind", "ro"])
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "from the host\n" && outcome.status == 1)
      #expect(outcome.stderr.components(separatedBy: "Read-only file system").count == 3, "\(outcome)")
      try File.write("still mine\n", to: "\(source)/file")
    }

    @Test func theOrderIsTheLists() throws {
      let bundle = try Bundle(shell: "cat /mnt/file; ls /mnt/sub")
      let first = try Self.source(bundle, "first")
      let second = try Self.source(bundle, "second")
      try File.write("second\n", to: "\(second)/file")
      bundle.addBind(first, on: "/mnt")
      bundle.addBind(second, on: "/mnt")
      bundle.addMount("/mnt/sub", type: "tmpfs", source: "tmpfs")
      #expect(try output(of: bundle) == "second\n")
    }

    @Test func aLaterMountMayLieInAnEarlierOne() throws {
      let bundle = try Bundle(shell: "cat /a/b/c/file; ls /a/b")
      let source = try Self.source(bundle)
      bundle.addMount("/a", type: "tmpfs", source: "tmpfs")
      bundle.addMount("/a/b", type: "tmpfs", source: "tmpfs")
      bundle.addBind(source, on: "/a/b/c")
      #expect(try output(of: bundle) == "from the host\nc\n")
    }

    /// Deprecated, but it "MUST be interpreted as relative to /".
    @Test func aRelativeDestinationIsTakenFromTheRoot() throws {
      let bundle = try Bundle(["cat", "/mnt/here/file"])
      bundle.addBind(try Self.source(bundle), on: "mnt/here")
      #expect(try output(of: bundle) == "from the host\n")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun makes it for its owner only")) func aMissingDestinationIsMade() throws {
      let bundle = try Bundle(shell: "cat /made/for/dir/file /made/for/file; stat -c '%a %u:%g' /made /made/for")
      let source = try Self.source(bundle)
      bundle.addBind(source, on: "/made/for/dir")
      bundle.addBind("\(source)/file", on: "/made/for/file")
      #expect(try output(of: bundle) == "from the host\nfrom the host\n755 0:0\n755 0:0\n")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 makes nothing through a dangling link"))
    func aDestinationThroughALinkStaysInTheRoot() throws {
      let outside = try TemporaryDirectory()
      for target in [outside.path, "../../../../../../../..\(outside.path)"] {
        let bundle = try Bundle(["cat", "\(outside.path)/sub/file"])
        expectSuccess(try Spawned.run(["ln", "-s", target, "\(bundle.rootfs)/link"]))
        bundle.addBind(try Self.source(bundle), on: "/link/sub")
        #expect(try output(of: bundle) == "from the host\n")
        #expect(File.names(in: outside.path).isEmpty, "it was made on the host")
      }
    }

    /// An image may have `/var/run -> /run` and no `/run`.
    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 makes nothing through a dangling link"))
    func aDanglingLinkInTheDestinationIsFollowedInTheRoot() throws {
      let bundle = try Bundle(shell: "cat /gone/away/file; readlink /link")
      expectSuccess(try Spawned.run(["ln", "-s", "/gone/away", "\(bundle.rootfs)/link"]))
      bundle.addBind(try Self.source(bundle), on: "/link")
      #expect(try output(of: bundle) == "from the host\n/gone/away\n")
      #expect(!File.exists("/gone"))
    }

    @Test func aDestinationAboveTheRootStaysInIt() throws {
      let outside = try TemporaryDirectory()
      let bundle = try Bundle(["cat", "\(outside.path)/file"])
      bundle.addBind(try Self.source(bundle), on: "/../../../..\(outside.path)")
      #expect(try output(of: bundle) == "from the host\n")
      #expect(File.names(in: outside.path).isEmpty, "it was mounted on the host")
    }

    @Test func aLoopOfLinksIsRefused() throws {
      let bundle = try Bundle()
      expectSuccess(try Spawned.run(["ln", "-s", "/loop", "\(bundle.rootfs)/loop"]))
      bundle.addBind(try Self.source(bundle), on: "/loop/sub")
      _ = try refusal(of: bundle)
    }

    @Test func aTmpfsHasItsSizeAndMode() throws {
      let bundle = try Bundle(
        shell: """
          stat -c '%a %u:%g' /scratch; df -k /scratch | tail -1
          head -c 200k /dev/zero > /scratch/big 2>/dev/null; stat -c %s /scratch/big
          """)
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["size=128k", "mode=1757", "uid=1000", "gid=2000"])
      let outcome = try Runtime().run(bundle)
      let lines = outcome.stdout.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
      #expect(lines.first == ["1757", "1000:2000"])
      #expect(lines.count == 3 && lines[1].dropFirst().first == "128", "\(outcome)")
      #expect(lines.last == ["131072"], "\(outcome)")
    }

    @Test func theSourceOfAFileSystemIsItsName() throws {
      let bundle = try Bundle()
      bundle.addMount("/scratch", type: "tmpfs", source: "some-name")
      let line = try mounts(of: bundle).top(at: "/scratch")
      #expect(line.description.contains(" - tmpfs some-name "), "\(line)")
    }

    @Test func aWordNoFileSystemKnowsIsRefused() throws {
      let bundle = try Bundle()
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["no-such-option=1"])
      let outcome = try refusal(of: bundle)
      expectApusSays("/scratch", outcome)
      expectApusSays("no-such-option", outcome)
    }

    @Test(.disabled(if: Runtime.isCrun || Runtime.isOldRunc, "they hand it to the kernel, which ignores it"))
    func aBindWithDataIsRefused() throws {
      let bundle = try Bundle()
      bundle.addBind(try Self.source(bundle), on: "/mnt", ["bind", "size=10k"])
      expectFailure(try refusal(of: bundle), saying: "bind mounts cannot have any filesystem-specific options applied")
    }

    @Test func anUnknownTypeIsRefused() throws {
      let bundle = try Bundle()
      bundle.addMount("/mnt", type: "no-such-fs", source: "none")
      let outcome = try refusal(of: bundle)
      if !Runtime.isCrun { expectFailure(outcome, saying: "/mnt") }
      expectApusSays("no-such-fs", outcome)
    }

    @Test func aMissingSourceIsRefused() throws {
      let bundle = try Bundle()
      bundle.addBind("\(bundle.directory.path)/none", on: "/mnt")
      expectFailure(try refusal(of: bundle), saying: "\(bundle.directory.path)/none", "o such file or directory")
    }

    @Test func aFileOnADirectoryIsRefused() throws {
      let bundle = try Bundle()
      bundle.addBind("\(try Self.source(bundle))/file", on: "/mnt")
      expectApusSays("/mnt", try refusal(of: bundle))
    }

    @Test func aDirectoryOnAFileIsRefused() throws {
      let bundle = try Bundle()
      bundle.addBind(try Self.source(bundle), on: "/etc/passwd")
      expectApusSays("/etc/passwd", try refusal(of: bundle))
    }

    /// What an engine may do after `create`: the container does not notice.
    @Test func aSourceThatVanishesAfterCreateIsStillThere() throws {
      let bundle = try Bundle(["cat", "/mnt/file"])
      let source = try Self.source(bundle)
      bundle.addBind(source, on: "/mnt")
      try withContainer(bundle) { container in
        expectSuccess(try Spawned.run(["mv", source, "\(source)-moved"]))
        try container.startAndFinish()
        #expect(container.stdout == "from the host\n")
      }
    }
  }
}
