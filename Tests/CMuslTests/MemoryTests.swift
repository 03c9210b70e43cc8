import CMusl
import Testing

/// The memory of a release, which the tests' own memory is not.
@Suite(.serialized) struct MemoryTests {
  /// Blocks of all sizes, taken, resized and freed in an order that a generator makes up: each keeps what was written to all of it.
  @Test(arguments: [1, 2, 3] as [UInt64]) func blocksDoNotOverlap(seed: UInt64) throws {
    var random = LinearCongruential(state: seed)
    var blocks: [(bytes: UnsafeMutableRawPointer, mark: UInt8)] = []
    for step in 0..<20_000 {
      let size = Int(random.next(below: 1 << (1 + random.next(below: 14))))
      switch random.next(below: 4) {
      case 0 where !blocks.isEmpty:
        let block = blocks.remove(at: Int(random.next(below: UInt64(blocks.count))))
        expect(block.bytes, has: block.mark)
        apus_free(block.bytes)
      case 1 where !blocks.isEmpty:
        let index = Int(random.next(below: UInt64(blocks.count)))
        let kept = min(size, apus_capacity(blocks[index].bytes))
        let moved = try #require(apus_reallocate(blocks[index].bytes, size))
        #expect(UnsafeRawBufferPointer(start: moved, count: kept).allSatisfy { $0 == blocks[index].mark })
        blocks[index].bytes = moved
        fill(moved, with: blocks[index].mark)
      default:
        let alignment = 1 << Int(random.next(below: 8))
        let bytes = try #require(apus_allocate(size, alignment))
        #expect(Int(bitPattern: bytes) % max(alignment, 16) == 0)
        #expect(apus_capacity(bytes) >= size)
        blocks.append((bytes, UInt8(truncatingIfNeeded: step)))
        fill(bytes, with: UInt8(truncatingIfNeeded: step))
      }
    }
    for block in blocks {
      expect(block.bytes, has: block.mark)
      apus_free(block.bytes)
    }
  }

  @Test(arguments: [0, 8, 9, 24, 1000, 1016, 1017, 1025, 2040, 2041, 5000, 100_000, 1 << 20, 5 << 20])
  func whatIsFreedIsUsedAgain(size: Int) throws {
    let bytes = try #require(apus_allocate(size, 16))
    let capacity = apus_capacity(bytes)
    #expect(capacity >= size && capacity <= size + max(24, size / 4 + 16), "\(capacity) for \(size)")
    apus_free(bytes)
    #expect(apus_allocate(capacity, 16) == bytes)
    #expect(apus_capacity(bytes) == capacity)
    apus_free(bytes)
  }

  /// Where there is none of a size, a larger one is cut.
  @Test func aFreeBlockIsCut() throws {
    apus_leave_memory_to_parent()  // no other block is free
    let bytes = try #require(apus_allocate(1000, 16))
    apus_free(bytes)
    let parts = try (0..<10).map { _ in try #require(apus_allocate(88, 16)) }
    #expect(parts == (0..<10).map { bytes + 96 * $0 })
    for part in parts { fill(part, with: 1) }
    for part in parts { apus_free(part) }
    #expect(apus_allocate(40, 16) == bytes + 960)
  }

  @Test func whatWasTheParentsStaysAsItIs() throws {
    let theirs = try #require(apus_allocate(100, 16))
    fill(theirs, with: 5)
    apus_leave_memory_to_parent()
    apus_free(theirs)
    expect(theirs, has: 5)
    let ours = try #require(apus_allocate(100, 16))
    #expect(ours != theirs)
    #expect(Int(bitPattern: ours) >> 12 != Int(bitPattern: theirs) >> 12)
    let moved = try #require(apus_reallocate(theirs, 1000))
    #expect(UnsafeRawBufferPointer(start: moved, count: 100).allSatisfy { $0 == 5 })
    expect(theirs, has: 5)
    apus_free(ours)
    #expect(apus_allocate(100, 16) == ours)
  }

  @Test func whatFitsStaysWhereItIs() throws {
    let bytes = try #require(apus_allocate(3000, 16))
    #expect(apus_reallocate(bytes, apus_capacity(bytes)) == bytes)
    #expect(apus_reallocate(bytes, 1) == bytes)
    apus_free(bytes)
    apus_free(nil)
    #expect(apus_capacity(nil) == 0)
  }

  @Test(arguments: [Int.max, Int.min, -1, 1 << 62, 1 << 50]) func whatIsTooLargeIsRefused(size: Int) throws {
    #expect(apus_allocate(Int(bitPattern: UInt(bitPattern: size)), 16) == nil)
    let bytes = try #require(apus_allocate(10, 16))
    fill(bytes, with: 7)
    #expect(apus_reallocate(bytes, size) == nil)
    expect(bytes, has: 7)
    apus_free(bytes)
  }

  func fill(_ bytes: UnsafeMutableRawPointer, with mark: UInt8) {
    UnsafeMutableRawBufferPointer(start: bytes, count: apus_capacity(bytes)).initializeMemory(as: UInt8.self, repeating: mark)
  }

  func expect(_ bytes: UnsafeMutableRawPointer, has mark: UInt8) {
    #expect(UnsafeRawBufferPointer(start: bytes, count: apus_capacity(bytes)).allSatisfy { $0 == mark })
  }
}

/// The same numbers in every run.
private struct LinearCongruential {
  var state: UInt64

  mutating func next(below bound: UInt64) -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) % bound
  }
}
