import Foundation
import Kernel
import OCISpec
import Testing

@testable import Container

func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
  let path = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
  try body(path)
}

struct SeccompCacheTests {
  static let profile = Seccomp(defaultAction: .allow, syscalls: [SyscallRule(names: ["mkdir"], action: .errno)])
  /// No compiler writes this one: getting it back is getting it from the cache.
  static let marker = SeccompProgram(instructions: [SeccompProgram.Instruction(code: 6, operand: 0x0005_0063)])

  /// A root with its cache, and what happened.
  final class Fixture {
    let root: String
    var warnings: [String] = []
    let key = SeccompCache.key(of: profile)
    init(_ root: String) { self.root = root }

    var directory: String { "\(root)/.cache/seccomp" }
    var entry: String { "\(directory)/\(SeccompCache.name(of: key))" }

    func plan(_ seccomp: Seccomp = profile) throws -> SeccompProgram {
      try #require(
        try SeccompFeature.plan(seccomp, cacheDirectory: directory, warn: { self.warnings.append($0) }, debug: { _ in })
      ).program
    }
    func store(_ program: SeccompProgram) throws {
      guard let cache = SeccompCache(directory, { self.warnings.append($0) }) else { throw Failure("no cache") }
      cache.store(program, for: key, { self.warnings.append($0) })
    }
    func mode(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
    /// What was stored is not used, with this warning, and is replaced by the compiled program.
    func expectReplaced(_ reason: String) throws {
      #expect(try plan() != marker)
      #expect(warnings.count == 1 && warnings[0].contains(reason), "\(warnings)")
      warnings = []
      #expect(try SeccompCacheEntry(decoding: [UInt8](Data(contentsOf: URL(filePath: entry)))).key == key)
      let compiled = try plan()
      #expect(compiled != marker && compiled.instructions.count > 1)
      #expect(warnings.isEmpty)
    }
  }

  func withFixture(_ body: (Fixture) throws -> Void) throws { try withTemporaryDirectory { try body(Fixture($0)) } }

  @Test func aMissStoresAndTheNextStartHits() throws {
    try withFixture { cache in
      let compiled = try cache.plan()
      #expect(try FileManager.default.contentsOfDirectory(atPath: cache.directory) == [SeccompCache.name(of: cache.key)])
      #expect(try cache.mode(cache.directory) == 0o700)
      #expect(try cache.mode("\(cache.root)/.cache") == 0o700)
      #expect(try cache.mode(cache.entry) == 0o600)
      #expect(try cache.plan() == compiled)
      try cache.store(Self.marker)
      #expect(try cache.plan() == Self.marker)
      #expect(cache.warnings.isEmpty)
    }
  }

  @Test func anotherProfileIsAMiss() throws {
    try withFixture { cache in
      try cache.store(Self.marker)
      var other = Self.profile
      other.syscalls[0].names = ["rmdir"]
      #expect(try cache.plan(other) != Self.marker)
      #expect(cache.warnings.isEmpty)
    }
  }

  /// A file under the right name with another key is what two profiles with one hash make of it.
  @Test func aCollisionNeverGivesTheOthersFilter() throws {
    try withFixture { cache in
      try cache.store(Self.marker)
      let other = SeccompCacheEntry(key: cache.key + [0], program: Self.marker)
      try Data(other.encoded).write(to: URL(filePath: cache.entry))
      #expect(try cache.plan() != Self.marker)
      #expect(cache.warnings.isEmpty)
    }
  }

  @Test func everyDamagedByteIsNoticed() throws {
    try withFixture { cache in
      let bytes = SeccompCacheEntry(key: cache.key, program: Self.marker).encoded
      for index in bytes.indices {
        var damaged = bytes
        damaged[index] ^= 0x40
        #expect(throws: Failure.self, "byte \(index)") { try SeccompCacheEntry(decoding: damaged) }
      }
      for count in bytes.indices {
        #expect(throws: Failure.self, "\(count) bytes") { try SeccompCacheEntry(decoding: Array(bytes.prefix(count))) }
      }
      #expect(try SeccompCacheEntry(decoding: bytes).program(for: cache.key) == Self.marker)
      try cache.store(Self.marker)
      try Data(bytes.dropLast()).write(to: URL(filePath: cache.entry))
      try cache.expectReplaced("the entry is damaged")
    }
  }

  @Test(arguments: [0o620, 0o602, 0o666])
  func aFileOthersMayWriteIsNotUsed(_ mode: Int) throws {
    try withFixture { cache in
      try cache.store(Self.marker)
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: cache.entry)
      try cache.expectReplaced("others may write it (mode 0\(String(mode, radix: 8)))")
      #expect(try cache.mode(cache.entry) == 0o600)
    }
  }

  @Test(.enabled(if: effectiveUserID == 0))
  func aFileOfAnotherUserIsNotUsed() throws {
    try withFixture { cache in
      try cache.store(Self.marker)
      try FileManager.default.setAttributes([.ownerAccountID: 12345], ofItemAtPath: cache.entry)
      try cache.expectReplaced("owned by uid 12345")
    }
  }

  @Test func aLinkIsNotFollowed() throws {
    try withFixture { cache in
      try cache.store(Self.marker)
      try FileManager.default.moveItem(atPath: cache.entry, toPath: "\(cache.root)/elsewhere")
      try FileManager.default.createSymbolicLink(atPath: cache.entry, withDestinationPath: "\(cache.root)/elsewhere")
      try cache.expectReplaced("openat2")
      #expect(FileManager.default.fileExists(atPath: "\(cache.root)/elsewhere"))
    }
  }

  @Test func aFIFOIsNotWaitedFor() throws {
    try withFixture { cache in
      try cache.store(Self.marker)
      try FileManager.default.removeItem(atPath: cache.entry)
      #expect(mkfifo(cache.entry, 0o600) == 0)
      try cache.expectReplaced("not a regular file")
    }
  }

  @Test(arguments: [".cache", ".cache/seccomp"])
  func aDirectoryOthersMayWriteIsNotUsed(_ name: String) throws {
    try withFixture { cache in
      try cache.store(Self.marker)
      try FileManager.default.setAttributes([.posixPermissions: 0o770], ofItemAtPath: "\(cache.root)/\(name)")
      #expect(try cache.plan() != Self.marker)
      #expect(cache.warnings.count == 1 && cache.warnings[0].contains("others may write it (mode 0770)"))
    }
  }

  @Test(arguments: [".cache", ".cache/seccomp"])
  func aLinkedDirectoryIsNotUsed(_ name: String) throws {
    try withFixture { cache in
      try cache.store(Self.marker)
      try FileManager.default.moveItem(atPath: "\(cache.root)/\(name)", toPath: "\(cache.root)/moved")
      try FileManager.default.createSymbolicLink(atPath: "\(cache.root)/\(name)", withDestinationPath: "\(cache.root)/moved")
      #expect(try cache.plan() != Self.marker)
      #expect(cache.warnings.count == 1)
    }
  }

  @Test func aCacheThatCannotBeMadeIsOnlyAWarning() throws {
    try withFixture { cache in
      try Data().write(to: URL(filePath: "\(cache.root)/.cache"))
      #expect(try cache.plan().instructions.count > 1)
      #expect(cache.warnings.count == 1)
      #expect(cache.warnings[0].hasPrefix("the seccomp cache \(cache.directory) is not used: .cache: "))
    }
  }

  @Test func aFilterThatLacksSomethingIsNotKept() throws {
    try withFixture { cache in
      let lossy = Seccomp(defaultAction: .allow, syscalls: [SyscallRule(names: ["mkdir", "no_such_call"], action: .errno)])
      for _ in 0..<2 { _ = try cache.plan(lossy) }
      #expect(cache.warnings.count == 2)
    }
  }

  @Test func theNumberOfEntriesIsBounded() throws {
    try withFixture { cache in
      for value in 0..<70 {
        var seccomp = Self.profile
        seccomp.syscalls[0].errnoRet = UInt32(value)
        _ = try cache.plan(seccomp)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: cache.directory).count == 64)
      try cache.store(Self.marker)
      #expect(try cache.plan() == Self.marker)
      #expect(try FileManager.default.contentsOfDirectory(atPath: cache.directory).count == 64)
      #expect(cache.warnings.isEmpty)
    }
  }

  @Test func theKeyDiffersWithEveryMember() {
    var full = Seccomp(
      defaultAction: .errno,
      syscalls: [
        SyscallRule(
          names: ["read", "write"], action: .allow, args: [SyscallArgument(index: 0, value: 1, valueTwo: 2, op: .equal)])
      ])
    full.architectures = [.x86_64]
    full.flags = [.log]
    full.listenerPath = "/l"
    full.listenerMetadata = "m"
    let changes: [(inout Seccomp) -> Void] = [
      { _ in }, { $0.defaultAction = .kill }, { $0.defaultErrnoRet = 1 }, { $0.defaultErrnoRet = 0 }, { $0.architectures = [] },
      { $0.architectures = [.x86_64, .x86] }, { $0.flags = [] }, { $0.flags = nil }, { $0.flags = [.tsync] },
      { $0.listenerPath = "/lm" },
      { ($0.listenerPath, $0.listenerMetadata) = ("/lm", "") }, { $0.listenerMetadata = "" }, { $0.syscalls = [] },
      { $0.syscalls.append($0.syscalls[0]) }, { $0.syscalls[0].names = ["read"] }, { $0.syscalls[0].names = ["readwrite"] },
      { $0.syscalls[0].names = ["read\nwrite"] }, { $0.syscalls[0].names = ["write", "read"] },
      { $0.syscalls[0].action = .log }, { $0.syscalls[0].errnoRet = 1 }, { $0.syscalls[0].errnoRet = 0 },
      { $0.syscalls[0].args = [] }, { $0.syscalls[0].args[0].index = 1 }, { $0.syscalls[0].args[0].value = 3 },
      { $0.syscalls[0].args[0].valueTwo = 3 }, { $0.syscalls[0].args[0].op = .notEqual },
      { $0.syscalls[0].args.append($0.syscalls[0].args[0]) },
    ]
    let keys = changes.map { change in
      var seccomp = full
      change(&seccomp)
      return SeccompCache.key(of: seccomp)
    }
    #expect(Set(keys).count == changes.count)
    #expect(String(decoding: keys[0], as: UTF8.self).contains(SeccompFeature.libraryVersion))
    #expect(String(decoding: keys[0], as: UTF8.self).contains("\n\(SeccompFilter.Architecture.native.token)\n"))
  }
}
