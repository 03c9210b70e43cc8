import Kernel
import OCISpec

/// The cgroup2 hierarchy of this host (cgroup-v2.rst), the only version apus uses.
///
/// On a hybrid host, whose controllers are bound to cgroup v1, the hierarchy has few controllers or none. Freezing,
/// killing and device rules need none.
package final class Hierarchy {
  package let root: ControlDirectory
  private var ownGroups: OwnGroups?
  private var rootControllers: [String]?

  init(root: ControlDirectory) { self.root = root }

  /// Where the hierarchy is mounted: `/sys/fs/cgroup`, or `/sys/fs/cgroup/unified` on a hybrid host.
  package var mountPoint: String { root.path }

  /// Finds the hierarchy below `base`. What is opened is verified to be a cgroup2 file system.
  package static func find(at base: String = "/sys/fs/cgroup") throws(Failure) -> Hierarchy {
    for path in [base, "\(base)/unified"] {
      if let hierarchy = try during("opening \(path)", try open(path)) { return hierarchy }
    }
    throw Failure(
      "no cgroup2 file system at \(base) nor at \(base)/unified",
      hint: "containers need cgroup v2: mount -t cgroup2 cgroup2 \(base)")
  }

  /// nil when there is no such directory, or one that is not of a cgroup2 file system.
  private static func open(_ path: String) throws(Failure) -> Hierarchy? {
    do throws(Failure) {
      let root = try Descriptor.open(host: path, [.readOnly, .directory])
      if try root.fileSystemMagic() != FileSystemMagic.cgroup2 { return nil }
      return Hierarchy(root: ControlDirectory(root, path: path))
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      throw error
    }
  }

  /// The controllers this hierarchy can offer.
  package func controllers() throws(Failure) -> [String] {
    if let rootControllers { return rootControllers }
    let read = try root.words(of: "cgroup.controllers")
    rootControllers = read
    return read
  }

  /// The runtime's own cgroup, as a path from the root of the hierarchy.
  package func ownPath() throws(Failure) -> String {
    guard let path = try own().path else {
      throw Failure("/proc/self/cgroup names no cgroup of version 2", hint: "the kernel was started without cgroup2")
    }
    return path
  }

  /// Fails unless the hierarchy has every controller of `needs`, and says what needs it and why it is missing.
  func require(_ needs: Needs) throws(Failure) {
    guard let missing = try missing(of: needs).first else { return }
    throw Failure("\(missing.setting) \(missing.why)", hint: missing.remedy)
  }

  /// The controllers of `needs` that the hierarchy does not have: what needs each, why it is missing, what would give it.
  package func missing(of needs: Needs) throws(Failure) -> [(setting: String, why: String, remedy: String)] {
    if needs.settings.isEmpty { return [] }
    var missing: [(setting: String, why: String, remedy: String)] = []
    for (controller, setting) in needs.sorted {
      if let (why, remedy) = try absence(of: controller) {
        missing.append((setting, "needs the cgroup controller \(controller), which is \(why)", remedy))
      }
    }
    return missing
  }

  /// Why a controller is not there, and what would give it; nil when it is.
  package func absence(of controller: String) throws(Failure) -> (why: String, remedy: String)? {
    let available = try controllers()
    if available.contains(controller) { return nil }
    let there = available.isEmpty ? "none" : available.joined(separator: " ")
    let legacy = controller == "io" ? "blkio" : controller
    return (
      "not in \(mountPoint)/cgroup.controllers (there: \(there))",
      try own().controllersOfVersion1.contains(legacy)
        ? "this host has it bound to cgroup v1 as \(legacy), see /proc/self/cgroup; boot with cgroup_no_v1=all to have it in v2"
        : "this kernel, or the cgroup namespace apus runs in, was not given it"
    )
  }

  private func own() throws(Failure) -> OwnGroups {
    if let ownGroups { return ownGroups }
    let bytes = try during("reading /proc/self/cgroup", try Descriptor.open(host: "/proc/self/cgroup", .readOnly).readAll())
    let read = OwnGroups(String(decoding: bytes, as: UTF8.self))
    ownGroups = read
    return read
  }
}

/// What /proc/self/cgroup says (cgroups(7)): lines of `ID:CONTROLLERS:PATH`; version 2 is the line `0::PATH`.
struct OwnGroups {
  let path: String?
  private let lines: [Substring]

  init(_ text: String) {
    lines = text.parts("\n")
    path = lines.first { $0.utf8.starts(with: "0::".utf8) }.map { String($0.dropFirst("0::".count)) }
  }

  var controllersOfVersion1: [String] {
    lines.flatMap { line in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      return fields.count == 3 ? fields[1].split(separator: ",").map(String.init) : []
    }
  }
}

/// The controllers that something cannot do without, each with the name of the setting that needs it.
package struct Needs: Equatable, Sendable {
  package private(set) var settings: [String: String] = [:]
  package init() {}

  /// The first setting that asks for a controller is the one an error names.
  mutating func add(_ controller: String, for setting: String) {
    if settings[controller] == nil { settings[controller] = setting }
  }

  func contains(_ controller: String) -> Bool { settings[controller] != nil }

  /// Controllers that work only in domain cgroups, not among the threads of a process (cgroup-v2.rst "Threads").
  var domainControllers: [String] { sorted.map { $0.0 }.filter { !["cpu", "cpuset", "perf_event", "pids"].contains($0) } }

  var sorted: [(String, String)] { settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
}
