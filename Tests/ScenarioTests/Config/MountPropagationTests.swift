import Foundation
import Testing

extension Scenarios {
  /// `shared`, `slave`, `private`, `unbindable` and their recursive forms among `mounts[].options`.
  @Suite struct MountPropagation {
    /// What mountinfo says of a bind of a host directory, itself shared, and of a mount below it.
    static func propagation(_ words: [String], rootfs: String? = nil) throws -> (top: [String], below: [String]) {
      let bundle = try Bundle()
      if let rootfs { bundle.config["linux.rootfsPropagation"] = .string(rootfs) }
      let source = "\(bundle.directory.path)/source"
      return try withHostTmpfs(at: source, propagation: "shared") {
        try withHostTmpfs(at: "\(source)/below", propagation: "shared") {
          bundle.addBind(source, on: "/mnt", words)
          let lines = try mounts(of: bundle)
          return try (lines.top(at: "/mnt").propagation, lines.top(at: "/mnt/below").propagation)
        }
      }
    }

    static func isShared(_ fields: [String]) -> Bool { fields.contains { $0.hasPrefix("shared:") } }
    static func isSlave(_ fields: [String]) -> Bool { fields.contains { $0.hasPrefix("master:") } }

    @Test(.disabled(if: Runtime.isCrun, "crun makes it private")) func withoutAWordItIsASlaveOfTheHosts() throws {
      let found = try Self.propagation(["rbind"])
      #expect(Self.isSlave(found.top) && !Self.isShared(found.top), "\(found)")
      #expect(Self.isSlave(found.below) && !Self.isShared(found.below), "\(found)")
    }

    @Test func rprivateIsApart() throws {
      let found = try Self.propagation(["rbind", "rprivate"])
      #expect(found.top.isEmpty && found.below.isEmpty, "\(found)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun makes the rest private")) func privateIsApartAtTheTopOnly() throws {
      let found = try Self.propagation(["rbind", "private"])
      #expect(found.top.isEmpty && Self.isSlave(found.below), "\(found)")
    }

    @Test func rslaveIsASlave() throws {
      let found = try Self.propagation(["rbind", "rslave"], rootfs: "slave")
      #expect(Self.isSlave(found.top) && !Self.isShared(found.top), "\(found)")
      #expect(Self.isSlave(found.below) && !Self.isShared(found.below), "\(found)")
    }

    @Test func rsharedIsShared() throws {
      let found = try Self.propagation(["rbind", "rshared"], rootfs: "shared")
      #expect(Self.isShared(found.top) && Self.isShared(found.below), "\(found)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 sets it before it makes the root private")) func sharedIsSharedAtTheTop() throws
    {
      let found = try Self.propagation(["rbind", "shared"], rootfs: "rslave")
      #expect(Self.isShared(found.top) && !Self.isShared(found.below), "\(found)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 sets it before it makes the root private")) func runbindableIsUnbindable()
      throws
    {
      let found = try Self.propagation(["rbind", "runbindable"])
      #expect(found.top == ["unbindable"] && found.below == ["unbindable"], "\(found)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 sets it before it makes the root private"))
    func unbindableIsUnbindableAtTheTop() throws {
      let found = try Self.propagation(["rbind", "unbindable"])
      #expect(found.top == ["unbindable"] && found.below != ["unbindable"], "\(found)")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 sets it before it makes the root private")) func ofAFileSystemToo() throws {
      let bundle = try Bundle()
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["shared"])
      #expect(Self.isShared(try mounts(of: bundle).top(at: "/scratch").propagation))
    }

    // MARK: What it is good for

    /// Mounts on the host after the start; says whether the container sees it.
    static func seesLaterMount(_ words: [String], rootfs: String? = nil) throws -> Bool {
      let bundle = try Bundle(["sleep", "100"])
      if let rootfs { bundle.config["linux.rootfsPropagation"] = .string(rootfs) }
      let source = "\(bundle.directory.path)/source"
      return try withHostTmpfs(at: source, propagation: "shared") {
        bundle.addBind(source, on: "/mnt", words)
        return try withRunningContainer(bundle) { container in
          let pid = try container.pid
          return try withHostTmpfs(at: "\(source)/later") {
            MountLine.parse(File.text("/proc/\(pid)/mountinfo")).contains { $0.mountPoint == "/mnt/later" }
          }
        }
      }
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun makes the root private first"),
      arguments: [["rbind"], ["rbind", "rslave"], ["bind", "slave"]]) func aSlaveSeesALaterMountOfTheHost(words: [String])
      throws
    {
      #expect(try Self.seesLaterMount(words))
    }

    @Test(arguments: [["rbind", "rprivate"], ["bind", "private"]]) func aPrivateOneDoesNot(words: [String]) throws {
      #expect(try !Self.seesLaterMount(words))
    }

    /// Mounts in the container; says whether the host sees it.
    static func hostSeesMount(_ words: [String], rootfs: String?) throws -> Bool {
      let bundle = try Bundle(shell: "mount -t tmpfs inside /mnt/inner && echo mounted && sleep 100")
      bundle.setCapabilities(["CAP_SYS_ADMIN"])
      if let rootfs { bundle.config["linux.rootfsPropagation"] = .string(rootfs) }
      let source = "\(bundle.directory.path)/source"
      return try withHostTmpfs(at: source, propagation: "shared") {
        try File.makeDirectory("\(source)/inner")
        bundle.addBind(source, on: "/mnt", words)
        return try withRunningContainer(bundle) { container in
          try Harness.waitUntil("it has mounted") { container.stdout == "mounted\n" }
          let seen = Host.mountInfo().contains { $0.mountPoint == "\(source)/inner" }
          if seen { expectSuccess(try Spawned.run(["umount", "\(source)/inner"])) }
          return seen
        }
      }
    }

    @Test func aMountInASharedOneReachesTheHost() throws {
      #expect(try Self.hostSeesMount(["rbind", "rshared"], rootfs: "shared"))
    }

    @Test(arguments: [["rbind"], ["rbind", "rslave"], ["rbind", "rprivate"]])
    func aMountInAnotherOneDoesNot(words: [String]) throws {
      #expect(try !Self.hostSeesMount(words, rootfs: nil))
    }
  }

  /// `linux.rootfsPropagation`: of the root itself.
  @Suite struct RootfsPropagation {
    /// The propagation of `/` inside, when the root on the host is a mount of its own that is shared.
    static func propagation(_ value: String?) throws -> [String] {
      let bundle = try Bundle()
      if let value { bundle.config["linux.rootfsPropagation"] = .string(value) }
      expectSuccess(try Spawned.run(["mount", "--bind", bundle.rootfs, bundle.rootfs]))
      defer { _ = try? Spawned.run(["umount", "-l", bundle.rootfs]) }  // a mount that stays is found as left behind
      expectSuccess(try Spawned.run(["mount", "--make-shared", bundle.rootfs]))
      return try mounts(of: bundle).top(at: "/").propagation
    }

    @Test(
      .disabled(if: Runtime.isOldRunc, "runc 1.1 gives it to the namespace the root is taken from"),
      arguments: ["shared", "rshared"])
    func shared(value: String) throws {
      let found = try Self.propagation(value)
      #expect(MountPropagation.isShared(found), "\(found)")
    }

    @Test(arguments: ["slave", "rslave", nil] as [String?]) func slave(value: String?) throws {
      let found = try Self.propagation(value)
      #expect(!MountPropagation.isShared(found), "\(found)")
    }

    @Test(arguments: ["private", "rprivate"]) func `private`(value: String) throws {
      #expect(try Self.propagation(value) == [])
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun cannot bind it then"), .disabled(if: Runtime.isOldRunc, "as for shared"),
      arguments: ["unbindable", "runbindable"]) func unbindable(
        value: String
      ) throws
    {
      #expect(try Self.propagation(value) == ["unbindable"])
    }

    @Test(.disabled(if: Runtime.isCrun, "crun ignores it")) func anUnknownValueIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.rootfsPropagation"] = "everywhere"
      expectFailure(try refusal(of: bundle), saying: "rootfsPropagation")
    }
  }
}
