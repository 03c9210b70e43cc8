import Foundation
import Kernel
import OCISpec
import Testing

@testable import ControlGroups

/// The kernel's files in, numbers out: no cgroup is needed for it.
@Suite struct StatisticsFormatTests {
  @Test("cpu.stat counts microseconds; what it does not have is 0")
  func cpu() {
    let full = CPUStatistics(
      stat: "usage_usec 5\nuser_usec 3\nsystem_usec 2\nnice_usec 0\nnr_periods 7\nnr_throttled 4\nthrottled_usec 90\nnr_bursts 1")
    #expect(full.total == 5000 && full.user == 3000 && full.kernel == 2000)
    #expect(full.periods == 7 && full.throttledPeriods == 4 && full.throttledTime == 90_000)
    let plain = CPUStatistics(stat: "usage_usec 1\nuser_usec 1\nsystem_usec 0")
    #expect(plain.total == 1000 && plain.periods == 0 && plain.throttledTime == 0)
    #expect(CPUStatistics(stat: "") == CPUStatistics())
  }

  @Test("io.stat has a line for each device, and keys of other kinds")
  func io() {
    let text = """
      8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=50331648 dios=3
      253:0 rbytes=4096 rios=1 cost.usage=12
      7:1
      (unknown) rbytes=1
      """
    let devices = IOStatistics(stat: text).devices
    #expect(devices.count == 2)
    #expect(
      devices[0]
        == IOStatistics.Device(
          major: 8, minor: 16, read: 1_459_200, written: 314_773_504, discarded: 50_331_648, reads: 192, writes: 353, discards: 3)
    )
    #expect(devices[1] == IOStatistics.Device(major: 253, minor: 0, read: 4096, reads: 1))
  }

  @Test("Pressure has two lines, or one for the cpu before 5.13")
  func pressure() {
    let both = Pressure(
      "some avg10=1.50 avg60=0.25 avg300=0.00 total=4711\nfull avg10=0.10 avg60=0.00 avg300=0.01 total=12")
    #expect(both.some == Pressure.Share(average10: 1.5, average60: 0.25, average300: 0, total: 4711))
    #expect(both.full == Pressure.Share(average10: 0.1, average60: 0, average300: 0.01, total: 12))
    #expect(Pressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=9").full == Pressure.Share())
  }

  @Test("The sizes of huge pages are read off the names of files")
  func hugepages() {
    let files = [
      "hugetlb.2MB.current", "hugetlb.2MB.rsvd.current", "hugetlb.2MB.max", "hugetlb.1GB.current", "memory.current",
      "cgroup.procs",
    ]
    #expect(HugepageStatistics.sizes(files) == ["2MB", "1GB"])
  }
}

/// The same of a cgroup of this host.
@Suite(.serialized, .enabled(if: Laboratory.isUsable)) struct StatisticsTests {
  @Test func aCgroupHasStatisticsWithoutAnyController() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    #expect(try group.statistics().processes.current == 0)
    try lab.make("a/below")
    try lab.start("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 100", in: "a")
    try lab.start("sleep 100", in: "a/below")
    var found = try group.statistics()
    for _ in 0..<500 where found.cpu.total == 0 {
      usleep(10_000)
      found = try group.statistics()
    }
    #expect(found.cpu.total > 0)
    #expect(found.processes.current >= 2)  // a shell may start its last command as a child of its own
    #expect((found.memory.memory.current > 0) == Laboratory.has("memory"))
    #expect((found.cpu.pressure != nil) == lab.exists("a/cpu.pressure"))
    let files = try FileManager.default.contentsOfDirectory(atPath: lab.full("a"))
    #expect(Set(found.hugepages.keys) == Set(HugepageStatistics.sizes(files)))
  }

  @Test func aCgroupThatIsGoneSaysSo() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    try group.remove()
    // A file that cannot be found in it any more has nothing to say; the numbers are 0, or there is an error.
    do throws(Failure) {
      let found = try group.statistics()
      #expect(found.cpu == CPUStatistics() && found.processes.current == 0)
    } catch { #expect(error.hasVanished) }
  }

  @Test(.enabled(if: Laboratory.has("memory"))) func eachKillForWantOfMemoryIsCounted() throws {
    let lab = try Laboratory()
    let group = try ControlGroup.create(lab.path("a"), in: lab.hierarchy)
    let watch = try #require(try group.watchOutOfMemory())
    var resources = Resources()
    resources.memory = MemoryResources(limit: 8 << 20, swap: 8 << 20)
    try group.apply(try Writes(resources))
    #expect(try watch.newKills() == 0)
    for _ in 1...2 { #expect(try lab.status("exec tail /dev/zero", in: "a") == 9) }
    #expect(try watch.newKills() == 2)
    #expect(try watch.newKills() == 0)
  }
}
