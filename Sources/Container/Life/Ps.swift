import ControlGroups
import Kernel
import OCISpec

extension Runtime {
  /// The pids of the container's processes as the caller's pid namespace has them, in ascending order; none of one that has
  /// stopped.
  package func processes(_ id: String) throws(Failure) -> [CInt] {
    let directory = try StateDirectory.open(root: root, id: id, lock: false)
    let saved = try SavedState.load(from: directory)
    // Those that outlive init are the container's as well, but only in a cgroup that is its own.
    let isRunning = try saved.initProcess(try ProcFS()) != nil
    if isRunning { try requireControlGroup(of: saved, to: "tell its processes") }
    guard isRunning || saved.ownsControlGroup, let cgroup = try controlGroup(of: saved) else { return [] }
    do {
      // 0 is a process of another pid namespace, which has no number here.
      return try cgroup.processes().filter { $0 > 0 }.sorted()
    } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .operationNotSupportedByDevice {
      return []  // the cgroup went with its last process
    }
  }

  /// The same as a table: what the host's ps says, the lines of the container's processes only.
  ///
  /// - Parameter options: ps's own; none are `-ef`.
  package func processTable(_ id: String, options: [String]) throws(Failure) -> String {
    let processes = Set(try processes(id))
    let (output, complaints) = try HostProgram.run(try HostProgram.find("ps"), options.isEmpty ? ["-ef"] : options)
    for line in complaints.split(separator: "\n") { warn("ps: \(line)") }
    return try ProcessTable.filter(output, processes)
  }
}

/// What ps(1) prints: a line of titles, then one line a process.
enum ProcessTable {
  static func filter(_ text: String, _ processes: Set<CInt>) throws(Failure) -> String {
    let lines = text.split(separator: "\n")
    guard let titles = lines.first, let column = words(titles).firstIndex(of: "PID") else {
      throw Failure("couldn't find PID field in ps output", hint: "without a column PID nobody knows whose process a line shows")
    }
    var kept = [titles]
    for line in lines.dropFirst() {
      let words = words(line)
      guard column < words.count, let pid = CInt(words[column]) else {
        throw Failure("unable to parse pid in ps output: \(line)", hint: "a column with spaces in it must come after PID")
      }
      if processes.contains(pid) { kept.append(line) }
    }
    return kept.map { "\($0)\n" }.joined()
  }

  private static func words(_ line: Substring) -> [Substring] { line.split { $0 == " " || $0 == "\t" } }
}
