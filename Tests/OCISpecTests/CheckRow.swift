import JSON
import Testing

@testable import OCISpec

/// One rule: a change to a document that is right, and everything that must then be said about it.
struct CheckRow: Sendable, CustomTestStringConvertible {
  let expected: [String]
  let rootless: Bool
  let noPivot: Bool
  let change: @Sendable (inout Spec) -> Void

  init(
    _ expected: String..., rootless: Bool = false, noPivot: Bool = false, change: @escaping @Sendable (inout Spec) -> Void
  ) {
    self.expected = expected
    self.rootless = rootless
    self.noPivot = noPivot
    self.change = change
  }

  /// Nothing may be said.
  static func fine(_ change: @escaping @Sendable (inout Spec) -> Void) -> CheckRow {
    CheckRow(expected: [], rootless: false, noPivot: false, change: change)
  }

  private init(expected: [String], rootless: Bool, noPivot: Bool, change: @escaping @Sendable (inout Spec) -> Void) {
    self.expected = expected
    self.rootless = rootless
    self.noPivot = noPivot
    self.change = change
  }

  var testDescription: String { expected.first ?? "nothing" }

  /// A document without a mistake, with a namespace of each kind but user and time.
  static var sound: Spec {
    var spec = Spec()
    spec.root = Root()
    spec.process = OCISpec.Process(args: ["sh"], env: ["PATH=/bin"])
    spec.linux.namespaces = [.pid, .network, .ipc, .uts, .mount, .cgroup].map { Namespace($0) }
    return spec
  }

  func run() {
    var spec = Self.sound
    change(&spec)
    let said = spec.check(rootless: rootless, noPivot: noPivot).map(\.description)
    // What to do about it follows; the table in Errors/ has the whole texts.
    #expect(said.count == expected.count && zip(said, expected).allSatisfy { $0 == $1 || $0.hasPrefix("\($1), ") }, "\(said)")
  }
}

extension Spec {
  mutating func add(_ kind: NamespaceKind, path: String? = nil) {
    linux.namespaces.append(Namespace(kind, path: path))
  }

  mutating func remove(_ kind: NamespaceKind) { linux.namespaces.removeAll { $0.type == kind } }

  /// A new user namespace with container ids 0 to 999.
  mutating func addUserNamespace() {
    add(.user)
    linux.uidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 1000)]
    linux.gidMappings = linux.uidMappings
  }

  /// Changes the process, which the sound document has.
  mutating func withProcess(_ change: (inout OCISpec.Process) -> Void) {
    var process = process ?? OCISpec.Process()
    change(&process)
    self.process = process
  }

  mutating func withResources(_ change: (inout Resources) -> Void) {
    var resources = linux.resources ?? Resources()
    change(&resources)
    linux.resources = resources
  }
}
