import Kernel
import OCISpec

/// A directory of the cgroup2 file system, held open, with its control files.
///
/// Every failure names the full path of the file, so that a reader can look at it.
package final class ControlDirectory {
  package let shared: SharedDescriptor
  /// The full path on the host, for messages only: what is done is done through the descriptor.
  package let path: String

  init(_ descriptor: consuming Descriptor, path: String) {
    shared = SharedDescriptor(descriptor)
    self.path = path
  }

  /// Opens the cgroup below this one that `relative` leads to, never through a link or another mount.
  func child(_ relative: String) throws(Failure) -> ControlDirectory {
    let path = "\(path)/\(relative)"
    let descriptor = try during(
      "opening cgroup \(path)",
      try shared.descriptor.open(
        relative, [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks, .noCrossDevice]))
    return ControlDirectory(descriptor, path: path)
  }

  /// The names of the cgroups right below this one. Control files are regular files, so directories are cgroups.
  func children() throws(Failure) -> [String] {
    try during("listing cgroup \(path)", try listing().directories())
  }

  /// Opened anew for each listing: how far a directory has been read belongs to the open file, and this one lives long.
  func listing() throws(Failure) -> Descriptor {
    try shared.descriptor.open(".", [.readOnly, .directory], resolve: [.beneath, .noSymlinks, .noCrossDevice])
  }

  // MARK: Control files

  /// The value in one write(2): a control file takes it whole or not at all.
  func write(_ value: String, to file: String) throws(Failure) {
    try during("writing \(value) to \(path)/\(file)", try open(file, .writeOnly).writeOnce(value))
  }

  /// The text of a control file without its last newline.
  func read(_ file: String) throws(Failure) -> String {
    try during("reading \(path)/\(file)", try open(file, .readOnly).readText())
  }

  /// The words of a control file such as `cgroup.controllers`.
  func words(of file: String) throws(Failure) -> [String] {
    try read(file).utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }.map { String(Substring($0)) }
  }

  /// The number after `key` in a flat keyed file such as `cgroup.events`; nil when this kernel does not have the key.
  func number(of key: String, in file: String) throws(Failure) -> Int? { keyedNumber(key, try read(file)) }

  func open(_ file: String, _ options: OpenOptions) throws(Failure) -> Descriptor {
    try shared.descriptor.open(file, [options, .noFollow], resolve: [.beneath, .noSymlinks, .noCrossDevice])
  }
}

/// The number after `key` in the text of a flat keyed file: `populated 1`.
func keyedNumber(_ key: String, _ text: String) -> Int? {
  var lines = text.utf8[...]
  while !lines.isEmpty {
    let line = lines.prefix { $0 != UInt8(ascii: "\n") }
    lines = lines[line.endIndex...].dropFirst()
    guard line.starts(with: key.utf8) else { continue }
    let rest = line.dropFirst(key.utf8.count)
    if rest.first == UInt8(ascii: " ") { return Int(Substring(rest.dropFirst())) }
  }
  return nil
}

extension Descriptor {
  fileprivate func readText() throws(Failure) -> String {
    var bytes = try readAll()[...]
    if bytes.last == UInt8(ascii: "\n") { bytes = bytes.dropLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  fileprivate func directories() throws(Failure) -> [String] {
    var names: [String] = []
    for name in try entries() {
      // A cgroup that went away since it was listed is no child any more.
      do { if try status(of: name).kind == .directory { names.append(name) } } catch let error
        where error.errno == .noSuchFileOrDirectory
      {}
    }
    return names
  }
}
