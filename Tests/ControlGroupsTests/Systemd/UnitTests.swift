import DBus
import Kernel
import OCISpec
import Testing

@testable import ControlGroups

/// What a container's cgroup is called with systemd, and what systemd is told of its limits.
@Suite struct UnitTests {
  private func unit(_ path: String, ofUser: Bool = false) throws -> String {
    let unit = try SystemdUnit(cgroupsPath: path, id: "c1", ofUser: ofUser)
    return "\(unit.slice) \(unit.name) \(try unit.path())"
  }

  @Test(arguments: [
    ("system.slice:docker:x", "system.slice docker-x.scope /system.slice/docker-x.scope"),
    (":docker:x", "system.slice docker-x.scope /system.slice/docker-x.scope"),
    ("", "system.slice apus-c1.scope /system.slice/apus-c1.scope"),
    ("-:p:x", "-.slice p-x.scope /p-x.scope"), ("-.slice:p:x", "-.slice p-x.scope /p-x.scope"),
    ("a-b-c.slice:p:x", "a-b-c.slice p-x.scope /a.slice/a-b.slice/a-b-c.slice/p-x.scope"),
    ("kubepods.slice:p:kubepods-x.slice", "kubepods.slice kubepods-x.slice /kubepods.slice/kubepods-x.slice"),
  ])
  func aPathNamesAUnit(path: String, expected: String) throws { #expect(try unit(path) == expected) }

  @Test func ofAUserTheUsualSliceIsAnother() throws {
    #expect(try unit(":p:x", ofUser: true) == "user.slice p-x.scope /user.slice/p-x.scope")
  }

  @Test(arguments: [
    ("a--b.slice:p:x", "invalid slice name: a--b.slice"), ("-a.slice:p:x", "invalid slice name: -a.slice"),
    ("a-.slice:p:x", "invalid slice name: a-.slice"), ("a/b.slice:p:x", "invalid slice name: a/b.slice"),
    (".slice:p:x", "invalid slice name: .slice"), ("machine:p:x", "invalid slice name: machine"),
    ("system.slice:p:a--b.slice", "invalid slice name: a--b.slice"),
    ("/a/b", "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"/a/b\" instead"),
    ("a:b", "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"a:b\" instead"),
    ("system.slice:a/../b:x", "linux.cgroupsPath: invalid unit name: a/../b-x.scope"),
    ("system.slice:p:a+b", "linux.cgroupsPath: invalid unit name: p-a+b.scope"),
    ("system.slice:p:-.slice", "linux.cgroupsPath: invalid unit name: -.slice"),
  ])
  func whatNamesNoneIsRefused(path: String, message: String) {
    #expect(throws: Failure(message)) { try unit(path) }
  }

  /// Comparing each device with each other would take minutes.
  @Test func manyDevicesTakeNoTime() throws {
    let rules = (0..<100_000).map { DeviceRule(allow: true, type: .c, major: $0 % 4096, minor: $0, access: "r") }
    let list = try #require(UnitDevices(rules + [DeviceRule(allow: true, type: .c, major: 7, access: "w")]).list)
    #expect(list.count == 100_001)
    #expect(list[7].path == "/dev/char/7:7" && list[7].access == "rw" && list[8].access == "r")
  }

  @Test func aListOfProcessorsIsNoLongerThanTheKernelTakes() {
    #expect(NumberSet("0-2,9")?.bitmap == [7, 2])
    #expect(NumberSet("0-8191")?.bitmap.count == 1024)
    #expect(NumberSet("0-8192") == nil)
    #expect(NumberSet(Array(repeating: "0-8191", count: 7000).joined(separator: ","))?.bitmap.count == 1024)
    #expect(NumberSet(Array(repeating: "0-8191", count: 8000).joined(separator: ",")) == nil)
  }

  private func limits(version: Int = 255, makesScope: Bool = true, _ change: (inout Resources) -> Void) throws -> [UnitProperty] {
    var resources = Resources()
    change(&resources)
    return try Writes(resources).settled(bandwidth: .none).unitProperties(version: version, makesScope: makesScope)
  }

  /// systemd refuses a whole update for the sake of a property that a unit can be made with only, and slices have none such.
  @Test(arguments: [true, false]) func whatCanOnlyBeMadeIsNotUpdated(makesScope: Bool) throws {
    let properties = try limits(makesScope: makesScope) { $0.unified = ["memory.oom.group": "1", "pids.max": "5"] }
    #expect(properties.map(\.name).sorted() == (makesScope ? ["OOMPolicy", "TasksMax"] : ["TasksMax"]))
  }

  @Test func eachLimitHasItsProperty() throws {
    let properties = try limits {
      $0.memory = MemoryResources(limit: 100, reservation: 50, swap: 150)
      $0.cpu = CPUResources(shares: 1024, quota: 33_333, period: 100_000, cpus: "0-2,9", mems: "0")
      $0.pids = PIDs(limit: 0)
      $0.unified = ["memory.high": "1K", "memory.min": "max", "memory.oom.group": "1"]
    }
    #expect(
      properties.sorted { $0.name < $1.name } == [
        UnitProperty("AllowedCPUs", .bytes([7, 2])), UnitProperty("AllowedMemoryNodes", .bytes([1])),
        UnitProperty("CPUQuotaPerSecUSec", .uint64(340_000)), UnitProperty("CPUQuotaPeriodUSec", .uint64(100_000)),
        UnitProperty("CPUWeight", .uint64(100)), UnitProperty("MemoryHigh", .uint64(1024)),
        UnitProperty("MemoryLow", .uint64(50)),
        UnitProperty("MemoryMax", .uint64(100)), UnitProperty("MemoryMin", .uint64(.max)),
        UnitProperty("MemorySwapMax", .uint64(50)), UnitProperty("OOMPolicy", .string("kill")),
        UnitProperty("TasksMax", .uint64(1)),
      ])
  }

  @Test func whatAnOldSystemdDoesNotKnowIsNotSaidToIt() throws {
    let properties = try limits(version: 241) {
      $0.cpu = CPUResources(quota: 50_000, cpus: "0", idle: 1)
      $0.unified = ["memory.oom.group": "1"]
    }
    #expect(properties == [UnitProperty("CPUQuotaPerSecUSec", .uint64(500_000))])
  }

  @Test func noLimitAndTheLastWord() throws {
    let properties = try limits {
      $0.memory = MemoryResources(limit: -1)
      $0.pids = PIDs(limit: -1)
      $0.cpu = CPUResources(quota: -1)
      $0.unified = ["pids.max": "7", "io.weight": "default 200", "memory.high": "nonsense"]
    }
    #expect(
      properties.sorted { $0.name < $1.name } == [
        UnitProperty("CPUQuotaPerSecUSec", .uint64(.max)), UnitProperty("CPUQuotaPeriodUSec", .uint64(100_000)),
        UnitProperty("IOWeight", .uint64(200)), UnitProperty("MemoryMax", .uint64(.max)),
        UnitProperty("MemorySwapMax", .uint64(.max)), UnitProperty("TasksMax", .uint64(7)),
      ])
  }

  @Test(arguments: [
    ("50000 100000", "50000 100000"), ("33333 100000", "34000 100000"), ("1000 1000000", "10000 1000000"), ("max", "max 20000"),
    ("7000", "7000 20000"), ("7001", "7200 20000"), ("max 5000", "max 5000"),
  ])
  func aQuotaIsAWholePercent(given: String, settled: String) throws {
    var resources = Resources()
    resources.unified = ["cpu.max": given]
    let writes = try Writes(resources).settled(bandwidth: CPUBandwidth(quota: 4000, period: 20_000))
    #expect(writes.list.map(\.value) == [.text(settled)])
  }

  @Test func aPeriodAloneKeepsTheQuota() throws {
    var resources = Resources()
    resources.cpu = CPUResources(period: 10_000)
    let writes = try Writes(resources).settled(bandwidth: CPUBandwidth(quota: 4000, period: 20_000))
    #expect(writes.list.map(\.value) == [.text("4000 10000")])
  }
}

@Suite struct UnitDevicesTests {
  private func list(_ rules: [DeviceRule]) -> [String]? { UnitDevices(rules).list?.map { "\($0.path) \($0.access)" } }

  @Test func whatIsAllowedIsListed() {
    #expect(
      list([
        DeviceRule(allow: false), DeviceRule(allow: true, type: .c, major: 10, minor: 229, access: "rw"),
        DeviceRule(allow: true, type: .b, major: 8, access: "r"), DeviceRule(allow: true, type: .c, major: 136),
        DeviceRule(allow: true, type: .a, major: 1, minor: 3, access: "m"),
      ]) == ["/dev/char/10:229 rw", "block-8 r", "char-136 rwm", "/dev/block/1:3 m", "/dev/char/1:3 m"])
  }

  @Test func allIsNoList() {
    #expect(list([DeviceRule(allow: true)]) == nil)
    #expect(UnitDevices([DeviceRule(allow: true)]).properties == [UnitProperty("DevicePolicy", .string("auto"))])
    #expect(list([DeviceRule(allow: true), DeviceRule(allow: false)]) == [])
  }

  /// Each entry is asked by itself: one with `r` and one with `w` would refuse `rw`.
  @Test func anEntryHasTheLettersOfAllThatCoverIt() {
    #expect(
      list([
        DeviceRule(allow: true, type: .c, access: "m"), DeviceRule(allow: true, type: .c, major: 5, access: "r"),
        DeviceRule(allow: true, type: .c, major: 5, minor: 1, access: "w"),
      ]) == ["char-* m", "char-5 rm", "/dev/char/5:1 rwm"])
  }

  /// What it cannot say as narrowly it says more widely: the container's own program decides.
  @Test func aMinorOfAnyMajorIsAllOfThem() {
    #expect(list([DeviceRule(allow: true, type: .c, minor: 3, access: "r")]) == ["char-* r"])
    #expect(
      list([
        DeviceRule(allow: true, type: .c, major: 1, access: "r"),
        DeviceRule(allow: false, type: .c, major: 1, minor: 3, access: "r"),
      ])
        == ["char-1 r"])
  }
}

@Suite struct UnitAnnotationsTests {
  @Test func annotationsAreProperties() throws {
    let properties = try UnitProperty.list(annotations: [
      "org.systemd.property.TimeoutStopSec": "uint64 7", "org.systemd.property.KillSignal": "2",
      "org.systemd.property.StartLimitIntervalUSec": "uint64 5", "other": "(", "org.systemd.property.CPUQuotaSec": "0.5",
    ])
    #expect(
      properties == [
        UnitProperty("CPUQuotaUSec", .uint64(500_000)), UnitProperty("KillSignal", .int32(2)),
        UnitProperty("StartLimitIntervalUSec", .uint64(5)), UnitProperty("TimeoutStopUSec", .uint64(7_000_000)),
      ])
  }

  @Test(arguments: [
    ("ab", "1"), ("A.B", "1"), ("Abc1", "1"), ("", "1"), ("Okay", "("), ("TimeoutStopSec", "'a'"), ("TimeoutStopSec", "-1"),
    ("TimeoutStopSec", "uint64 18446744073709551615"),
  ])
  func whatIsNoneIsRefused(name: String, text: String) {
    #expect(throws: Failure.self) { try UnitProperty.list(annotations: ["org.systemd.property.\(name)": text]) }
  }
}
