import Foundation
import Testing

extension Scenarios {
  /// A user namespace with `linux.uidMappings` and `gidMappings`.
  @Suite struct UserNamespace {
    /// Its root file system belongs to the mapped root, so busybox must not be the hard link that others share.
    static func bundle(_ line: String) throws -> Bundle {
      let bundle = try Bundle(["sh", "-c", line], ownBusybox: true)
      try bundle.enableUserNamespace()
      return bundle
    }

    static func words(_ text: String) -> [[String]] {
      text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    }

    @Test func itIsANewOneWithTheMaps() throws {
      let text = try output(of: Self.bundle("cat /proc/self/uid_map /proc/self/gid_map; readlink /proc/self/ns/user"))
      let lines = Self.words(text)
      #expect(lines.count == 3)
      #expect(lines.first == ["0", "100000", "65536"])
      #expect(lines.dropFirst().first == ["0", "200000", "65536"])
      #expect(text.contains("user:[") && !text.contains(File.link("/proc/self/ns/user")))
    }

    @Test func aMapMayHaveSeveralRows() throws {
      let bundle = try Self.bundle("cat /proc/self/uid_map")
      bundle.config["linux.uidMappings"] = [
        ["containerID": 0, "hostID": 100_000, "size": 1000], ["containerID": 1000, "hostID": 0, "size": 1],
        ["containerID": 1001, "hostID": 101_001, "size": 500],
      ]
      let lines = Self.words(try output(of: bundle))
      #expect(lines == [["0", "100000", "1000"], ["1000", "0", "1"], ["1001", "101001", "500"]])
    }

    @Test func theProcessIsTheMappedUserOnTheHost() throws {
      let bundle = try Self.bundle("sleep 100")
      bundle.setUser(uid: 1000, gid: 1001)
      try withRunningContainer(bundle) { container in
        let status = File.text("/proc/\(try container.pid)/status")
        #expect(status.contains("\nUid:\t101000\t101000\t101000\t101000\n"), "\(status)")
        #expect(status.contains("\nGid:\t201001\t201001\t201001\t201001\n"), "\(status)")
        #expect(status.contains("\nGroups:\t \n"), "\(status)")
      }
    }

    @Test func whatItMakesBelongsToTheMappedUser() throws {
      let bundle = try Self.bundle("touch /made; id -u; id -g; stat -c '%u:%g' /made /etc/passwd")
      #expect(try output(of: bundle) == "0\n0\n0:0\n0:0\n")
      var status = stat()
      #expect(stat("\(bundle.rootfs)/made", &status) == 0)
      #expect(status.st_uid == 100_000 && status.st_gid == 200_000)
    }

    @Test func theFilesOfTheHostsRootAreNobodys() throws {
      let bundle = try Self.bundle("stat -c '%u:%g' /foreign; echo x > /foreign")
      try File.write("", to: "\(bundle.rootfs)/foreign", mode: 0o644)
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "65534:65534\n")
      #expect(outcome.stderr.contains("Permission denied") && outcome.status == 1, "\(outcome)")
    }

    @Test func theDefaultDevicesAreThere() throws {
      let text = try output(
        of: Self.bundle(
          """
          for d in null zero full random urandom tty; do test -c /dev/$d || echo no $d; done
          echo into > /dev/null; head -c 4 /dev/zero | od -An -tx1; head -c 4 /dev/urandom | wc -c
          echo x > /dev/full || echo full; for l in fd stdin ptmx; do readlink /dev/$l; done
          """))
      #expect(text == " 00 00 00 00\n4\nfull\n/proc/self/fd\n/proc/self/fd/0\npts/ptmx\n", "\(text)")
    }

    @Test func theUsualFileSystemsAreMounted() throws {
      let lines = try mounts(of: Self.bundle(""))
      for (place, type) in [
        ("/proc", "proc"), ("/sys", "sysfs"), ("/dev", "tmpfs"), ("/dev/pts", "devpts"), ("/dev/mqueue", "mqueue"),
        ("/dev/shm", "tmpfs"),
      ] {
        #expect(try lines.top(at: place).fileSystem == type)
      }
      #expect(try lines.top(at: "/sys").options.contains("ro"))
    }

    @Test func maskedAndReadonlyPathsHoldThere() throws {
      let bundle = try Self.bundle("cat /proc/keys; ls /sys/firmware; echo 1 > /proc/sys/net/ipv4/ip_forward")
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "" && outcome.stderr.contains("Read-only file system"), "\(outcome)")
    }

    @Test func supplementaryGroupsAreMappedToo() throws {
      let bundle = try Self.bundle("id -G; sleep 100")
      bundle.config["process.user.additionalGids"] = [5, 77]
      try withRunningContainer(bundle) { container in
        try Harness.waitUntil("it has spoken") { container.stdout == "0 5 77\n" }
        #expect(File.text("/proc/\(try container.pid)/status").contains("\nGroups:\t200005 200077 \n"))
      }
    }

    @Test func aBindMountAndATmpfsWorkInIt() throws {
      let bundle = try Self.bundle("cat /bound/file; touch /scratch/x && stat -c %u /scratch/x; touch /bound/y")
      try File.makeDirectory("\(bundle.directory.path)/source")
      try File.write("from the host\n", to: "\(bundle.directory.path)/source/file")
      bundle.addBind("\(bundle.directory.path)/source", on: "/bound", ["bind", "ro"])
      bundle.addMount("/scratch", type: "tmpfs", source: "tmpfs", ["mode=1777"])
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "from the host\n0\n")
      #expect(outcome.stderr.contains("Read-only file system"), "\(outcome)")
    }

    @Test func itsRootHasNoPowerOverTheHost() throws {
      let bundle = try Self.bundle("mknod /node c 1 1; mount -o remount,rw /sys; echo lost > /proc/sys/kernel/hostname")
      bundle.setCapabilities(["CAP_SYS_ADMIN", "CAP_MKNOD", "CAP_CHOWN"])
      let outcome = try Runtime().run(bundle)
      #expect(outcome.status != 0)
      #expect(!File.exists("\(bundle.rootfs)/node"))
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc 1.1 joins a user namespace only with the mappings written again"))
    func aUserNamespaceIsJoined() throws {
      let first = try Self.bundle("sleep 100")
      try withRunningContainer(first) { container in
        let bundle = try Self.bundle("readlink /proc/self/ns/user; id -u; cat /proc/self/uid_map")
        bundle.setNamespace("user", path: "/proc/\(try container.pid)/ns/user")
        bundle.config["linux.uidMappings"] = nil
        bundle.config["linux.gidMappings"] = nil
        let text = try output(of: bundle)
        #expect(Self.words(text).map { $0.joined(separator: " ") } == [try container.namespace("user"), "0", "0 100000 65536"])
      }
    }

    /// As a pod is made: one user namespace, and a network namespace that belongs to it.
    @Test(.disabled(if: Runtime.isOldRunc, "runc 1.1 joins a user namespace only with the mappings written again"))
    func aUserNamespaceIsJoinedTogetherWithTheOthers() throws {
      try withRunningContainer(try Self.bundle("sleep 100")) { container in
        let bundle = try Self.bundle("readlink /proc/self/ns/user; readlink /proc/self/ns/net; readlink /proc/self/ns/ipc")
        for (type, file) in [("user", "user"), ("network", "net"), ("ipc", "ipc")] {
          bundle.setNamespace(type, path: "/proc/\(try container.pid)/ns/\(file)")
        }
        bundle.config["linux.uidMappings"] = nil
        bundle.config["linux.gidMappings"] = nil
        let names = ["user", "net", "ipc"]
        let wanted = try names.map { try container.namespace($0) + "\n" }.joined()
        #expect(try output(of: bundle) == wanted)
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun maps what it likes")) func oneWithoutMappingsIsRefused() throws {
      let bundle = try Bundle()
      bundle.setNamespace("user")
      expectApusSays("uidMappings", try refusal(of: bundle))
    }

    @Test(.enabled(if: Runtime.isApus, "peers ignore them")) func mappingsWithoutOneAreRefused() throws {
      let bundle = try Bundle()
      bundle.config["linux.uidMappings"] = [["containerID": 0, "hostID": 100_000, "size": 10]]
      bundle.config["linux.gidMappings"] = [["containerID": 0, "hostID": 100_000, "size": 10]]
      expectApusSays("linux.uidMappings", try refusal(of: bundle))
    }

    @Test func aUserWithoutAMappingIsRefused() throws {
      let bundle = try Self.bundle("true")
      bundle.setUser(uid: 70000, gid: 0)
      expectApusSays("process.user.uid", try refusal(of: bundle))
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "they may leave the cgroup")) func mapsThatOverlapAreRefused() throws
    {
      let bundle = try Self.bundle("true")
      bundle.config["linux.uidMappings"] = [
        ["containerID": 0, "hostID": 100_000, "size": 10], ["containerID": 5, "hostID": 200_000, "size": 10],
      ]
      _ = try refusal(of: bundle)
    }

    /// Who joins a pid and a user namespace is created from inside of both: its pid there is another process here.
    @Test func joinedTogetherWithAPidNamespaceThePidIsStillTheHosts() throws {
      let target = try UserNamespace.bundle("sleep 100")
      try withRunningContainer(target) { target in
        let bundle = try UserNamespace.bundle("sleep 100")
        bundle.dropNamespace("user")
        bundle.dropNamespace("pid")
        for (type, name) in [("user", "user"), ("pid", "pid")] {
          bundle.config.append(
            "linux.namespaces", value: ["type": .string(type), "path": .string("/proc/\(try target.pid)/ns/\(name)")])
        }
        bundle.config["linux.uidMappings"] = nil
        bundle.config["linux.gidMappings"] = nil
        try withRunningContainer(bundle) { container in
          for name in ["pid", "user"] {
            let (joined, wanted) = (try container.namespace(name), try target.namespace(name))
            #expect(joined == wanted)
          }
          let pid = try container.pid
          #expect(File.text("/proc/\(pid)/cmdline").contains("sleep"))
        }
      }
    }
  }
}
