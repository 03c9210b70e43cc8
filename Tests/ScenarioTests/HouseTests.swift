import Foundation
import Testing

/// What `docs/architecture.md` says of the house, asked of the sources and of the binary.
@Suite struct House {
  /// Which rooms a room may import. An arrow only points down; a room that is not here has to be added here first.
  static let arrows: [String: Set<String>] = [
    "apus": ["Commands"],
    "Commands": ["Container", "OCISpec", "JSON", "Kernel"],
    "Container": ["ControlGroups", "OCISpec", "JSON", "Kernel"],
    "ControlGroups": ["DBus", "OCISpec", "JSON", "Kernel"],
    "DBus": ["Kernel"],
    "OCISpec": ["JSON"],
    "Conformance": [],
    "JSON": ["CJSON", "CLibc"],
    "Kernel": ["CLinux", "CMusl", "CStart", "CVersion", "CSeccomp", "CCapability", "CLibc"],
  ]

  struct Source: CustomStringConvertible {
    var path: String
    var room: String
    var lines: [Substring]
    var description: String { path }
  }

  static func sources(_ endings: Set<String>) throws -> [Source] {
    let root = "\(Runtime.packageRoot)/Sources"
    let paths = try FileManager.default.subpathsOfDirectory(atPath: root).sorted()
    return paths.filter { endings.contains(($0 as NSString).pathExtension) }.map { path in
      Source(
        path: path, room: String(path.prefix { $0 != "/" }),
        lines: File.text("\(root)/\(path)").split(separator: "\n", omittingEmptySubsequences: false))
    }
  }

  /// `import X`, `package import struct X.Y`, `@preconcurrency import X`: the module's name.
  static func module(importedBy line: Substring) -> String? {
    let pattern =
      #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|enum|class|protocol|func|var|let|typealias|actor)\s+)?(\w+)/#
    return line.firstMatch(of: pattern).map { String($0.1) }
  }

  @Test(arguments: [
    ("import Kernel", "Kernel"), ("package import struct OCISpec.Mount", "OCISpec"), ("@testable import JSON", "JSON"),
    ("  @_spi(x) internal import Glibc", "Glibc"), ("important()", nil), ("// import Kernel", nil),
  ])
  func theReaderOfImportsReads(line: String, module: String?) {
    #expect(Self.module(importedBy: line[...]) == module)
  }

  @Test func importsOnlyPointDown() throws {
    let sources = try Self.sources(["swift"])
    #expect(Set(sources.map(\.room)).isSuperset(of: ["apus", "Commands", "Container", "Kernel", "JSON", "OCISpec"]))
    for source in sources {
      guard let allowed = Self.arrows[source.room] else {
        Issue.record("Sources/\(source.room) has no place in the house")
        continue
      }
      for module in source.lines.compactMap(Self.module) where module != source.room {
        #expect(allowed.contains(module), "Sources/\(source) imports \(module)")
      }
    }
  }

  /// The C library is for the one file of JSON that wraps json-c, not for all of that room.
  @Test func oneFileOfJSONTouchesC() throws {
    let touching = try Self.sources(["swift"]).filter { source in
      source.room == "JSON" && source.lines.compactMap(Self.module).contains { $0 == "CLibc" || $0 == "CJSON" }
    }
    #expect(touching.count <= 1, "\(touching)")
  }

  @Test func unsafeIsSaidOnlyAtTheBottom() throws {
    for source in try Self.sources(["swift"]) where !["Kernel", "JSON"].contains(source.room) {
      for (number, line) in source.lines.enumerated() {
        let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
        #expect(
          code.firstMatch(of: #/\bunsafe\b|\bUnsafe\w*Pointer\b|@safe\b/#) == nil, "Sources/\(source):\(number + 1): \(line)")
      }
    }
  }

  @Test func noFileIsLongerThan400Lines() throws {
    let sources = try Self.sources(["swift", "c", "h"])
    #expect(!sources.isEmpty)
    for source in sources { #expect(source.lines.count <= 401, "Sources/\(source): \(source.lines.count - 1) lines") }
  }

  @Test func theRoomInCHasAtMost300Lines() throws {
    let lines = try Self.sources(["c", "h"]).filter { $0.room == "CLinux" }.map { $0.lines.count - 1 }
    #expect(!lines.isEmpty && lines.reduce(0, +) <= 300, "\(lines)")
  }

  @Test func nothingIsPutOff() throws {
    for source in try Self.sources(["swift", "c", "h"]) {
      for (number, line) in source.lines.enumerated() {
        #expect(
          line.firstMatch(of: #/\b(TODO|FIXME|XXX)\b|try!/#) == nil, "Sources/\(source):\(number + 1): \(line)")
      }
    }
  }

  @Test(.enabled(if: Runtime.isApus && Runtime.isThere, "asks about the binary of apus"))
  func theBinaryIsStaticAndStripped() throws {
    let binary = try #require(ELF(path: Runtime.binary))
    #expect(binary.interpreter == nil, "it needs \(binary.interpreter ?? "")")
    #expect(binary.symbols == nil, "it has \(binary.symbols?.count ?? 0) symbols")
  }

  static let unstripped = "\(Runtime.packageRoot)/.build/release/apus"

  /// Whatever brings these in starts threads, and clone3 in a process of several threads hangs its children.
  @Test(.enabled(if: File.exists(unstripped), "no release build")) func nothingInItStartsThreads() throws {
    let symbols = try #require(ELF(path: Self.unstripped)?.symbols, "the release build is stripped: nothing to look at")
    #expect(symbols.contains { $0.hasPrefix("$e9Container") }, "these are not the symbols of apus in Embedded Swift")
    // "$s": ordinary Swift, as the standard library's own code and Foundation are.
    let forbidden = symbols.filter { name in
      name.hasPrefix("swift_task_create") || name.hasPrefix("dispatch_") || name.hasPrefix("_dispatch_")
        || name.hasPrefix("libdispatch") || name.hasPrefix("$s")
        || name == "_swift_stdlib_strtod_clocale"  // of `Double(_: String)`: libstdc++ comes with it (Kernel/Mathematics.swift)
    }
    #expect(forbidden.isEmpty, "\(forbidden.prefix(10))")
  }

  /// Two compilations of one function may number its constants differently under the same names, of which the linker keeps the first:
  /// a message became another that way.
  @Test(.enabled(if: File.exists(unstripped), "no release build")) func theCodeOfARoomIsCompiledOnce() throws {
    for room in Self.arrows.keys where !["apus", "Conformance"].contains(room) {
      let directory = "\(Runtime.packageRoot)/.build/release/\(room).build"
      let objects = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".swift.o") }
      #expect(!objects.isEmpty, "\(room)")
      for object in objects {
        let code = ELF(path: "\(directory)/\(object)")?.symbols?.filter { $0.hasPrefix("$") } ?? []
        #expect(code.isEmpty, "\(room)/\(object): \(code.prefix(3))")
      }
    }
  }
}

extension Scenarios {
  /// The house's promises that only a running apus can keep.
  @Suite(.enabled(if: Runtime.isApus, "asks about apus")) struct RunningHouse {
    @Test func itHasOneThread() throws {
      try withForegroundRun(try Bundle(["sleep", "100"])) { container in
        #expect(File.text("/proc/\(container.creation.pid)/status").contains("\nThreads:\t1\n"))
        expectSuccess(try container.kill())
        #expect(try container.creation.wait().status == 137)
      }
    }
  }
}
