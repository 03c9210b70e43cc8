/// elf(5), as far as the path of the dynamic loader.
enum ELF {
  private static let interpreterSegment = 3  // PT_INTERP

  /// PT_INTERP of a 64 or 32 bit little-endian file whose headers and interpreter lie in `head`.
  static func interpreter(_ head: [UInt8]) -> String? {
    guard head.count >= 64, head.starts(with: [0x7f, 0x45, 0x4c, 0x46]), head[5] == 1 else { return nil }
    let wide = head[4] == 2
    let table = wide ? number(head, 32, 8) : number(head, 28, 4)
    let size = number(head, wide ? 54 : 42, 2)
    let count = number(head, wide ? 56 : 44, 2)
    for index in 0..<count {
      let entry = table + index * size
      guard entry >= 0, entry + size <= head.count, size >= 32 else { return nil }
      guard number(head, entry, 4) == interpreterSegment else { continue }
      let offset = wide ? number(head, entry + 8, 8) : number(head, entry + 4, 4)
      let length = wide ? number(head, entry + 32, 8) : number(head, entry + 16, 4)
      guard offset >= 0, length > 0, length < head.count, offset <= head.count - length else { return nil }
      return String(decoding: head[offset..<offset + length].prefix { $0 != 0 }, as: UTF8.self)
    }
    return nil
  }

  /// A little-endian number; 0 for what no file of sane size has.
  private static func number(_ bytes: [UInt8], _ offset: Int, _ width: Int) -> Int {
    guard offset + width <= bytes.count else { return 0 }
    var value: UInt64 = 0
    for index in (0..<width).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
    return value > UInt64(UInt32.max) ? 0 : Int(value)
  }
}
