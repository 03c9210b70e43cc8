import Foundation
import Testing

extension Scenarios {
  /// What a start costs, counted and not timed: the same on a machine that is busy. Native and on cgroup v2 alone, where the
  /// bounds were recorded. `benchmarks/` has the rest.
  @Suite(.enabled(if: Runtime.isApus && Host.isPureV2 && !Host.isLab, "recorded for apus, on a cgroup2 at native speed"))
  struct Cost {
    /// What `spec` writes, without a terminal.
    func defaultBundle() throws -> Bundle {
      let bundle = try Bundle()
      expectSuccess(try Runtime()("spec", "--bundle", bundle.path))
      bundle.config = try Value(parsing: File.text(bundle.configPath))
      bundle.config["process.terminal"] = false
      bundle.config["process.args"] = ["/bin/true"]
      return bundle
    }

    @Test(.enabled(if: Host.has(program: "strace"), "needs strace(1)")) func aRunMakesFewSystemCalls() throws {
      let bundle = try defaultBundle()
      let record = "\(bundle.directory.path)/calls"
      let runtime = try Runtime()
      _ = try runtime.run(bundle)  // makes what every later one finds
      expectSuccess(try runtime.run(bundle, wrapper: ["strace", "-f", "-qq", "-o", record]))
      let calls = CallCount(File.text(record), program: "/bin/true")
      #expect(calls.sawProgram && calls.processes == 2, "\(calls)")
      let most = calls.byName.sorted { $0.value > $1.value }.prefix(12).map { "\($0.value) \($0.key)" }
      #expect(
        calls.total <= CostBounds.systemCalls,
        "a run makes \(calls.total) system calls; see CostBounds.swift. Most: \(most.joined(separator: ", "))")
    }

    @Test(.enabled(if: Host.has(program: "strace"), "needs strace(1)")) func aListMakesFewSystemCallsForEach() throws {
      let bundle = try Bundle(["/bin/true"])
      let runtime = try Runtime()
      let record = "\(bundle.directory.path)/calls"
      let ids = (0..<8).map { _ in TemporaryDirectory.newID() }
      defer { for id in ids { runtime.deleteQuietly(id) } }
      // Those of two, so that what is opened for all of them is there too.
      var calls: [Int] = []
      for count in [2, ids.count] {
        for id in ids[..<count] where !File.exists("\(runtime.root)/\(id)") { expectSuccess(try runtime.create(id, bundle)) }
        let outcome = try runtime("list", wrapper: ["strace", "-f", "-qq", "-o", record])
        expectSuccess(outcome)
        #expect(outcome.stdout.split(separator: "\n").count == count + 1)
        calls.append(CallCount(File.text(record), program: "").total)
      }
      let most = (ids.count - 2) * CostBounds.systemCallsOfEachListed
      #expect(
        calls[1] - calls[0] <= most,
        "a list of 2 makes \(calls[0]) system calls, one of \(ids.count) makes \(calls[1]); see CostBounds.swift")
    }

    @Test(.enabled(if: Host.has(program: "gcc"), "needs gcc")) func aRunTouchesFewPages() throws {
      let bundle = try defaultBundle()
      let timer = try compiled("timer", for: bundle)
      let runtime = try Runtime()
      // The fewest of several: what the page cache does not have yet is touched twice.
      let counts = try (0..<5).map { _ in try faults(of: bundle, runtime, timer) }
      let fewest = try #require(counts.min())
      #expect(fewest > 50, "that is no run of a container")
      #expect(fewest <= CostBounds.pageFaults, "a run touches \(fewest) new pages; see CostBounds.swift")
    }

    /// The fourth of the five numbers that benchmarks/timer.c prints; the fifth is the status.
    func faults(of bundle: Bundle, _ runtime: Runtime, _ timer: String) throws -> Int {
      let outcome = try runtime.run(bundle, wrapper: [timer])
      let numbers = outcome.stdout.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
      #expect(numbers.count == 5 && numbers.last == 0, "\(outcome)")
      return numbers.count == 5 ? numbers[3] : .max
    }

    /// Step by step, which takes half a minute.
    @Test(.enabled(if: Host.has(program: "gcc"), "needs gcc")) func aRunExecutesFewInstructions() throws {
      let bundle = try defaultBundle()
      let runtime = try Runtime()
      _ = try runtime.run(bundle)  // makes what every later one finds
      let outcome = try runtime.run(bundle, wrapper: [try compiled("instructions", for: bundle)], timeout: 300)
      let numbers = outcome.stdout.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
      try #require(numbers.count == 2 && numbers[1] == 0, "\(outcome)")
      #expect(numbers[0] > 100_000, "that is no run of a container")
      #expect(
        numbers[0] <= CostBounds.instructions, "a run executes \(numbers[0]) instructions in user mode; see CostBounds.swift")
    }

    /// A program of benchmarks/.
    func compiled(_ name: String, for bundle: Bundle) throws -> String {
      let program = "\(bundle.directory.path)/\(name)"
      expectSuccess(
        try Spawned.run(["gcc", "-O2", "-static", "-o", program, "\(Runtime.packageRoot)/benchmarks/\(name).c"]))
      return program
    }

    @Test func theBinaryIsSmall() throws {
      let size = try #require(try FileManager.default.attributesOfItem(atPath: Runtime.binary)[.size] as? Int)
      #expect(size <= CostBounds.bytes, "the binary has \(size) bytes; see CostBounds.swift")
    }
  }
}

/// The lines of `strace -f -o`, but for those of the container's program.
private struct CallCount {
  var byName: [String: Int] = [:]
  var total: Int { byName.values.reduce(0, +) }
  var processes = 0
  var sawProgram = false

  init(_ record: String, program: String) {
    var seen: Set<Substring> = []
    var ofProgram: Set<Substring> = []
    for line in record.split(separator: "\n") {
      // `PID name(...) = ...`; a line of a call that goes on, or of a signal, has no name before a parenthesis.
      guard let found = line.firstMatch(of: #/^(\d+) +(\w+)\(/#) else { continue }
      seen.insert(found.1)
      if ofProgram.contains(found.1) { continue }
      byName[String(found.2), default: 0] += 1
      if line.contains("execve(\"\(program)\"") { ofProgram.insert(found.1) }
    }
    processes = seen.count
    sawProgram = ofProgram.count == 1
  }
}
