import JSON
import Testing

@testable import OCISpec

@Suite struct LinuxCheckTests {
  @Test(arguments: namespaces + paths + devices + policies)
  func says(_ row: CheckRow) { row.run() }

  static let namespaces: [CheckRow] = [
    CheckRow("linux.namespaces[6].type: pid is there twice") { $0.add(.pid) },
    CheckRow(#"linux.namespaces[6].path: must be an absolute path, not "ns/time""#) { $0.add(.time, path: "ns/time") },
    CheckRow(
      "linux.uidMappings: a new user namespace needs at least one mapping",
      "linux.gidMappings: a new user namespace needs at least one mapping"
    ) { $0.add(.user) },
    .fine { $0.add(.user, path: "/proc/7/ns/user") }, .fine { $0.addUserNamespace() },
    CheckRow("linux.gidMappings: user namespace mappings without a user namespace, add user to linux.namespaces") {
      $0.linux.gidMappings = [IDMapping(containerID: 0, hostID: 0, size: 1)]
    },
    CheckRow(
      "linux.uidMappings[1].hostID: 4294967290 and size 10 reach beyond the largest id 4294967294",
      "linux.uidMappings[2]: overlaps with linux.uidMappings[0]", "linux.uidMappings[3]: overlaps with linux.uidMappings[2]"
    ) {
      $0.addUserNamespace()
      $0.linux.uidMappings += [
        IDMapping(containerID: 1000, hostID: 4_294_967_290, size: 10), IDMapping(containerID: 999, hostID: 5, size: 1),
        IDMapping(containerID: 2000, hostID: 0, size: 6),
      ]
    },
    CheckRow("linux.uidMappings: has 341 mappings") {
      $0.addUserNamespace()
      $0.linux.uidMappings = (0..<341).map { IDMapping(containerID: $0, hostID: $0, size: 1) }
    },
    CheckRow(
      "linux.namespaces: rootless containers need a user namespace, add user as `apus spec --rootless` does", rootless: true
    ) { _ in },
    CheckRow("linux.timeOffsets: time namespace offsets without a time namespace, add time to linux.namespaces") {
      $0.linux.timeOffsets = ["monotonic": TimeOffset(secs: 1)]
    },
    CheckRow("linux.timeOffsets: the offsets of a time namespace that is joined can't be changed") {
      $0.add(.time, path: "/proc/1/ns/time")
      $0.linux.timeOffsets = ["boottime": TimeOffset(secs: 1)]
    },
    CheckRow(
      #"linux.timeOffsets["boottime"].nanosecs: 1000000000 is out of range, expected 0 to 999999999"#,
      #"linux.timeOffsets["realtime"]: no clock of that name, expected monotonic or boottime"#
    ) {
      $0.add(.time)
      $0.linux.timeOffsets = ["realtime": TimeOffset(), "boottime": TimeOffset(nanosecs: 1_000_000_000)]
    },
  ]

  static let paths: [CheckRow] = [
    CheckRow(
      "linux.maskedPaths: unable to restrict sys entries without a private MNT namespace, add mount to linux.namespaces",
      "linux.readonlyPaths: unable to restrict sys entries without a private MNT namespace, add mount to linux.namespaces"
    ) {
      $0.remove(.mount)
      ($0.linux.maskedPaths, $0.linux.readonlyPaths) = (["/a"], ["/b"])
    },
    .fine { $0.remove(.mount) },
    CheckRow(
      #"linux.maskedPaths[1]: must be an absolute path, not "b""#, #"linux.readonlyPaths[0]: must be an absolute path, not """#
    ) { ($0.linux.maskedPaths, $0.linux.readonlyPaths) = (["/a", "b"], [""]) },
    CheckRow(
      "linux.rootfsPropagation: private is not safe without pivot_root, leave out --no-pivot or choose slave", noPivot: true
    ) { $0.linux.rootfsPropagation = Propagation(.private, isRecursive: true) },
    .fine { $0.linux.rootfsPropagation = Propagation(.private) },
  ]

  static let devices: [CheckRow] = [
    CheckRow(
      #"linux.devices[0].path: must be an absolute path, not "dev/x""#,
      "linux.devices[0].fileMode: 512 is more than 511 (0777), note that JSON numbers are decimal",
      "linux.devices[0].uid: 4294967295 is -1 to the kernel, which means no id at all",
      "linux.devices[0].gid: 4294967295 is -1 to the kernel, which means no id at all",
      "linux.devices[0].major: 4096 is out of range, expected 0 to 4095",
      "linux.devices[0].minor: -1 is out of range, expected 0 to 1048575"
    ) {
      $0.linux.devices = [
        Device(type: .b, path: "dev/x", major: 4096, minor: -1, fileMode: 0o1000, uid: .max, gid: .max),
        Device(type: .p, path: "/x", major: 4096, minor: -1),
      ]
    },
    CheckRow("linux.netDevices: unable to move network devices without a private NET namespace, add network to linux.namespaces")
    {
      $0.remove(.network)
      $0.linux.netDevices = ["eth0": NetDevice()]
    },
    CheckRow("linux.netDevices: network devices cannot be moved into rootless containers", rootless: true) {
      $0.addUserNamespace()
      $0.linux.netDevices = ["eth0": NetDevice(name: "c%d")]
    },
    CheckRow(
      #"linux.netDevices[""]: is no valid interface name"#, #"linux.netDevices[".."]: is no valid interface name"#,
      #"linux.netDevices["a b"]: is no valid interface name"#,
      #"linux.netDevices["eth0"].name: "a/b" is no valid interface name"#,
      #"linux.netDevices["eth1"].name: "0123456789abcdef" is no valid interface name"#
    ) {
      $0.linux.netDevices = [
        "": NetDevice(), "..": NetDevice(), "a b": NetDevice(), "eth0": NetDevice(name: "a/b"),
        "eth1": NetDevice(name: "0123456789abcdef"), "eth2": NetDevice(name: "0123456789abcde"),
      ]
    },
    CheckRow(
      #"linux.netDevices["eth0"].name: "a%db" has a % that is not a %d at its end"#,
      #"linux.netDevices["eth2"]: would get the name "eth3", which linux.netDevices["eth1"] gets"#,
      #"linux.netDevices["eth3"]: would get the name "eth3", which linux.netDevices["eth2"] gets"#
    ) {
      $0.linux.netDevices = [
        "eth0": NetDevice(name: "a%db"), "eth1": NetDevice(name: "eth3"), "eth2": NetDevice(name: "eth3"), "eth3": NetDevice(),
        "eth4": NetDevice(name: "c%d"), "eth5": NetDevice(name: "c%d"),
      ]
    },
    .fine { $0.linux.netDevices = ["eth0": NetDevice(name: "eth1"), "eth1": NetDevice(name: "eth0")] },
  ]

  private static func policy(_ mode: MemoryPolicyMode, _ nodes: String, _ flags: MemoryPolicyFlag..., say: String...) -> CheckRow
  {
    let change: @Sendable (inout Spec) -> Void = { $0.linux.memoryPolicy = MemoryPolicy(mode: mode, nodes: nodes, flags: flags) }
    guard let first = say.first else { return .fine(change) }
    return CheckRow("linux.memoryPolicy.\(first)", change: change)
  }

  private static func rdt(_ say: String?, _ change: @escaping @Sendable (inout IntelRDT) -> Void) -> CheckRow {
    let apply: @Sendable (inout Spec) -> Void = {
      var rdt = IntelRDT()
      change(&rdt)
      $0.linux.intelRdt = rdt
    }
    return say.map { CheckRow("linux.intelRdt.\($0)", change: apply) } ?? .fine(apply)
  }

  static let policies: [CheckRow] = [
    policy(.default, ""), policy(.local, ""), policy(.bind, "0-3", .numaBalancing), policy(.preferred, ""),
    policy(.preferred, "1", .staticNodes),
    policy(.default, "0", say: "nodes: MPOL_DEFAULT takes no nodes"),
    policy(.local, "", .staticNodes, say: "flags: MPOL_LOCAL takes no flags"),
    policy(.interleave, "", say: "nodes: MPOL_INTERLEAVE needs at least one node"),
    policy(.bind, "a", say: #"nodes: "a" is no list of memory nodes"#),
    policy(.preferred, "", .staticNodes, say: "flags: MPOL_PREFERRED takes flags only with nodes"),
    policy(
      .bind, "0", .staticNodes, .relativeNodes, say: "flags: MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other"),
    policy(
      .interleave, "0", .numaBalancing,
      say: "flags: MPOL_F_NUMA_BALANCING goes with MPOL_BIND or MPOL_PREFERRED_MANY, not MPOL_INTERLEAVE"),
    rdt(nil) { $0.closID = "/" },
    rdt(nil) { ($0.closID, $0.memBwSchema, $0.l3CacheSchema) = ("gold", "MB:0=10", "L3:0=f") },
    rdt(#"closID: invalid intelRdt.ClosID "..", expected the name of a directory, or / alone"#) { $0.closID = ".." },
    rdt(#"closID: invalid intelRdt.ClosID "a/b", expected the name of a directory, or / alone"#) { $0.closID = "a/b" },
    rdt(#"l3CacheSchema: "L3:0=f\nMB:0=1" has a line break"#) { $0.l3CacheSchema = "L3:0=f\nMB:0=1" },
    rdt(#"memBwSchema: "0=1" is no memory bandwidth schema"#) { $0.memBwSchema = "0=1" },
    rdt(#"memBwSchema: "MB:0=1\n" is no memory bandwidth schema"#) { $0.memBwSchema = "MB:0=1\n" },
    rdt(#"schemata[1]: "a\nb" has a line break"#) { $0.schemata = ["L3:0=f", "a\nb"] },
  ]
}

@Suite struct SysctlTests {
  @Test(arguments: [
    ("net.ipv4.ip_forward", "net/ipv4/ip_forward"), ("net/ipv4/ip_forward", "net/ipv4/ip_forward"),
    ("net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding"),
    ("net/ipv4/conf/eth0.100/forwarding", "net/ipv4/conf/eth0.100/forwarding"),
  ])
  func readsBothSeparators(_ key: String, _ path: String) { #expect(Sysctl(key)?.path == path) }

  @Test(arguments: [
    "", "net", "net/../kernel/core_pattern", "net.ipv4.conf.../../../kernel/core_pattern", "net//ipv4", "net..ipv4", "/net/x",
    ".net", "net/", "net/./x", "net./..", "net.a.//", "kernel.sem\n", "net/..", "net.//.x",
    "net/../\u{301}x", "net/\u{301}x/..", "net.\u{301}x/./.y",
  ])
  func refusesWhatIsNoName(_ key: String) { #expect(Sysctl(key) == nil) }

  @Test(arguments: [
    "kernel.msgmax", "kernel/sem", "kernel.shm_rmid_forced", "fs.mqueue.msg_max", "fs/mqueue/queues_max", "net.core.somaxconn",
    "kernel.domainname",
  ])
  func allowsWhatANamespaceHas(_ key: String) {
    var spec = CheckRow.sound
    spec.linux.sysctl = [key: "1"]
    #expect(spec.check() == [])
    spec.linux.namespaces = []
    #expect(spec.check().count == 1)
  }

  @Test(arguments: [
    "kernel.core_pattern", "kernel/core_pattern", "kernel.msgmaxx", "kernel.sem.x", "fs.mqueue", "fs.file-max", "vm.swappiness",
    "kernel.pid_max", "netx.a", "fs.mqueuex.a",
  ])
  func refusesTheHosts(_ key: String) {
    var spec = CheckRow.sound
    spec.linux.sysctl = [key: "1"]
    #expect(
      spec.check().map(\.description) == [
        #"linux.sysctl["\#(key)"]: is not in a separate kernel namespace: it would change the host, remove it, or set it on the host itself"#
      ])
  }

  @Test(arguments: [
    CheckRow(
      #"linux.sysctl["user.max_pid_namespaces"]: is not allowed in the host's user namespace, add user to linux.namespaces"#
    ) {
      $0.linux.sysctl = ["user.max_pid_namespaces": "1"]
    },
    .fine {
      $0.addUserNamespace()
      $0.linux.sysctl = ["user.max_pid_namespaces": "1"]
    },
    CheckRow(#"linux.sysctl["kernel/hostname"]: is not allowed as it conflicts with the OCI "hostname" field, use that"#) {
      $0.linux.sysctl = ["kernel/hostname": "x"]
    },
    CheckRow(#"linux.sysctl["net.a"]: is not allowed in the host's network namespace, add network to linux.namespaces"#) {
      $0.remove(.network)
      $0.linux.sysctl = ["net.a": "1"]
    },
    CheckRow(
      #"linux.sysctl["a\n.b"]: is no name of a kernel parameter"#,
      #"linux.sysctl["kernel.shm_rmid_forced"]: the value "1\n2" has a line break"#
    ) { $0.linux.sysctl = ["kernel.shm_rmid_forced": "1\n2", "a\n.b": "1"] },
  ])
  func says(_ row: CheckRow) { row.run() }
}
