import Foundation
import Testing

extension Scenarios {
  /// `mounts[].uidMappings` and `gidMappings`, the options `idmap` and `ridmap`.
  @Suite(
    .enabled(if: Host.kernelIsAtLeast(6, 3), "tmpfs, which every one of these is on, takes id mappings since Linux 6.3"),
    .disabled(if: Runtime.isOldRunc, "runc 1.1 has no id-mapped mounts"))
  struct IDMappedMounts {
    /// Ids 0 to 9 of the file system are 1000 to 1009 in the container, groups 2000 to 2009.
    static let users: Value = [["containerID": 0, "hostID": 1000, "size": 10]]
    static let groups: Value = [["containerID": 0, "hostID": 2000, "size": 10]]

    static func addMapped(
      _ bundle: Bundle, on destination: String, type: String = "bind", source: String, _ options: [String],
      users: Value? = users, groups: Value? = groups
    ) {
      bundle.addMount(destination, type: type, source: source, options)
      let last = (bundle.config["mounts"]?.array?.count ?? 1) - 1
      bundle.config["mounts.\(last).uidMappings"] = users
      bundle.config["mounts.\(last).gidMappings"] = groups
    }

    /// A tmpfs of the host with files of uid 0, 5 and 20, and another one mounted in it.
    private func withSource<R>(_ bundle: Bundle, _ body: (String) throws -> R) throws -> R {
      let source = "\(bundle.directory.path)/source"
      return try withHostTmpfs(at: source) {
        for id in [0, 5, 20] {
          try File.write("", to: "\(source)/\(id)")
          expectSuccess(try Spawned.run(["chown", "\(id):\(id)", "\(source)/\(id)"]))
        }
        return try withHostTmpfs(at: "\(source)/below") {
          try File.write("", to: "\(source)/below/0")
          return try body(source)
        }
      }
    }

    private func owner(_ path: String) -> [UInt32] {
      var status = stat()
      return lstat(path, &status) == 0 ? [status.st_uid, status.st_gid] : []
    }

    /// With or without the word: engines send the mappings alone.
    @Test(arguments: [["bind"], ["bind", "idmap"], ["bind", "ridmap"]])
    func ownersAreMapped(options: [String]) throws {
      let bundle = try Bundle(shell: "stat -c '%u:%g' /mnt/0 /mnt/5 /mnt/20; touch /mnt/new")
      bundle.setUser(uid: 1003, gid: 2004)
      try withSource(bundle) { source in
        chmod(source, 0o777)
        Self.addMapped(bundle, on: "/mnt", source: source, options)
        let text = try output(of: bundle)
        #expect(text == "1000:2000\n1005:2005\n65534:65534\n")
        #expect(owner("\(source)/new") == [3, 4] && owner("\(source)/5") == [5, 5])
      }
    }

    @Test func whoHasNoIDInItCanMakeNothing() throws {
      let bundle = try Bundle(shell: "touch /mnt/new")
      try withSource(bundle) { source in
        Self.addMapped(bundle, on: "/mnt", source: source, ["bind"])
        let outcome = try Runtime().run(bundle)
        #expect(outcome.status == 1 && outcome.stderr.contains("Value too large"), "\(outcome)")
      }
    }

    @Test(arguments: [("idmap", "0:0"), ("ridmap", "1000:2000")]) func onlyRidmapReachesBelow(word: String, below: String) throws
    {
      let bundle = try Bundle(shell: "stat -c '%u:%g' /mnt/0 /mnt/below/0")
      try withSource(bundle) { source in
        Self.addMapped(bundle, on: "/mnt", source: source, ["rbind", word])
        let text = try output(of: bundle)
        #expect(text == "1000:2000\n\(below)\n")
      }
    }

    @Test func theOtherOptionsHoldAsWell() throws {
      let bundle = try Bundle()
      try withSource(bundle) { source in
        Self.addMapped(bundle, on: "/mnt", source: source, ["bind", "ro", "nosuid"])
        let options = try mounts(of: bundle).top(at: "/mnt").options
        #expect(options.isSuperset(of: ["ro", "nosuid", "idmapped"]), "\(options)")
      }
    }

    /// The container's root is root of its files, of which the host keeps its own owner.
    @Test func withoutMappingsTheUserNamespacesAreMeant() throws {
      let bundle = try UserNamespace.bundle("stat -c '%u:%g' /mnt/0 /mnt/5 /plain/0; touch /mnt/new")
      try withSource(bundle) { source in
        bundle.addBind(source, on: "/mnt", ["bind", "idmap"])
        bundle.addBind(source, on: "/plain", ["bind"])
        let text = try output(of: bundle)
        #expect(text == "0:0\n5:5\n65534:65534\n")
        #expect(owner("\(source)/new") == [0, 0])
      }
    }

    @Test func withoutMappingsTheJoinedUserNamespacesAreMeant() throws {
      try withRunningContainer(try UserNamespace.bundle("sleep 100")) { container in
        let bundle = try UserNamespace.bundle("stat -c '%u:%g' /mnt/5; touch /mnt/new")
        bundle.setNamespace("user", path: "/proc/\(try container.pid)/ns/user")
        bundle.config["linux.uidMappings"] = nil
        bundle.config["linux.gidMappings"] = nil
        try withSource(bundle) { source in
          bundle.addBind(source, on: "/mnt", ["bind", "idmap"])
          let text = try output(of: bundle)
          #expect(text == "5:5\n")
          #expect(owner("\(source)/new") == [0, 0])
        }
      }
    }

    @Test func aMountHasMappingsOfItsOwnInAUserNamespace() throws {
      let bundle = try UserNamespace.bundle("stat -c '%u:%g' /mnt/0 /mnt/5")
      let users: Value = [["containerID": 0, "hostID": 100_007, "size": 10]]
      let groups: Value = [["containerID": 0, "hostID": 200_008, "size": 10]]
      try withSource(bundle) { source in
        Self.addMapped(bundle, on: "/mnt", source: source, ["bind"], users: users, groups: groups)
        let text = try output(of: bundle)
        #expect(text == "7:8\n12:13\n")
      }
    }

    @Test(.disabled(if: Runtime.isRunc || Runtime.isCrun, "they map binds only")) func aFileSystemIsMapped() throws {
      let bundle = try Bundle(shell: "stat -c '%u:%g %a' /scratch; touch /scratch/x; stat -c '%u:%g' /scratch/x")
      bundle.setUser(uid: 1000, gid: 2000)
      Self.addMapped(bundle, on: "/scratch", type: "tmpfs", source: "tmpfs", ["idmap", "mode=750"])
      let text = try output(of: bundle)
      #expect(text == "1000:2000 750\n1000:2000\n")
    }

    @Test(.disabled(if: Runtime.isRunc || Runtime.isCrun, "they map binds only")) func aFileSystemIsMappedInAUserNamespace()
      throws
    {
      let bundle = try UserNamespace.bundle(
        "stat -c '%u:%g %a' /scratch /copy; touch /scratch/x && stat -c '%u' /scratch/x; stat -c '%u:%g' /copy/file")
      try File.makeDirectory("\(bundle.rootfs)/copy")
      try File.write("", to: "\(bundle.rootfs)/copy/file")
      expectSuccess(try Spawned.run(["chown", "-R", "100007:200008", "\(bundle.rootfs)/copy"]))
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["idmap", "mode=777", "uid=3"])
      bundle.addMount("/copy", type: "tmpfs", source: "tmpfs", ["idmap", "tmpcopyup"])
      let text = try output(of: bundle)
      #expect(text == "3:0 777\n7:8 755\n0\n7:8\n")
    }

    @Test func aTypeThatCannotBeMappedIsRefused() throws {
      let bundle = try Bundle()
      Self.addMapped(bundle, on: "/mnt", type: "mqueue", source: "mqueue", ["idmap"])
      let outcome = try refusal(of: bundle)
      expectApusSays("mounting mqueue on /mnt: mapping its ids", outcome)
      expectApusSays("does not support id-mapped mounts", outcome)
    }

    @Test func oneKindOfMappingsAloneIsRefused() throws {
      let bundle = try Bundle()
      Self.addMapped(bundle, on: "/mnt", source: bundle.path, ["bind"], groups: nil)
      expectApusSays("gidMappings", try refusal(of: bundle))
    }

    @Test func withNothingToTakeThemFromItIsRefused() throws {
      let bundle = try Bundle()
      bundle.addBind(bundle.path, on: "/mnt", ["bind", "idmap"])
      expectApusSays("mounts[7].options", try refusal(of: bundle))
    }
  }
}
