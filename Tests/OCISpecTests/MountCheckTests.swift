import JSON
import Testing

@testable import OCISpec

@Suite struct MountCheckTests {
  @Test(arguments: mounts + idMapped)
  func says(_ row: CheckRow) { row.run() }

  private static func bind(_ destination: String, _ options: [String] = ["bind"]) -> Mount {
    Mount(destination: destination, source: "/src", options: options)
  }

  private static let ids = [IDMapping(containerID: 0, hostID: 1000, size: 10)]

  static let mounts: [CheckRow] = [
    CheckRow("mounts[0].destination: must not be empty") { $0.mounts = [bind("")] },
    .fine { $0.mounts = [bind("relative/path"), Mount(destination: "/", options: ["rshared"])] },
    CheckRow("mounts[0].source: a bind mount needs one") { $0.mounts = [Mount(destination: "/a", options: ["rbind"])] },
    CheckRow("mounts[0].type: is required") {
      $0.mounts = [Mount(destination: "/a", source: "tmpfs", options: ["nosuid"])]
    },
    CheckRow(
      #"mounts[0].options: bind mounts cannot have any filesystem-specific options applied, remove "size=1,mode=2""#
    ) { $0.mounts = [bind("/a", ["size=1", "rbind", "ro", "mode=2"])] },
    .fine { $0.mounts = ["cpuinfo", "uptime", "sys/kernel/ns_last_pid"].map { bind("/proc/\($0)") } },
    .fine { $0.mounts = [Mount(destination: "/proc", type: "proc"), bind("/proc"), bind("/procfoo"), bind("/a/proc/self")] },
    CheckRow(#"mounts[0].destination: "/proc/self/attr" cannot be mounted because it is inside /proc"#) {
      $0.mounts = [bind("/proc/self/attr")]
    },
    CheckRow(#"mounts[0].destination: "/a/..//proc/./sys" cannot be mounted because it is inside /proc"#) {
      $0.mounts = [bind("/a/..//proc/./sys")]
    },
    CheckRow(#"mounts[0].destination: "proc/cpuinfo/../keys" cannot be mounted because it is inside /proc"#) {
      $0.mounts = [bind("proc/cpuinfo/../keys")]
    },
    CheckRow(#"mounts[0].destination: /proc cannot be mounted because it is not of type proc but "tmpfs""#) {
      $0.mounts = [Mount(destination: "/proc/", type: "tmpfs")]
    },
  ]

  /// An accent makes another character of the slash before it, and to the kernel it is a slash.
  @Test func aSlashWithAnAccentIsOne() {
    var spec = CheckRow.sound
    spec.mounts = [
      Mount(destination: "/proc/\u{301}x/../sys", type: "tmpfs"), Mount(destination: "/\u{301}x/../a/proc", type: "tmpfs"),
    ]
    #expect(spec.check().map(\.path) == ["mounts[0].destination"])
  }

  static let idMapped: [CheckRow] = [
    .fine { $0.mounts = [Mount(destination: "/a", source: "/b", options: ["bind"], uidMappings: ids, gidMappings: ids)] },
    .fine {
      $0.addUserNamespace()
      $0.mounts = [bind("/a", ["rbind", "ridmap"])]
    },
    CheckRow("mounts[0].gidMappings: uidMappings and gidMappings only work together") {
      $0.mounts = [Mount(destination: "/a", source: "/b", options: ["bind"], uidMappings: ids)]
    },
    CheckRow("mounts[0].options: an id-mapped mount without mappings, in a container without a user namespace") {
      $0.mounts = [bind("/a", ["bind", "idmap"])]
    },
    .fine { $0.mounts = [Mount(destination: "/a", type: "tmpfs", options: ["idmap"], uidMappings: ids, gidMappings: ids)] },
    CheckRow("mounts[0].options: remount cannot change the id mapping of a mount") {
      $0.mounts = [Mount(destination: "/a", options: ["remount"], uidMappings: ids, gidMappings: ids)]
    },
    CheckRow("mounts[0].options: id-mapped mounts are not possible in rootless containers", rootless: true) {
      $0.addUserNamespace()
      $0.mounts = [bind("/a", ["bind", "idmap"])]
    },
    CheckRow("mounts[0].uidMappings[0].size: is 0, must be 1 or more") {
      let none = [IDMapping(containerID: 0, hostID: 0, size: 0)]
      $0.mounts = [Mount(destination: "/a", source: "/b", options: ["bind"], uidMappings: none, gidMappings: ids)]
    },
    CheckRow(
      "mounts[0].options: cannot specify gid=1000 for unmapped gid in rootless containers, map it or remove it", rootless: true
    ) {
      $0.addUserNamespace()
      $0.mounts = [Mount(destination: "/a", type: "tmpfs", options: ["uid=999", "gid=1000", "size=1"])]
    },
  ]
}
