import Kernel
import OCISpec

/// Compiled filters, a file each, so that libseccomp need not run at every start.
///
/// The directory and the files belong to the effective user alone; anything else found there is not trusted. The cache
/// only ever saves time: whatever is wrong with it becomes a warning and the filter is compiled.
///
/// A file's name is a short hash of the key, and the file holds the whole key. A hit needs the whole key to be equal, so
/// two profiles with the same hash replace each other's file, but neither ever gets the other's filter.
struct SeccompCache: ~Copyable {
  private let directory: Descriptor
  private let path: String

  private static let mostEntries = 64
  /// A longer key is not kept: a file stays small enough to be read whole.
  private static let longestKey = 256 << 10

  /// Opens the cache, and creates its last two directories (0700) where they are missing; nil after a warning.
  ///
  /// - Parameter path: `<root>/.cache/seccomp`
  init?(_ path: String, _ warn: (String) -> Void) {
    do {
      directory = try Self.open(path)
      self.path = path
    } catch {
      warn("the seccomp cache \(path) is not used: \(error.message)")
      return nil
    }
  }

  private static func open(_ path: String) throws(Failure) -> Descriptor {
    guard let (parent, name) = path.directoryAndName, let (root, parentName) = parent.directoryAndName else {
      throw Failure("the path has less than two components")
    }
    let outer = try during(parentName, try openOrMake(parentName, in: Descriptor.open(host: root, [.path, .directory])))
    return try during(name, try openOrMake(name, in: outer))
  }

  private static func openOrMake(_ name: String, in parent: borrowing Descriptor) throws(Failure) -> Descriptor {
    do { return try open(name, in: parent) } catch { if error.errno != .noSuchFileOrDirectory { throw error } }
    // EEXIST: another start was faster.
    do { try parent.makeDirectory(name, mode: 0o700) } catch { if error.errno != .fileExists { throw error } }
    return try open(name, in: parent)
  }

  private static func open(_ name: String, in parent: borrowing Descriptor) throws(Failure) -> Descriptor {
    let directory = try parent.open(name, [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks])
    try verify(try directory.status(), is: .directory)
    return directory
  }

  /// What another user may have written is no filter of ours.
  private static func verify(_ status: FileStatus, is kind: FileStatus.Kind) throws(Failure) {
    guard status.kind == kind else { throw Failure("not a \(kind == .directory ? "directory" : "regular file")") }
    guard status.owner == effectiveUserID else { throw Failure("owned by uid \(status.owner)") }
    guard status.permissions & 0o022 == 0 else {
      throw Failure("others may write it (mode 0\(String(status.permissions, radix: 8)))")
    }
  }

  // MARK: - Reading and storing

  func program(for key: [UInt8], _ warn: (String) -> Void) -> SeccompProgram? {
    let name = Self.name(of: key)
    do { return try read(name, key) } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      warn("the seccomp cache entry \(path)/\(name) is not used: \(error.message)")
      return nil
    }
  }

  private func read(_ name: String, _ key: [UInt8]) throws(Failure) -> SeccompProgram? {
    let file = try directory.open(name, [.readOnly, .noFollow, .nonBlocking], resolve: [.beneath, .noSymlinks])
    try Self.verify(try file.status(), is: .regular)
    let entry = try SeccompCacheEntry(decoding: try file.readAll(limit: SeccompCacheEntry.mostBytes(keyOf: Self.longestKey)))
    return entry.program(for: key)
  }

  /// By a temporary file and rename: a reader sees the old entry, the new one or none, and a runtime that is killed
  /// leaves a file that makes room for others in time.
  func store(_ program: SeccompProgram, for key: [UInt8], _ warn: (String) -> Void) {
    guard key.count <= Self.longestKey else { return }
    let name = Self.name(of: key)
    do throws(Failure) {
      try makeRoom(for: name)
      let temporary = ".\(String(UInt64.random(in: .min ... .max), radix: 16))"
      let file = try directory.open(
        temporary, [.writeOnly, .create, .exclusive, .noFollow], resolve: [.beneath, .noSymlinks], mode: 0o600)
      do throws(Failure) {
        try file.writeAll(SeccompCacheEntry(key: key, program: program).encoded)
        try directory.rename(temporary, to: name)
      } catch {
        try directory.removeFile(temporary)
        throw error
      }
    } catch { warn("the seccomp filter is not kept as \(path)/\(name): \(error.message)") }
  }

  /// Takes away entries until one more fits. Any of them: which is needed next is not known, and it is only compiled again.
  private func makeRoom(for name: String) throws(Failure) {
    let others = try directory.entries().filter { $0 != name }
    for other in others.dropFirst(Self.mostEntries - 1) {
      // ENOENT: another start makes room at the same time.
      do { try directory.removeFile(other) } catch { if error.errno != .noSuchFileOrDirectory { throw error } }
    }
  }
}

// MARK: - One entry

/// A key and its program as a file: four numbers of 64 bits (what it is, the lengths of key and program in bytes, a hash
/// of both against torn files), the key, the program.
struct SeccompCacheEntry: Equatable {
  let key: [UInt8]
  let program: SeccompProgram

  private static let magic: UInt64 = 0x7061_7573_7363_6d70
  private static let headerBytes = 4 * 8

  static func mostBytes(keyOf length: Int) -> Int {
    headerBytes + length + SeccompProgram.mostInstructions * SeccompProgram.bytesPerInstruction
  }

  init(key: [UInt8], program: SeccompProgram) {
    self.key = key
    self.program = program
  }

  init(decoding bytes: [UInt8]) throws(Failure) {
    let numbers = (0..<4).map { index in
      bytes.dropFirst(index * 8).prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    let body = bytes.dropFirst(Self.headerBytes)
    guard bytes.count >= Self.headerBytes, numbers[0] == Self.magic, numbers[1] <= UInt64(body.count),
      numbers[2] == UInt64(body.count) - numbers[1], numbers[3] == fowlerNollVo(body),
      let program = SeccompProgram(bytes: body.dropFirst(Int(numbers[1])))
    else { throw Failure("the entry is damaged") }
    key = Array(body.prefix(Int(numbers[1])))
    self.program = program
  }

  var encoded: [UInt8] {
    let code = program.bytes
    let body = key + code
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.headerBytes + body.count)
    for number in [Self.magic, UInt64(key.count), UInt64(code.count), fowlerNollVo(body[...])] {
      for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
    return bytes + body
  }

  /// nil when this is the entry of another key with the same hash.
  func program(for wanted: [UInt8]) -> SeccompProgram? { key == wanted ? program : nil }
}

/// FNV-1a, 64 bits: fast and even, but no defence. Whoever can choose a key can choose its hash.
private func fowlerNollVo(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
  return hash
}

// MARK: - The key

extension SeccompCache {
  /// Rises with every change to what is compiled from the same section.
  private static let format = 2

  static func name(of key: [UInt8]) -> String { String(fowlerNollVo(key[...]), radix: 16) }

  /// All that a program depends on, and the rest of the section: two sections that differ have different keys. Every text
  /// has its length before it and every list its count, so none can be mistaken for another.
  static func key(of seccomp: Seccomp) -> [UInt8] {
    var key = Key()
    key.add(format)
    key.add(SeccompFilter.libraryVersion)
    key.add(Int(SeccompFilter.Architecture.native.token))
    key.add(seccomp.defaultAction.rawValue)
    key.add(seccomp.defaultErrnoRet)
    key.add(seccomp.architectures.map { $0.rawValue })
    key.add(seccomp.flags == nil ? 0 : 1)
    key.add((seccomp.flags ?? []).map { $0.rawValue })
    key.add(seccomp.listenerPath)
    key.add(seccomp.listenerMetadata)
    key.add(seccomp.syscalls.count)
    for rule in seccomp.syscalls {
      key.add(rule.names)
      key.add(rule.action.rawValue)
      key.add(rule.errnoRet)
      key.add(rule.args.count)
      for argument in rule.args {
        key.add(argument.index)
        key.add(argument.value)
        key.add(argument.valueTwo)
        key.add(argument.op.rawValue)
      }
    }
    return key.bytes
  }

  private struct Key {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(16 << 10) }

    mutating func add(_ number: some FixedWidthInteger) { end(String(number)) }
    mutating func add(_ number: UInt32?) { end(number.map { String($0) } ?? "-") }

    mutating func add(_ text: String) {
      add(text.utf8.count)
      end(text)
    }

    mutating func add(_ texts: [String]) {
      add(texts.count)
      for text in texts { add(text) }
    }

    private mutating func end(_ text: String) {
      bytes.append(contentsOf: text.utf8)
      bytes.append(UInt8(ascii: "\n"))
    }
  }
}
