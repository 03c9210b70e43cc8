import Foundation

/// As much of a 64-bit little-endian ELF file as the tests ask about: elf(5).
struct ELF {
  private let bytes: Data

  init?(path: String) {
    guard let data = FileManager.default.contents(atPath: path), data.count > 64,
      data.prefix(5) == Data([0x7f, 0x45, 0x4c, 0x46, 2])
    else { return nil }
    bytes = data
  }

  /// The dynamic loader that PT_INTERP names; nil for a static program.
  var interpreter: String? {
    let table = Int(word64(32)), size = Int(word16(54)), count = Int(word16(56))
    for header in (0..<count).map({ table + $0 * size }) where word32(header) == 3 {
      let start = Int(word64(header + 8)), length = Int(word64(header + 32))
      return String(decoding: bytes[start..<start + length].prefix { $0 != 0 }, as: UTF8.self)
    }
    return nil
  }

  /// The names in the symbol table; nil for a program that was stripped of it.
  var symbols: [String]? {
    guard let table = sections.first(where: { $0.type == 2 }) else { return nil }
    let names = sections[table.link]
    return stride(from: table.offset, to: table.offset + table.size, by: 24).map { entry in
      let start = names.offset + Int(word32(entry))
      return String(decoding: bytes[start..<names.offset + names.size].prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  private struct Section { var type: UInt32, offset: Int, size: Int, link: Int }

  private var sections: [Section] {
    let table = Int(word64(40)), size = Int(word16(58)), count = Int(word16(60))
    return (0..<count).map { table + $0 * size }.map {
      Section(type: word32($0 + 4), offset: Int(word64($0 + 24)), size: Int(word64($0 + 32)), link: Int(word32($0 + 40)))
    }
  }

  private func word16(_ offset: Int) -> UInt16 { load(offset) }
  private func word32(_ offset: Int) -> UInt32 { load(offset) }
  private func word64(_ offset: Int) -> UInt64 { load(offset) }
  private func load<T: FixedWidthInteger>(_ offset: Int) -> T {
    bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
  }
}
