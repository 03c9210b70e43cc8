import Foundation
import Testing

extension Scenarios {
  /// Names and paths of every length that a file may have. The address of an AF_UNIX socket has room for 107 bytes.
  @Suite(.enabled(if: Runtime.isApus, "runc and crun take no longer ones than a socket's address"))
  struct LongPaths {
    /// A directory whose path has `length` bytes, in the runtime's own.
    static func directory(of length: Int, in parent: String) throws -> String {
      var path = parent
      while path.utf8.count + 210 < length { path += "/" + String(repeating: "d", count: 200) }
      path += "/" + String(repeating: "e", count: max(1, length - path.utf8.count - 1))
      try File.makeDirectory(path)
      return path
    }

    @Test(arguments: [217, 218, 255]) func anIDOfManyBytes(length: Int) throws {
      let id = String(repeating: "i", count: length)
      try withContainer(try Bundle(["sleep", "100"]), id: id) { container in
        try container.start()
        expectSuccess(try container.exec(["true"]))
        #expect(try container.runtime.status(id) == "running")
      }
    }

    @Test(arguments: [108, 1000, 3600]) func aRootOfManyBytes(length: Int) throws {
      let short = try Runtime()
      let root = try Self.directory(of: length, in: short.directory.path)
      let runtime = try Runtime()
      runtime.globals = ["--root", root]  // the last counts
      try withContainer(try Bundle(["sleep", "100"]), runtime: runtime) { container in
        try container.start()
        expectSuccess(try container.exec(["true"]))
        expectSuccess(try runtime("delete", "--force", container.id))
        #expect(File.names(in: root) == [])
      }
    }

    @Test func socketsAndPIDFilesOfManyBytes() throws {
      let runtime = try Runtime()
      let place = try Self.directory(of: 3000, in: runtime.directory.path)
      let bundle = try Bundle(["sleep", "100"])
      bundle.config["process.terminal"] = true
      // A short name for the listener, which has no way around the limit; the runtime gets the long one.
      let short = "\(runtime.directory.path)/s"
      #expect(symlink(place, short) == 0)
      let console = try DescriptorSocket(path: "\(short)/console")
      let pidfd = try DescriptorSocket(path: "\(short)/pidfd")
      let options = [
        "--console-socket", "\(place)/console", "--pidfd-socket", "\(place)/pidfd", "--pid-file", "\(place)/pid",
      ]
      try withContainer(bundle, runtime: runtime, options: options) { container in
        for socket in [console, pidfd] {
          let message = try socket.receive()
          #expect(message.descriptors.count == 1)
          for descriptor in message.descriptors { close(descriptor) }
        }
        #expect(try File.text("\(place)/pid") == String(container.pid))
      }
    }

    @Test func aBundleAndARootFileSystemOfManyBytes() throws {
      let bundle = try Bundle(["echo", "here"])
      try bundle.write()
      let runtime = try Runtime()
      let place = try Self.directory(of: 3900, in: runtime.directory.path)
      #expect(rename(bundle.path, "\(place)/b") == 0)
      let id = TemporaryDirectory.newID()
      let outcome = try assertNothingLeft(by: runtime) { try runtime("run", "--bundle", "\(place)/b", id) }
      expectSuccess(outcome)
      #expect(outcome.stdout == "here\n")
      // The last way to delete it.
      #expect(rename("\(place)/b", bundle.path) == 0)
    }

    @Test func aCgroupPathOfManyBytes() throws {
      let bundle = try Bundle(["true"])
      let name = TemporaryDirectory.newID()
      let levels = Array(repeating: String(repeating: "g", count: 200), count: 8).joined(separator: "/")
      bundle.config["linux.cgroupsPath"] = .string("/\(name)/\(levels)")
      expectSuccess(try Runtime().run(bundle))
    }

    /// It could be made a level at a time, but no longer be removed by its name, nor be found in /proc/PID/cgroup.
    @Test func aCgroupPathThatNobodyCanNameIsRefused() throws {
      let bundle = try Bundle(["true"])
      let name = TemporaryDirectory.newID()
      let levels = Array(repeating: String(repeating: "g", count: 200), count: 30).joined(separator: "/")
      bundle.config["linux.cgroupsPath"] = .string("/\(name)/\(levels)")
      try expectRefusal(of: bundle, saying: "cgroup path", "File name too long")
    }
  }
}
