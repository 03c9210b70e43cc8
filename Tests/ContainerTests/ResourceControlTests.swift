import Foundation
import Kernel
import OCISpec
import Testing

@testable import Container

/// A directory in the form of a resctrl file system with two L3 caches; what the kernel does in one, it does itself.
private struct FakeMount {
  let path: String
  let mount: ResourceControlMount

  init() throws {
    let path = "\(NSTemporaryDirectory())/apus-resctrl.\(UUID().uuidString)"
    self.path = path
    try Self.fill(path, schemata: "    L3:0=fff;1=fff\n    MB:0= 100;1= 100\n")
    for name in ["info/L3", "info/MB", "info/L3_MON"] { try Self.makeDirectory("\(path)/\(name)") }
    try Self.write("ok\n", to: "\(path)/info/last_cmd_status")
    mount = ResourceControlMount(
      try Descriptor.open(host: path, [.readOnly, .directory]), path: path,
      make: { (root, name) throws(Failure) in
        try root.makeDirectory(name)
        do { try Self.fill("\(path)/\(name)", schemata: "") } catch { throw Failure("\(error)") }
      },
      remove: { (root, name) throws(Failure) in
        _ = try root.status(of: name)
        do { try FileManager.default.removeItem(atPath: "\(path)/\(name)") } catch { throw Failure("\(error)") }
      })
  }

  /// Takes everything away again.
  func discard() throws { try FileManager.default.removeItem(atPath: path) }

  static func fill(_ group: String, schemata: String) throws {
    try makeDirectory("\(group)/mon_groups")
    try write(schemata, to: "\(group)/schemata")
    try write("", to: "\(group)/tasks")
  }

  static func makeDirectory(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  static func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

  func text(_ name: String) -> String? {
    FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
  }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

  func plan(_ change: (inout IntelRDT) -> Void) throws -> ResourceControl {
    var rdt = IntelRDT()
    change(&rdt)
    return try ResourceControl.plan(rdt, id: "c1", mount)
  }

  /// What is wrong with a section, in one line.
  func refusal(_ change: (inout IntelRDT) -> Void) -> String {
    do {
      _ = try plan(change)
      return ""
    } catch let error as Failure { return error.message } catch { return "\(error)" }
  }
}

@Suite struct ResourceControlTests {
  /// A directory with the same names as resctrl.
  private func withMount(_ body: (FakeMount) throws -> Void) throws {
    let fake = try FakeMount()
    let result = Result { try body(fake) }
    try fake.discard()
    try result.get()
  }

  @Test func withoutANameTheClassIsTheContainersOwn() throws {
    try withMount { fake in
      let control = try fake.plan { $0.l3CacheSchema = "L3:0=f" }
      #expect(!fake.has("c1"), "planning has made it")
      try control.make()
      #expect(fake.text("c1/schemata") == "L3:0=f\n")
      try control.add(4711)
      #expect(fake.text("c1/tasks") == "4711")
      #expect(control.ownGroups == ["c1"])
      try fake.mount.removeGroup("c1")
      #expect(!fake.has("c1"))
      try fake.mount.removeGroup("c1")  // that it is gone is no error
    }
  }

  @Test func aClassOfItsNameIsNotTakenOver() throws {
    try withMount { fake in
      try FakeMount.fill("\(fake.path)/c1", schemata: "")
      #expect(fake.refusal { _ in }.hasPrefix("\(fake.path)/c1 is there already: "))
    }
  }

  @Test func aNamedClassIsMadeAndStays() throws {
    try withMount { fake in
      let control = try fake.plan { ($0.closID, $0.schemata) = ("gold", ["L3:0=f0", "MB:0=20"]) }
      try control.make()
      #expect(control.ownGroups.isEmpty)
      #expect(fake.has("gold") && !fake.has("c1"))
    }
  }

  @Test func aNamedClassWithoutSchemaMustBeThere() throws {
    try withMount { fake in
      #expect(fake.refusal { $0.closID = "gold" }.hasPrefix("closID gold: there is no \(fake.path)/gold"))
      try FakeMount.fill("\(fake.path)/gold", schemata: "L3:0=f;1=f\n")
      let control = try fake.plan { $0.closID = "gold" }
      try control.make()
      try control.add(12)
      #expect(fake.text("gold/schemata") == "L3:0=f;1=f\n", "without schema none is written")
      #expect(fake.text("gold/tasks") == "12")
      control.discard()
      #expect(fake.has("gold"), "it was there before")
    }
  }

  @Test(arguments: [
    ("L3:0=f", "", true), ("L3:0=00F;1=f", "MB:1=20", true), ("L3:1=ff", "", false), ("L3:2=f", "", false),
    ("", "MB:0=20;1=20", false), ("", "MB:0=10", true),
  ])
  func aNamedClassThatIsThereIsCompared(cache: String, bandwidth: String, fits: Bool) throws {
    try withMount { fake in
      try FakeMount.fill("\(fake.path)/gold", schemata: "    L3:0=00f;1=00f\n    MB:0=  10;1=  20\n")
      let text = fake.refusal { ($0.closID, $0.l3CacheSchema, $0.memBwSchema) = ("gold", cache, bandwidth) }
      #expect(fits ? text.isEmpty : text.contains("is not what the class gold has (L3:0=f;1=f MB:0=10;1=20)"), "\(text)")
    }
  }

  @Test func theDefaultClassIsTheMountItself() throws {
    try withMount { fake in
      let control = try fake.plan { ($0.closID, $0.enableMonitoring) = ("/", true) }
      try control.make()
      try control.add(7)
      #expect(fake.text("tasks") == "7" && fake.text("mon_groups/c1/tasks") == "7")
      #expect(control.ownGroups == ["mon_groups/c1"])
    }
  }

  @Test func aNamedClassIsMonitoredInAGroupOfTheContainers() throws {
    try withMount { fake in
      try FakeMount.fill("\(fake.path)/gold", schemata: "")
      let control = try fake.plan { ($0.closID, $0.enableMonitoring) = ("gold", true) }
      try control.make()
      #expect(control.ownGroups == ["gold/mon_groups/c1"])
      try control.add(7)
      #expect(fake.text("gold/tasks") == "7" && fake.text("gold/mon_groups/c1/tasks") == "7")
      control.discard()
      #expect(!fake.has("gold/mon_groups/c1") && fake.has("gold"))
    }
  }

  @Test func whatTheMachineHasNotIsRefused() throws {
    try withMount { fake in
      #expect(
        fake.refusal { $0.schemata = ["L2:0=f"] }
          == "schemata L2:0=f: this machine has no resource L2 to share (\(fake.path)/info has: L3 L3_MON MB last_cmd_status)")
      #expect(fake.refusal { $0.l3CacheSchema = "0=f" }.contains("this is no line such as L3:0=ff;1=ff"))
      try FileManager.default.removeItem(atPath: "\(fake.path)/mon_groups")
      #expect(fake.refusal { $0.enableMonitoring = true }.contains("enableMonitoring: \(fake.path) has no mon_groups"))
    }
  }

  /// The second line cannot be written: `schemata` of the class is a directory by then.
  @Test func aFailureLeavesNothingAndSaysTheKernelsReason() throws {
    try withMount { fake in
      try FakeMount.write("Mask f00 has non-consecutive 1-bits\n", to: "\(fake.path)/info/last_cmd_status")
      let mount = ResourceControlMount(
        try Descriptor.open(host: fake.path, [.readOnly, .directory]), path: fake.path,
        make: { (root, name) throws(Failure) in
          try root.makeDirectory(name)
          try root.makeDirectory("\(name)/schemata")
        },
        remove: { (root, name) throws(Failure) in
          try root.removeDirectory("\(name)/schemata")
          try root.removeDirectory(name)
        })
      var rdt = IntelRDT()
      rdt.l3CacheSchema = "L3:0=f00f"
      let control = try ResourceControl.plan(rdt, id: "c1", mount)
      do throws(Failure) {
        try control.make()
        Issue.record("it was written")
      } catch {
        #expect(error.message.hasPrefix("linux.intelRdt: l3CacheSchema L3:0=f00f: writing \(fake.path)/c1/schemata: "))
        #expect(error.hint == "Mask f00 has non-consecutive 1-bits")
      }
      #expect(!fake.has("c1"))
    }
  }

  /// A named class which another container has joined meanwhile is not taken from it.
  @Test(arguments: ["", "99\n"]) func aNamedClassThatWasMadeIsUndoneWhenEmpty(tasks: String) throws {
    try withMount { fake in
      let control = try fake.plan { ($0.closID, $0.memBwSchema) = ("gold", "MB:0=20") }
      try control.make()
      try FakeMount.write(tasks, to: "\(fake.path)/gold/tasks")
      control.discard()
      #expect(fake.has("gold") == !tasks.isEmpty)
    }
  }

  // MARK: update

  private func rewrite(_ fake: FakeMount, closID: String? = "gold", _ cache: String, _ bandwidth: String) throws
    -> ResourceControl.Rewrite
  {
    var spec = Spec()
    spec.linux.intelRdt = closID.map {
      var rdt = IntelRDT()
      rdt.closID = $0
      return rdt
    }
    var new = IntelRDT()
    (new.l3CacheSchema, new.memBwSchema) = (cache, bandwidth)
    return try ResourceControl.Rewrite(new, spec, id: "c1") { fake.mount }
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch let error as Failure { return error.message } catch { return "\(error)" }
  }

  @Test(arguments: [
    ("L3:0=f;1=f", "", "L3:0=f;1=f\n"), ("", "MB:0=20;1=20", "MB:0=20;1=20\n"),
    ("L3:0=f", "MB:0=20", "L3:0=f\nMB:0=20\n"), ("", "", ""),
  ])
  func updateWritesThoseThatAreGiven(cache: String, bandwidth: String, written: String) throws {
    try withMount { fake in
      for (closID, group) in [("gold", "gold"), ("", "c1")] {
        try FakeMount.fill("\(fake.path)/\(group)", schemata: "")
        var others = 0
        try rewrite(fake, closID: closID, cache, bandwidth).run { () throws(Failure) in others += 1 }
        #expect(fake.text("\(group)/schemata") == written && others == 1)
      }
    }
  }

  /// As the kernel has it: what is not given keeps its share, so only that has to be written back.
  @Test func updateThatFailsPutsTheOldSharesBack() throws {
    try withMount { fake in
      try FakeMount.fill("\(fake.path)/gold", schemata: "    MB:0=  10;1=  20\n    L3:0=0ff;1=00f\n")
      let failure = message {
        try rewrite(fake, "", "MB:0=50").run { () throws(Failure) in
          #expect(fake.text("gold/schemata")?.hasPrefix("MB:0=50\n") == true)
          throw Failure("no cgroup")
        }
      }
      #expect(failure == "no cgroup")
      #expect(fake.text("gold/schemata") == "    MB:0=  10;1=  20\n    L3:0=0ff;1=00f\n")
    }
  }

  @Test func updateOfAContainerWithoutAClassIsRefused() throws {
    try withMount { fake in
      let text = message { _ = try rewrite(fake, closID: nil, "L3:0=f", "") }
      #expect(
        text == "linux.intelRdt: the container has no class of service (its config.json has no linux.intelRdt)", "\(text)")
      #expect(message { try rewrite(fake, closID: "lost", "L3:0=f", "").run {} }.contains("\(fake.path)/lost/schemata"))
    }
  }

  @Test(arguments: [("L2:0=f", "", "no resource L2"), ("L3", "", "no line such as"), ("", "L3:0=f", "starts with MB:")])
  func updateRefusesWhatIsNoShare(cache: String, bandwidth: String, complaint: String) throws {
    try withMount { fake in
      try FakeMount.fill("\(fake.path)/gold", schemata: "")
      let text = message { _ = try rewrite(fake, cache, bandwidth) }
      #expect(text.contains("linux.intelRdt") && text.contains(complaint), "\(text)")
      #expect(fake.text("gold/schemata") == "")
    }
  }

  @Test func theMountPointIsFound() {
    let table = """
      22 1 0:20 / /sys rw,nosuid - sysfs sysfs rw
      31 22 0:27 / /sys/fs/res\\040ctrl\\134x rw shared:9 - resctrl resctrl rw
      """
    #expect(ResourceControlMount.mountPoint(in: table) == #"/sys/fs/res ctrl\x"#)
    #expect(ResourceControlMount.mountPoint(in: "22 1 0:20 / /sys rw,nosuid - sysfs resctrl rw") == nil)
  }
}
