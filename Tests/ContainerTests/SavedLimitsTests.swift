import OCISpec
import Testing

@testable import Container

/// What an update leaves behind for the next one.
@Suite struct SavedLimitsTests {
  private func change(_ memory: MemoryResources? = nil, unified: [String: String] = [:]) -> Resources {
    var resources = Resources()
    resources.memory = memory
    resources.unified = unified
    return resources
  }

  @Test func theLastWordOnSwapCounts() {
    #expect(SavedLimits(nil, changedBy: change()) == nil)
    #expect(SavedLimits(nil, changedBy: change(MemoryResources(limit: 5))) == nil)
    let first = SavedLimits(nil, changedBy: change(MemoryResources(limit: 5, swap: 9)))
    #expect(first == SavedLimits(memorySwap: 9))
    #expect(SavedLimits(first, changedBy: change(MemoryResources(limit: 7))) == first)
    #expect(SavedLimits(first, changedBy: change(MemoryResources(limit: -1))) == SavedLimits(memorySwap: -1))
    #expect(SavedLimits(first, changedBy: change(unified: ["memory.swap.max": "0"])) == SavedLimits(memorySwap: 0))
  }
}
