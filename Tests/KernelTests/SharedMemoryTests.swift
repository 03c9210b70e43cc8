import Kernel
import Testing

@Suite struct SharedMemoryTests {
  @Test func aLineThatDoesNotFitIsCounted() throws {
    let memory = try SharedMemory(capacity: 8)
    for line in ["abc", "too long", "de"] { memory.add(line) }
    #expect(memory.lines == ["abc", "de"])
    #expect(memory.missing == 1)
    memory.add("")
    memory.add("f")
    #expect(memory.lines == ["abc", "de"])
    #expect(memory.missing == 2)
  }
}
