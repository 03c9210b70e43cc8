import Kernel
import OCISpec

/// One value for one control file.
package struct Write: Equatable, Sendable {
  package enum Value: Equatable, Sendable {
    case text(String)
    /// For cpu.max: this period, with the quota left as it is.
    case period(UInt64)
  }

  package let file: String
  package let value: Value
  /// The property of config.json that asks for it.
  package let setting: String
  /// Written when the kernel does not have `file`.
  package var alternative: Alternative?
  /// The kernel without the file does just what the value asks for, or cannot do otherwise.
  package var mayBeMissing = false
  /// EINVAL means that another value must be there first: tried again after all others.
  package var mayBePostponed = false

  package struct Alternative: Equatable, Sendable {
    package let file: String
    package let value: String
  }

  init(_ file: String, _ value: Value, _ setting: String) {
    self.file = file
    self.value = value
    self.setting = setting
  }
}

/// What a container's `linux.resources` mean in the control files of cgroup v2: a pure value, made before anything is
/// touched. Device rules are not in it; see ``DeviceProgram``.
///
/// What is not set is not written. A cgroup v1 setting with nothing like it in v2 is an error (config-linux.md
/// "Unified"), which says what there is instead.
package struct Writes: Equatable, Sendable {
  /// In the order in which they are written.
  package private(set) var list: [Write] = []
  /// The controllers without which they cannot be written.
  package private(set) var needs = Needs()
  /// What is ignored although it was asked for.
  package private(set) var warnings: [String] = []
  /// Limits that must not be below what is in use now (`memory.checkBeforeUpdate`), in bytes.
  package private(set) var usageCheck: UsageCheck?

  package struct UsageCheck: Equatable, Sendable {
    package var limit: Int64?
    /// Memory and swap together.
    package var swap: Int64?
  }

  package init(_ resources: Resources) throws(Failure) {
    addPIDs(resources.pids)
    if let memory = resources.memory { try addMemory(memory) }
    if let blockIO = resources.blockIO { try addBlockIO(blockIO) }
    if let cpu = resources.cpu { try addCPU(cpu) }
    for limit in resources.hugepageLimits { try addHugepageLimit(limit) }
    addRDMA(resources.rdma)
    if let network = resources.network { try refuse(network) }
    // Last, so that it wins over the older way to say the same.
    try addUnified(resources.unified)
  }

  // MARK: What the parts are made with

  /// A limit: the controller must be there.
  mutating func limit(_ file: String, _ value: String, _ setting: String) {
    let controller = String(file.prefix { $0 != "." })
    add(Write(file, .text(value), "linux.resources.\(setting)"), needing: controller)
  }

  /// No limit: without the controller that is so already.
  mutating func noLimit(_ file: String, _ value: String, _ setting: String) {
    var write = Write(file, .text(value), "linux.resources.\(setting)")
    write.mayBeMissing = true
    add(write, needing: nil)
  }

  mutating func add(_ write: Write, needing controller: String?) {
    list.append(write)
    if let controller { needs.add(controller, for: write.setting) }
  }

  /// The same writes with other values.
  func replacing(_ value: (Write) -> Write.Value) -> Writes {
    var copy = self
    copy.list = list.map { write in
      var new = Write(write.file, value(write), write.setting)
      (new.alternative, new.mayBeMissing, new.mayBePostponed) = (write.alternative, write.mayBeMissing, write.mayBePostponed)
      return new
    }
    return copy
  }

  mutating func warn(_ text: String) { warnings.append(text) }

  mutating func check(_ usage: UsageCheck) { usageCheck = usage }

  static func refusal(_ setting: String, instead: String) -> Failure {
    Failure("linux.resources.\(setting) cannot be had with cgroup v2", hint: instead)
  }

  // MARK: The smaller parts

  private mutating func addPIDs(_ pids: PIDs?) {
    guard let limit = pids?.limit else { return }
    if limit < 0 { return noLimit("pids.max", "max", "pids.limit") }
    // Written as 0 it would refuse the container's own first process, which is born into its cgroup. 1 is what a limit
    // of 0 means to a process that was moved there: it runs, and cannot fork.
    self.limit("pids.max", String(max(limit, 1)), "pids.limit")
  }

  private mutating func addHugepageLimit(_ limit: HugepageLimit) throws(Failure) {
    let digits = limit.pageSize.prefix { $0.isASCII && $0.isNumber }
    guard let first = digits.first, first != "0", ["KB", "MB", "GB"].contains(limit.pageSize.dropFirst(digits.count)) else {
      throw Failure("linux.resources.hugepageLimits: page size \(limit.pageSize) is not written like 2MB")
    }
    self.limit("hugetlb.\(limit.pageSize).max", String(limit.limit), "hugepageLimits")
    // Pages that are reserved count as well, since kernel 5.7 and where the kernel has that accounting.
    var reserved = Write("hugetlb.\(limit.pageSize).rsvd.max", .text(String(limit.limit)), "linux.resources.hugepageLimits")
    reserved.mayBeMissing = true
    add(reserved, needing: nil)
  }

  private mutating func addRDMA(_ devices: [String: RDMA]) {
    for (device, limits) in devices.sorted(by: { $0.key < $1.key }) {
      var words = [device]
      if let handles = limits.hcaHandles { words.append("hca_handle=\(handles)") }
      if let objects = limits.hcaObjects { words.append("hca_object=\(objects)") }
      if words.count > 1 { limit("rdma.max", words.joined(separator: " "), "rdma.\(device)") }
    }
  }

  private func refuse(_ network: NetworkResources) throws(Failure) {
    let instead = "v2 has no net_cls and net_prio: match the cgroup itself in nftables (socket cgroupv2), or attach eBPF to it"
    // Class 0 is what every cgroup of v1 has without being told.
    if let id = network.classID, id != 0 { throw Writes.refusal("network.classID", instead: instead) }
    if !network.priorities.isEmpty { throw Writes.refusal("network.priorities", instead: instead) }
  }

  private mutating func addUnified(_ files: [String: String]) throws(Failure) {
    for (file, content) in files.sorted(by: { $0.key < $1.key }) {
      let setting = "linux.resources.unified[\"\(file)\"]"
      if file.isEmpty || file.utf8.contains(UInt8(ascii: "/")) || file == "." || file == ".." {
        throw Failure("\(setting): the key must be the name of a file of the cgroup, without a slash")
      }
      let controller = String(file.prefix { $0 != "." })
      // Pressure files are there without their controller, and of a name no controller is known to have the kernel decides.
      let known = Writes.controllers.contains(controller) && !file.hasSuffix(".pressure")
      // A control file takes one line a write.
      let lines = content.split(separator: "\n")
      for line in lines.isEmpty ? [""] : lines {
        add(Write(file, .text(String(line)), setting), needing: known ? controller : nil)
      }
    }
  }

  /// cgroup-v2.rst "Controllers".
  private static let controllers: Set<String> = [
    "cpu", "cpuset", "dmem", "hugetlb", "io", "memory", "misc", "perf_event", "pids", "rdma",
  ]
}
