import Fixtures
import Foundation
import JSON
import Testing

@testable import OCISpec

@Suite struct DecodeTests {
  private func decode(_ text: String) throws -> Spec { try Spec.decode(Array(text.utf8)) }

  private func complaint(_ text: String) -> String? {
    do {
      _ = try Spec.decode(Array(text.utf8))
      return nil
    } catch {
      return error.description
    }
  }

  @Test func rootMountsAndHooks() throws {
    let spec = try decode(everyProperty)
    #expect(spec.ociVersion == "1.3.0")
    #expect(spec.root == Root(path: "rootfs", readonly: true))
    #expect(spec.hostname == "box" && spec.domainname == "example.org")
    #expect(
      spec.mounts == [
        Mount(destination: "/proc", type: "proc", source: "proc"),
        Mount(
          destination: "/data", type: "none", source: "/srv/data", options: ["rbind", "idmap", "nosuid"],
          uidMappings: [IDMapping(containerID: 0, hostID: 100000, size: 65536)],
          gidMappings: [IDMapping(containerID: 1, hostID: 100001, size: 65535)]),
      ])
    #expect(spec.hooks.prestart == [Hook(path: "/a", args: ["a", "b"], env: ["K=v"], timeout: 30)])
    for (hooks, path) in [
      (spec.hooks.createRuntime, "/b"), (spec.hooks.createContainer, "/c"), (spec.hooks.startContainer, "/d"),
      (spec.hooks.poststart, "/e"),
    ] { #expect(hooks == [Hook(path: path, args: ["a", "b"], env: ["K=v"], timeout: 30)]) }
    #expect(spec.hooks.poststop == [Hook(path: "/f", args: ["a", "b"], env: [], timeout: 30)])
    #expect(spec.annotations == ["com.example.key": "value", "com.example.empty": ""])
  }

  @Test func process() throws {
    let process = try #require(try decode(everyProperty).process)
    var expected = OCISpec.Process(
      args: ["sh", "-c", "echo hi"], env: ["PATH=/bin", "TERM=xterm"], cwd: "/work",
      user: User(uid: 1, gid: 2, umask: 63, additionalGids: [5, 6]), terminal: true,
      consoleSize: ConsoleSize(height: 25, width: 80))
    expected.capabilities = CapabilitySets(
      bounding: ["CAP_KILL"], effective: ["CAP_CHOWN"], inheritable: ["CAP_FOWNER"], permitted: ["CAP_MKNOD"],
      ambient: ["CAP_SYS_CHROOT"])
    expected.rlimits = [Rlimit(type: "RLIMIT_CORE", soft: 10, hard: .max)]
    expected.noNewPrivileges = true
    expected.apparmorProfile = "acme"
    expected.selinuxLabel = "system_u:system_r:svirt_lxc_net_t:s0"
    expected.oomScoreAdj = -100
    var scheduler = Scheduler(policy: .deadline)
    (scheduler.nice, scheduler.priority, scheduler.flags) = (1, 2, [.resetOnFork])
    (scheduler.runtime, scheduler.deadline, scheduler.period) = (2000, 3000, 4000)
    expected.scheduler = scheduler
    expected.ioPriority = IOPriority(class: .idle, priority: 4)
    expected.execCPUAffinity = ExecCPUAffinity(initial: "7", final: "0-3,7")
    #expect(process == expected)
  }

  @Test func linux() throws {
    let linux = try decode(everyProperty).linux
    #expect(linux.namespaces.map(\.type) == [.pid, .network, .mount, .ipc, .uts, .user, .cgroup, .time])
    #expect(linux.namespaces.map(\.path) == ["/proc/1/ns/pid", nil, nil, nil, nil, nil, nil, nil])
    #expect(linux.uidMappings == [IDMapping(containerID: 0, hostID: 1000, size: 32000)])
    #expect(linux.gidMappings == [IDMapping(containerID: 0, hostID: 2000, size: 42000)])
    #expect(
      linux.timeOffsets == [
        "monotonic": TimeOffset(secs: -172800, nanosecs: 5), "boottime": TimeOffset(secs: 604800, nanosecs: 6),
      ])
    #expect(
      linux.devices == [
        Device(type: .c, path: "/dev/fuse", major: 10, minor: 229, fileMode: 0o666, uid: 3, gid: 4),
        Device(type: .p, path: "/run/pipe", fileMode: 0o700),  // 0010700: the FIFO bit is cut off
      ])
    #expect(linux.netDevices == ["eth0": NetDevice(name: "container_eth0"), "ens4": NetDevice()])
    #expect(linux.cgroupsPath == "/myRuntime/myContainer")
    #expect(linux.memoryPolicy == MemoryPolicy(mode: .interleave, nodes: "0-3,7", flags: [.staticNodes]))
    #expect(linux.sysctl == ["net.ipv4.ip_forward": "1", "net/core/somaxconn": "256"])
    #expect(linux.rootfsPropagation == Propagation(.slave, isRecursive: true))
    #expect(linux.maskedPaths == ["/proc/kcore"] && linux.readonlyPaths == ["/proc/sys"])
    #expect(linux.mountLabel == "system_u:object_r:svirt_sandbox_file_t:s0")
    #expect(linux.personality == Personality(domain: .linux32, flags: ["A"]))
    let rdt = try #require(linux.intelRdt)
    #expect(rdt.closID == "guaranteed" && rdt.schemata == ["L3:0=7f0;1=1f"] && rdt.enableMonitoring)
    #expect(rdt.l3CacheSchema == "L3:0=7f0" && rdt.memBwSchema == "MB:0=70;1=20")
  }

  @Test func seccomp() throws {
    let seccomp = try #require(try decode(everyProperty).linux.seccomp)
    var expected = Seccomp(
      defaultAction: .errno,
      syscalls: [
        SyscallRule(
          names: ["personality", "clone"], action: .trace, errnoRet: 1,
          args: [SyscallArgument(index: 1, value: .max, valueTwo: 2_114_060_288, op: .maskedEqual)])
      ])
    expected.defaultErrnoRet = 38
    expected.architectures = [.x86_64, .riscv64]
    expected.flags = [.log]
    expected.listenerPath = "/run/agent.sock"
    expected.listenerMetadata = "meta"
    #expect(seccomp == expected)
  }

  @Test func resources() throws {
    let resources = try #require(try decode(everyProperty).linux.resources)
    #expect(resources.devices == [DeviceRule(allow: true, type: .c, major: 10, access: "rw")])
    var memory = MemoryResources(limit: 536_870_912, reservation: 268_435_456, swap: 1_073_741_824)
    (memory.kernel, memory.kernelTCP, memory.swappiness) = (-1, 7, 60)
    (memory.disableOOMKiller, memory.useHierarchy, memory.checkBeforeUpdate) = (true, true, true)
    #expect(resources.memory == memory)
    var cpu = CPUResources(
      shares: 1024, quota: 1_000_000, burst: 500_000, period: 500_000, cpus: "2-3", mems: "0-7", idle: 1)
    (cpu.realtimeRuntime, cpu.realtimePeriod) = (950_000, 1_000_000)
    #expect(resources.cpu == cpu)
    #expect(resources.pids == PIDs(limit: 32771))
    var blockIO = BlockIO(weight: 11)
    blockIO.leafWeight = 12
    blockIO.weightDevice = [WeightDevice(major: 8, minor: 16, weight: 500, leafWeight: 300)]
    blockIO.throttleReadBpsDevice = [ThrottleDevice(major: 8, minor: 1, rate: 601)]
    blockIO.throttleWriteBpsDevice = [ThrottleDevice(major: 8, minor: 2, rate: 602)]
    blockIO.throttleReadIOPSDevice = [ThrottleDevice(major: 8, minor: 3, rate: 603)]
    blockIO.throttleWriteIOPSDevice = [ThrottleDevice(major: 8, minor: 4, rate: .max)]
    #expect(resources.blockIO == blockIO)
    #expect(resources.hugepageLimits == [HugepageLimit(pageSize: "2MB", limit: 209_715_200)])
    #expect(
      resources.network
        == NetworkResources(classID: 1_048_577, priorities: [InterfacePriority(name: "eth0", priority: 500)]))
    #expect(resources.rdma == ["mlx5_1": RDMA(hcaHandles: 3, hcaObjects: 10000)])
    #expect(resources.unified == ["io.max": "259:0 rbps=2097152 wiops=120", "hugetlb.1GB.max": "1073741824"])
  }

  @Test func whatAnEngineWrites() throws {
    let spec = try decode(dockerLike)
    #expect(spec.check() == [])
    #expect(spec.mounts.count == 12)
    #expect(spec.linux.seccomp?.syscalls.first?.names.count == 340)
    #expect(spec.linux.resources?.devices.first == DeviceRule(allow: false))
    #expect(spec.process?.rlimits == [])
  }

  @Test func theLeastThereCanBe() throws {
    var expected = Spec()
    expected.ociVersion = "1.0.0"
    #expect(try decode(#"{"ociVersion": "1.0.0"}"#) == expected)
    #expect(try decode(#"{"ociVersion": "1.0.0", "process": null, "mounts": null, "hooks": null, "linux": null}"#) == expected)
  }

  @Test func unsetIsNotZero() throws {
    let spec = try decode(
      #"{"ociVersion": "1.0.0", "process": {"cwd": "/"}, "linux": {"resources": {"memory": {}, "cpu": {}, "pids": {}}}}"#)
    #expect(spec.process?.oomScoreAdj == nil && spec.process?.user.umask == nil && spec.process?.capabilities == nil)
    #expect(spec.linux.resources?.memory == MemoryResources() && spec.linux.resources?.pids?.limit == nil)
    let zero = try decode(#"{"ociVersion": "1.0.0", "process": {"cwd": "/", "oomScoreAdj": 0, "user": {"umask": 0}}}"#)
    #expect(zero.process?.oomScoreAdj == 0 && zero.process?.user.umask == 0)
  }

  @Test func saysAllMistakesOnOneLine() {
    #expect(
      complaint(#"{"process": {"user": {"uid": -1}}, "linux": {"resources": {"memory": {"limit": "64m"}}}}"#)
        == "config.json: ociVersion: is required, add a string; process.user.uid: -1 is out of range, expected 0 to 4294967295; "
        + #"process.cwd: is required, add a string; linux.resources.memory.limit: is the string "64m", expected an integer"#)
    #expect(complaint("{\n  \"root\": }") == "config.json:2:11: unexpected character '}'")
    #expect(
      complaint(#"{"ociVersion": "1.0.0", "mounts": [{"destination": "/a\u0000b"}]}"#)
        == "config.json: mounts[0].destination: mount field contains null byte, remove it: no system call takes a text with one")
    #expect(
      complaint(#"{"ociVersion": "1.0.0", "linux": {"namespaces": [{"type": "net"}]}}"#)
        == #"config.json: linux.namespaces[0].type: unknown value "net", expected one of cgroup, ipc, mount, network, "#
        + "pid, time, user, uts")
    #expect(
      complaint(#"{"ociVersion": "1.0.0", "linux": {"devices": [{"type": "c", "path": "/dev/a"}]}}"#)
        == "config.json: linux.devices[0].major: is required, add an integer; linux.devices[0].minor: is required, add an integer"
    )
  }

  @Test func otherDocuments() throws {
    #expect(try OCISpec.Process.decode(Array(#"{"args": ["a"], "cwd": "/"}"#.utf8)) == OCISpec.Process(args: ["a"]))
    let resources = try Resources.decode(Array(#"{"pids": {"limit": 5}}"#.utf8))
    #expect(resources.pids == PIDs(limit: 5))
    #expect(throws: ConfigurationError(document: "p.json", problems: [Problem("cwd", "is required", "add a string")])) {
      try OCISpec.Process.decode(Array("{}".utf8), named: "p.json")
    }
  }
}

/// Every property must be looked at: replaced by a value of the wrong type, it must be complained about by its path.
@Suite struct EveryPropertyTests {
  @Test func isDecoded() throws {
    let document = try JSONSerialization.jsonObject(with: Data(everyProperty.utf8))
    let ignored: Set<String> = [
      "windows", "solaris", "vm", "zos", "freebsd", "process.commandLine", "unknownProperty", "unknownProperty.a",
      "unknownProperty.a[0]",
      "windows.layerFolders", "process.user.username",
    ]
    var seen = 0
    for place in places(of: document, "") where !ignored.contains(place.path) {
      let text = try JSONSerialization.data(withJSONObject: place.spoiled(document))
      let path = place.path
      let error = #expect(throws: ConfigurationError.self, "\(path)") { try Spec.decode(Array(text)) }
      #expect(error?.problems.map(\.path) == [path], "\(path)")
      seen += 1
    }
    #expect(seen > 230)
  }

  private struct Place {
    let path: String
    let spoiled: (Any) -> Any
  }

  /// All members and elements below `value`; a spoiled one becomes 1.5, which no property takes.
  private func places(of value: Any, _ path: String) -> [Place] {
    var all: [Place] = []
    func add(_ name: String, _ below: Any, _ replace: @escaping (Any, Any) -> Any, _ pick: @escaping (Any) -> Any) {
      all.append(Place(path: name) { replace($0, 1.5) })
      all += places(of: below, name).map { place in
        Place(path: place.path) { replace($0, place.spoiled(pick($0))) }
      }
    }
    if let object = value as? [String: Any] {
      let isMap =
        ["annotations", "linux.timeOffsets", "linux.netDevices", "linux.sysctl"].contains(path)
        || ["linux.resources.rdma", "linux.resources.unified"].contains(path)
      for (key, below) in object {
        let name = isMap ? "\(path)[\"\(key)\"]" : path.isEmpty ? key : "\(path).\(key)"
        add(name, below, { ($0 as? [String: Any] ?? [:]).merging([key: $1]) { $1 } }, { ($0 as? [String: Any])?[key] ?? 0 })
      }
    } else if let array = value as? [Any] {
      for (index, below) in array.enumerated() {
        add(
          "\(path)[\(index)]", below,
          { old, new in
            var array = old as? [Any] ?? []
            array[index] = new
            return array
          }, { ($0 as? [Any] ?? [])[index] })
      }
    }
    return all
  }
}
