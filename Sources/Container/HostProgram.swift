import Kernel
import OCISpec

/// A program of the host that the runtime asks something.
enum HostProgram {
  /// The path of a program in our own PATH, then in `others`. Parts of it that are relative count for nothing: who runs a
  /// container in some directory does not mean to run a program of that directory as root.
  static func find(_ name: String, alsoIn others: [String] = []) throws(Failure) -> String {
    let directories = (environmentVariable("PATH") ?? "").split(separator: ":").filter { $0.hasPrefix("/") }.map { String($0) }
    return try Executable.find(name, environment: ["PATH=\((directories + others).joined(separator: ":"))"])
  }

  /// Runs it to its end.
  ///
  /// - Parameter path: absolute.
  /// - Returns: what it wrote to its standard output and to its standard error.
  /// - Throws: if it does not exit with 0; the failure has what it said.
  static func run(_ path: String, _ arguments: [String]) throws(Failure) -> (output: String, complaints: String) {
    let name = path.directoryAndName?.name ?? path
    // Files in memory instead of pipes: nobody waits for anybody.
    let output = try Descriptor.memoryFile("\(name)-output")
    let complaints = try Descriptor.memoryFile("\(name)-complaints")
    let image = ExecutableImage(arguments: [name] + arguments, environment: processEnvironment)
    let process = try spawn {
      do throws(Failure) {
        try StandardStreams.replace(1, with: output)
        try StandardStreams.replace(2, with: complaints)
        try StandardStreams.closeOnExec(from: 3)
        Signals.resetActions()
        try Signals.setMask(SignalSet())
        throw image.execute(path: path)
      } catch {
        _ = Result { () throws(Failure) in try complaints.writeAll(error.message) }  // there is nobody else to tell
        endProcess(127)
      }
    }
    let status = try process.reap()
    let said = (output: try text(of: output), complaints: try text(of: complaints))
    if status == .exited(code: 0) { return said }
    let lines = [said.complaints, said.output].flatMap { $0.split(separator: "\n") }.joined(separator: "; ")
    throw Failure("\(([path] + arguments).joined(separator: " ")) \(status.description)\(lines.isEmpty ? "" : ": \(lines)")")
  }

  private static func text(of file: borrowing Descriptor) throws(Failure) -> String {
    try file.rewind()
    return String(decoding: try file.readAll(), as: UTF8.self)
  }
}
