import ControlGroups
import Kernel
import OCISpec

/// Reads what the kernel tells of itself, each file once. Nothing is made and nothing is changed.
final class HostLook {
  private var texts: [String: String?] = [:]
  private var found: Result<Hierarchy, Failure>?
  /// What this process may do now. Without /proc or with a broken libcap nothing works, so nothing counts as granted.
  let capabilities: CapabilitySet

  init() { capabilities = (try? Kernel.Capabilities.effective()) ?? CapabilitySet() }

  /// The file without its last newline; nil when it cannot be read, whatever the reason: then it tells nothing.
  func text(_ path: String) -> String? {
    if let known = texts[path] { return known }
    let bytes = try? Descriptor.open(host: path, [.readOnly, .nonBlocking]).readAll()
    let text = bytes.map { String(decoding: $0.last == UInt8(ascii: "\n") ? $0.dropLast() : $0[...], as: UTF8.self) }
    texts[path] = text
    return text
  }

  func words(_ path: String) -> [String] { (text(path) ?? "").split(whereSeparator: { $0.isWhitespace }).map { String($0) } }

  func list(_ path: String) -> NumberList? { text(path).flatMap { NumberList($0) } }

  /// A path that cannot be opened is as good as none.
  func exists(_ path: String) -> Bool { (try? Descriptor.open(host: path, [.path])) != nil }

  func entries(_ path: String) -> [String] {
    (try? Descriptor.open(host: path, [.readOnly, .directory]).entries())?.sorted() ?? []  // none to be seen is none
  }

  func hierarchy() throws(Failure) -> Hierarchy {
    if let found { return try found.get() }
    let result = Result { () throws(Failure) in try Hierarchy.find() }
    found = result
    return try result.get()
  }

  func may(_ capability: String) -> Bool {
    Kernel.Capabilities.number(of: capability).map { capabilities.contains($0) } ?? false
  }

  /// `6.18.5` as (6, 18).
  var kernelVersion: (major: Int, minor: Int) {
    let numbers = (text("/proc/sys/kernel/osrelease") ?? "").split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : (0, 0)
  }

  /// The directory of the cgroup this process is in; nil when there is none to be found.
  var ownCgroup: String? {
    guard let hierarchy = try? hierarchy(), let path = try? hierarchy.ownPath() else { return nil }
    return hierarchy.mountPoint + path
  }

  // MARK: What more than one question asks

  /// When it cannot be told the kernel has the last word.
  var isAppArmorOn: Bool { (try? ExecLabels.isAppArmorEnabled()) ?? true }
  var isSELinuxOn: Bool { ExecLabels.isSELinuxEnabled }
  /// Why it is not there is told by what needs it.
  var hasResctrl: Bool { (try? ResourceControlMount.find(try ProcFS())) != nil }
  var seccompActions: [String] { words("/proc/sys/kernel/seccomp/actions_avail") }

  /// Sizes as the spec writes them, `2MB`.
  var hugepageSizes: [String] {
    entries("/sys/kernel/mm/hugepages").compactMap { name -> Int? in
      guard name.hasPrefix("hugepages-"), name.hasSuffix("kB") else { return nil }
      return Int(name.dropFirst(10).dropLast(2))
    }.sorted().map { kilobytes in
      kilobytes % (1 << 20) == 0 ? "\(kilobytes >> 20)GB" : kilobytes % (1 << 10) == 0 ? "\(kilobytes >> 10)MB" : "\(kilobytes)KB"
    }
  }

  /// The types of /proc/filesystems; more may come with a module.
  var filesystems: Set<String> {
    Set((text("/proc/filesystems") ?? "").split(separator: "\n").compactMap { $0.split(separator: "\t").last.map { String($0) } })
  }
}
