import Foundation
import Testing

extension Scenarios {
  /// `annotations` that change what a runtime does. They are those of crun.
  @Suite(.disabled(if: Runtime.isRunc, "runc knows none of them")) struct CrunAnnotations {
    @Test func theOutputOfHooksIsAppendedToFiles() throws {
      let bundle = try Hooks.bundle { kind, _ in "echo \(kind); echo no \(kind) >&2" }
      let directory = try TemporaryDirectory()
      let (out, errors) = ("\(directory.path)/out", "\(directory.path)/errors")
      bundle.config["annotations"] = ["run.oci.hooks.stdout": .string(out), "run.oci.hooks.stderr": .string(errors)]
      try File.write("before\n", to: out)
      try withContainer(bundle) { container in
        try container.startAndFinish()
        expectSuccess(try container.runtime("delete", container.id))
      }
      #expect(File.text(out) == "before\n" + Hooks.kinds.map { "\($0)\n" }.joined())
      #expect(File.text(errors) == Hooks.kinds.map { "no \($0)\n" }.joined())
    }

    @Test func theFilesOfHooksDoNotReachTheProgram() throws {
      let bundle = try Bundle(["ls", "/proc/self/fd"])
      bundle.config["hooks.startContainer"] = [Hooks.shell("true")]
      let directory = try TemporaryDirectory()
      bundle.config["annotations"] = ["run.oci.hooks.stdout": .string("\(directory.path)/out")]
      try withContainer(bundle) { container in
        try container.startAndFinish()
        #expect(container.stdout == "0\n1\n2\n3\n")
      }
    }

    @Test(.enabled(if: Runtime.isApus, "crun finds it out when a hook runs"))
    func aFileForHooksThatCannotBeOpenedIsRefused() throws {
      let bundle = try Hooks.bundle { _, _ in "true" }
      bundle.config["annotations"] = ["run.oci.hooks.stderr": "/no/such/directory/file"]
      try expectRefusal(of: bundle, saying: "/no/such/directory/file")
      bundle.config["annotations"] = ["run.oci.hooks.stderr": "relative"]
      try expectRefusal(of: bundle, saying: "run.oci.hooks.stderr")
    }

    @Test func aReceiverGetsAPidfd() throws {
      let bundle = try Bundle(["true"])
      let socket = try DescriptorSocket(path: "\(bundle.directory.path)/receiver")
      bundle.config["annotations"] = ["run.oci.pidfd_receiver": .string(socket.path)]
      expectSuccess(try Runtime().run(bundle))
      let message = try socket.receive()
      #expect(message.descriptors.count == 1)
      for descriptor in message.descriptors { close(descriptor) }
    }

    /// Its effect is to be seen with SELinux only: MountLabelTests.
    @Test(.enabled(if: Runtime.isApus, "crun 1.8 takes anything"))
    func anUnknownOptionForMountLabelsIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["annotations"] = ["run.oci.mount_context_type": "fscontext"]
      expectSuccess(try Runtime().run(bundle))
      bundle.config["annotations"] = ["run.oci.mount_context_type": "noexec"]
      try expectRefusal(of: bundle, saying: "run.oci.mount_context_type", "rootcontext")
    }

    @Test(
      .enabled(if: Runtime.isApus, "crun honours them"),
      arguments: ["run.oci.handler", "run.oci.seccomp.receiver", "module.wasm.image/variant"])
    func oneThatMeansNothingHereIsAWarning(name: String) throws {
      let bundle = try Bundle()
      bundle.config["annotations"] = .object([name: "krun"])
      let outcome = try Runtime().run(bundle)
      expectSuccess(outcome)
      #expect(outcome.stderr.contains(name) && outcome.stderr.contains("no effect"), "\(outcome)")
      bundle.config["annotations"] = ["io.kubernetes.cri.container-type": "sandbox", "org.example": "x"]
      #expect(try Runtime().run(bundle).stderr == "")
    }
  }

  /// Words for binds that are crun's; podman has the first of them for `no-dereference`.
  @Suite(.disabled(if: Runtime.isRunc, "runc knows none of them"), .disabled(if: Runtime.isCrun, "crun 1.8 does not either"))
  struct LinksInMounts {
    /// A directory of the host with `file`, and `link` that leads to it.
    private func withLink(_ body: (_ directory: String) throws -> Void) throws {
      let directory = try TemporaryDirectory()
      try File.write("of the host\n", to: "\(directory.path)/file")
      #expect(symlink("file", "\(directory.path)/link") == 0)
      try body(directory.path)
    }

    @Test(arguments: [false, true]) func aLinkIsMadeAnew(exists: Bool) throws {
      try withLink { directory in
        let bundle = try Bundle(shell: "readlink /made/here/link; cat /made/here/link; grep -c /made /proc/self/mountinfo")
        bundle.addBind("\(directory)/link", on: "/made/here/link", ["bind", "copy-symlink"])
        try File.makeDirectory("\(bundle.rootfs)/made/here")
        try File.write("of the image\n", to: "\(bundle.rootfs)/made/here/file")
        if exists { #expect(symlink("file", "\(bundle.rootfs)/made/here/link") == 0) }
        #expect(try Runtime().run(bundle).stdout == "file\nof the image\n0\n")
      }
    }

    @Test func aLinkThatLeadsElsewhereIsLeftAlone() throws {
      try withLink { directory in
        let bundle = try Bundle()
        bundle.addBind("\(directory)/link", on: "/mnt/link", ["bind", "copy-symlink"])
        #expect(symlink("/elsewhere", "\(bundle.rootfs)/mnt/link") == 0)
        try expectRefusal(of: bundle, saying: "/mnt/link", "File exists")
        #expect(File.link("\(bundle.rootfs)/mnt/link") == "/elsewhere")
      }
    }

    @Test(arguments: ["copy-symlink", "src-nofollow"]) func whatIsNoLinkIsBound(word: String) throws {
      try withLink { directory in
        let bundle = try Bundle(["cat", "/mnt/here"])
        bundle.addBind("\(directory)/file", on: "/mnt/here", ["bind", word])
        #expect(try output(of: bundle) == "of the host\n")
      }
    }

    @Test func theLinkItselfIsBound() throws {
      try withLink { directory in
        let bundle = try Bundle(shell: "readlink /mnt/link; grep -c ' /mnt/link ' /proc/self/mountinfo; cat /mnt/link")
        bundle.addBind("\(directory)/link", on: "/mnt/link", ["bind", "src-nofollow"])
        try File.write("of the image\n", to: "\(bundle.rootfs)/mnt/file")
        #expect(try output(of: bundle) == "file\n1\nof the image\n")
      }
    }

    @Test func aMountGoesOnALink() throws {
      try withLink { directory in
        let bundle = try Bundle(shell: "cat /mnt/link /etc/target; test -L /mnt/link || echo no link")
        try File.write("of the image\n", to: "\(bundle.rootfs)/etc/target")
        #expect(symlink("/etc/target", "\(bundle.rootfs)/mnt/link") == 0)
        bundle.addBind("\(directory)/file", on: "/mnt/link", ["bind", "dest-nofollow"])
        #expect(try output(of: bundle) == "of the host\nof the image\nno link\n")
      }
    }

    @Test(arguments: ["copy-symlink", "src-nofollow"]) func aFileSystemHasNoLinkToCopy(word: String) throws {
      let bundle = try Bundle()
      bundle.addMount("/mnt", type: "tmpfs", source: "tmpfs", [word])
      try expectRefusal(of: bundle, saying: word)
    }
  }
}
